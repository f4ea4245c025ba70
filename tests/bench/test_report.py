"""The report of `make bench`."""

from types import SimpleNamespace

import pytest

from bench import turns
from bench.report import ratios, text
from bench.targets import TARGETS, outcomes
from bench.turns import Row, moments, percentile

FAN_OUT = "fan-out, 4 in flight, 100 subscribers"
VOTES = "votes of 8 members"


def fan_out(contender, deliveries, generator=40.0):
    figures = {"deliveries/s": [deliveries], "generator %": [generator]}
    return Row(FAN_OUT, contender, figures)


def shown(*rows):
    return text(rows, seconds=60, load=0.1, stolen=0.0)


def test_a_figure_is_the_median_of_its_windows():
    assert Row("what", "who", {"ms": [9.0, 1.0, 2.0]})["ms"] == 2.0


def test_a_ratio_under_its_target_is_called_missed():
    def against_channels(ours):
        rows = [fan_out("Planning Poker", ours), fan_out("Channels + Daphne", 1.0)]
        [found] = [each for each in outcomes(rows) if "Chan" in each.target.beside]
        return found

    assert against_channels(59.0).found == "59 times"
    assert against_channels(59.0).reached is False
    assert against_channels(60.0).reached is True


def test_a_cost_over_its_target_is_called_missed():
    def reached(cost):
        rows = [Row(VOTES, "Planning Poker", {"CPU ms a vote": [cost]})]
        return [each.reached for each in outcomes(rows)]

    assert reached(2.5) == [True]
    assert reached(2.6) == [False]


def test_a_contender_that_did_not_run_is_shown_as_missing():
    channels, soketi = outcomes([fan_out("Planning Poker", 100.0)])

    assert (channels.reached, soketi.reached) == (None, None)
    assert soketi.found == "Soketi was not there"


def test_a_target_says_in_which_direction_it_lies():
    sentences = {str(target) for target in TARGETS}

    assert "at least 3 times Soketi" in sentences
    assert "at most 0.2 times Channels + Daphne" in sentences
    assert "at most 2.5" in sentences


def test_the_figure_of_a_busy_generator_is_a_lower_bound():
    assert "at least 300,000" in shown(fan_out("Planning Poker", 300_000.0, 86.0))
    assert "at least 300,000" not in shown(fan_out("Planning Poker", 300_000.0, 85.0))


def test_checkouts_are_compared_window_by_window():
    """So that what slowed both for a while does not count."""
    ours = Row(VOTES, "Planning Poker", {"CPU ms a vote": [1.0, 2.0, 4.0]})
    before = Row(VOTES, "../before", {"CPU ms a vote": [2.0, 4.0, 8.0]})

    assert "| ../before | 0.50 (0.50 to 0.50) |" in ratios([ours, before])


def test_a_figure_that_was_nothing_has_no_ratio():
    ours = Row(VOTES, "Planning Poker", {"delay ms": [1.0, 2.0]})
    before = Row(VOTES, "../before", {"delay ms": [0.0, 2.0]})

    assert "none: the other is 0" in ratios([ours, before])


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (99, 99), (100, 100), (1, 1)]
)
def test_a_percentile_is_one_of_the_values(percent, expected):
    assert percentile(range(100, 0, -1), percent) == expected
    assert percentile([7], percent) == 7
    assert percentile([1, 2, 3], 50) == 2


def test_what_is_late_counts_from_when_it_was_due(monkeypatch):
    """A slow server must not make the requests rarer that it is slow for."""
    clock = SimpleNamespace(now=1.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(turns, "time", clock)

    def idle(seconds):
        clock.now += seconds + 0.001

    due, came = [], []
    for moment in moments(0.2, idle):
        due.append(round(moment - 1, 2))
        came.append(round(clock.now - 1, 2))
        # The first one takes longer than until the next two are due.
        clock.now += 0.12 if len(due) == 1 else 0.001

    assert due == [0, 0.05, 0.1, 0.15]
    assert came == [0, 0.12, 0.12, 0.15]


def test_what_takes_too_long_does_not_prolong_the_window(monkeypatch):
    clock = SimpleNamespace(now=1.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(turns, "time", clock)

    came = []
    for _ in moments(5, lambda seconds: None):
        came.append(clock.now)
        clock.now += 3

    assert came == [1, 4]
