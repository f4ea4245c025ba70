import gzip

AT_MOST_3_KB = 3 * 1024
# Loaded by the room anyway: its clock and its requests to the server.
SHARED = {"clock", "csrf", "none"}


def test_the_browsers_own_websocket_costs_at_most_3_kb(collected_files):
    driver = collected_files.path("realtime/drivers/websocket.js")
    parts = {driver} | {
        (driver.parent / name).resolve() for name in collected_files.imports(driver)
    }
    own = [part for part in parts if part.name.split(".")[0] not in SHARED]

    assert len(own) == 3
    size = sum(len(gzip.compress(part.read_bytes(), 9)) for part in own)
    assert size <= AT_MOST_3_KB
