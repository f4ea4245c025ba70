import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.decks import READY_MADE, custom_deck
from voting.statistics import CardCount, statistics_of

MODIFIED = READY_MADE["modified-fibonacci"]
T_SHIRTS = READY_MADE["t-shirts"]


def test_the_statistics_of_the_example_room():
    said = statistics_of(MODIFIED, ["5", "5", "5", "2", "5", "13", "8"])
    assert said.distribution == (
        CardCount("2", 1),
        CardCount("5", 4),
        CardCount("8", 1),
        CardCount("13", 1),
    )
    assert (said.mean, said.median, said.mode) == (6.14, "5", ("5",))
    assert (said.low, said.high, said.agreement) == ("2", "13", 57)
    assert said.outliers == ("2", "13")
    assert said.suggestion == "5"


def test_cards_without_value_are_counted_separately():
    said = statistics_of(MODIFIED, ["3", "?", "☕", "3"])
    assert said.distribution[-2:] == (CardCount("?", 1), CardCount("☕", 1))
    assert (said.mean, said.agreement, said.suggestion) == (3.0, 100, "3")


@pytest.mark.parametrize("cards", [[], ["?", "☕"]])
def test_without_a_valued_card_there_are_no_statistics(cards):
    said = statistics_of(MODIFIED, cards)
    assert said.suggestion is said.median is said.mean is said.agreement is None
    assert said.mode == said.outliers == ()


def test_the_suggestion_goes_upwards_on_a_tie():
    said = statistics_of(MODIFIED, ["3", "5"])
    assert (said.median, said.suggestion) == ("4", "5")


def test_the_median_is_the_cards_own_label_where_there_is_one():
    assert statistics_of(MODIFIED, ["½", "½", "8"]).median == "½"
    assert statistics_of(MODIFIED, ["5", "8"]).median == "6.5"


def test_an_ordinal_deck_has_a_median_but_no_mean():
    said = statistics_of(T_SHIRTS, ["S", "M", "L", "L"])
    assert (said.mean, said.median, said.suggestion) == (None, "L", "L")
    assert (said.low, said.high) == ("S", "L")
    assert said.outliers == ("S",)


def test_two_modes_are_both_named():
    assert statistics_of(MODIFIED, ["3", "3", "8", "8", "1"]).mode == ("3", "8")


@given(
    st.sampled_from([*READY_MADE.values(), custom_deck(["a", "b"])]).flatmap(
        lambda deck: st.tuples(st.just(deck), st.lists(st.sampled_from(deck.cards)))
    )
)
def test_the_suggestion_is_always_a_card_between_low_and_high(votes):
    deck, cards = votes
    said = statistics_of(deck, cards)
    assert sum(count.count for count in said.distribution) == len(cards)
    if said.suggestion is None:
        assert not set(cards) & set(deck.estimate_cards)
        return
    place = deck.cards.index
    assert place(said.low) <= place(said.suggestion) <= place(said.high)
    assert 0 < said.agreement <= 100
