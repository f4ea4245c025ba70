AT_MOST_400_KB = 400 * 1024


def test_no_committed_file_is_over_400_kb(project_files):
    sizes = {path.name: path.stat().st_size for path in project_files}

    assert {name: size for name, size in sizes.items() if size > AT_MOST_400_KB} == {}
