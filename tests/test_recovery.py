"""After lost, doubled, late or reordered messages the browser has the right state."""

import json
import subprocess

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

ACTS = [
    "votes here",
    "votes here",
    "votes here",
    "votes in another tab",
    "votes in another tab",
    "tries again",
    "happens",
    "reveals",
    "begins a new round",
]
NETWORK = [
    "loses events",
    "doubles events",
    "delays events",
    "cuts the network",
    "holds answers",
    "holds answers",
    "releases an answer",
    "releases an answer",
    "drops",
    "connects",
    "refreshes",
    "waits",
]
steps = st.fixed_dictionaries(
    {
        "do": st.sampled_from(ACTS) | st.sampled_from(NETWORK),
        # Also the ms until the next step: events and answers overlap in these.
        "value": st.integers(0, 1) | st.integers(0, 400) | st.integers(0, 2000),
    }
)
# Most errors need late answers, which are rare in random plans.
plans = st.builds(
    list.__add__,
    st.sampled_from([[], [{"do": "holds answers", "value": 1}]]),
    st.lists(steps, max_size=10) | st.lists(steps, max_size=40),
)


@pytest.fixture(scope="module")
def play():
    """Run a plan in the browser's own modules: the final state of both sides."""
    command = ["node", settings.BASE_DIR / "tests" / "js" / "replay.js"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:

        def play(plan):
            node.stdin.write(json.dumps(plan) + "\n")
            node.stdin.flush()
            return json.loads(node.stdout.readline())

        yield play
        node.stdin.close()


@hypothesis_settings(max_examples=1000)
@given(plan=plans)
def test_the_browser_reaches_the_servers_state(play, plan):
    end = play(plan)

    assert end["browser"] == end["server"]
    vote = end["vote"]
    assert not vote or vote["status"] != "saving"
    if vote and vote["status"] == "saved":
        assert (vote["card"] or None) == end["server"]["me"]["votes"].get("first")
