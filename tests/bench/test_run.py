"""`make bench` as it is run, in its shortest form."""

import subprocess
import sys

import pytest

from tests.serving import ROOT

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="It pins processes to cores."),
]


def bench(*options):
    return subprocess.run(
        [sys.executable, "-m", "bench", "--quick", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_checkouts_are_compared_in_one_run():
    page = (ROOT / "docs" / "performance.md").read_text()

    done = bench("--against", ".", "votes", "joining")

    assert done.returncode == 0, done.stderr
    ratios = done.stdout.rpartition("| ratio |")[2]
    for figure in ("votes/s", "CPU ms a vote", "CPU ms a person"):
        assert f"| {figure} |" in ratios
    assert "| . |" in ratios
    assert (ROOT / "docs" / "performance.md").read_text() == page


def test_an_unknown_scenario_is_refused():
    done = bench("render")

    assert done.returncode == 2
    assert "There is no render." in done.stderr
