"""The report of `make bench`."""

import json
import xml.etree.ElementTree as ElementTree

from bench.plot import bar_chart
from bench.report import BEGIN, END, PAGE, PLOT, read, text
from bench.targets import outcomes


def fan_out(contender, deliveries, *, in_flight=4, generator_share=0.4):
    return {
        "scenario": "fan-out",
        "contender": contender,
        "listeners": 100,
        "in_flight": in_flight,
        "deliveries_per_second": deliveries,
        "generator_share": generator_share,
        "server_share": 0.99,
    }


def results(*rows):
    machine = {"cpu": "a processor", "cores": 2, "system": "Linux 6.1"}
    return {
        "date": "2026-11-25",
        "minutes": 9.5,
        "load_before": 0.1,
        "machine": machine,
        "versions": {"Python": "3.11.7"},
        "rows": list(rows),
    }


def test_the_page_and_its_plot_show_the_run_that_is_kept():
    run = read()
    shown = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    rows = [row for row in run["rows"] if row["scenario"] == "fan-out"]

    assert shown.strip() == text(run).strip()
    assert PLOT.read_text() == bar_chart(rows)


def test_the_kept_run_does_not_identify_the_machine():
    assert "/" not in json.dumps(read()["machine"] | read()["versions"])


def test_a_ratio_under_its_target_is_called_missed():
    ours, theirs = fan_out("Planning Poker", 59), fan_out("Channels + Daphne", 1)

    [outcome] = [each for each in outcomes([ours, theirs]) if "Chan" in each.target]

    assert (outcome.figure, outcome.reached) == ("59.0 times", False)
    ours["deliveries_per_second"] = 60
    [outcome] = [each for each in outcomes([ours, theirs]) if "Chan" in each.target]
    assert outcome.reached


def test_a_contender_that_did_not_run_is_shown_as_missing():
    [channels, soketi] = outcomes([fan_out("Planning Poker", 100)])

    assert (channels.reached, soketi.reached) == (None, None)
    assert soketi.figure == "Soketi was not there"


def test_the_figure_of_a_busy_generator_is_a_lower_bound():
    assert "at least 300,000" in text(
        results(fan_out("Planning Poker", 300_000, generator_share=0.86))
    )
    assert "at least" not in text(
        results(fan_out("Soketi", 300_000, generator_share=0.85))
    )


def test_a_run_on_a_busy_machine_is_marked():
    run = results(fan_out("Planning Poker", 5))

    assert "busy" not in text(run)
    assert "busy with other things (load 3.2)" in text(run | {"load_before": 3.2})
    assert "was not recorded" in text(run | {"load_before": None})


def test_the_plot_is_a_picture_for_each_number_of_contenders():
    for rows in ([fan_out("Planning Poker", 5)], [fan_out("Soketi", 10**6)] * 3):
        picture = ElementTree.fromstring(bar_chart(rows))

        assert picture.tag.endswith("svg")
