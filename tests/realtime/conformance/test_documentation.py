from tests.realtime.conformance.departures import DEPARTURES
from tests.realtime.conformance.servers import ROOT


def test_each_departure_is_documented():
    page = (ROOT / "docs" / "conformance.md").read_text()

    assert [each for each in set(DEPARTURES.values()) if each not in page] == []
