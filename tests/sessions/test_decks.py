from fractions import Fraction

import pytest

from sessions.decks import CUSTOM, LABELS, READY_MADE, custom_deck, numeric_value


def test_every_ready_made_deck_has_a_label_and_the_two_cards_without_value():
    assert set(LABELS) == {*READY_MADE, CUSTOM}
    for deck in READY_MADE.values():
        assert deck.cards[-2:] == ("?", "☕")


def test_only_t_shirts_are_not_numeric():
    assert [d.slug for d in READY_MADE.values() if not d.is_numeric] == ["t-shirts"]


@pytest.mark.parametrize(
    ("label", "number"),
    [("½", Fraction(1, 2)), ("0.5", Fraction(1, 2)), ("13", 13), ("0", 0)],
)
def test_it_reads_the_number_on_a_card(label, number):
    assert numeric_value(label) == number


@pytest.mark.parametrize("label", ["?", "XL", "", ".", "1e3", "-1", "٣", "1_000", "∞"])
def test_other_labels_have_no_number(label):
    assert numeric_value(label) is None


def test_a_numeric_custom_deck_is_sorted():
    assert custom_deck(["8", " 1", "½", "?", "3", ""]).cards == (
        "½",
        "1",
        "3",
        "8",
        "?",
    )


def test_any_other_custom_deck_keeps_its_order():
    assert custom_deck(["tiny", "big", "?"]).cards == ("tiny", "big", "?")


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["1"], "2 to 30"),
        ([str(n) for n in range(31)], "2 to 30"),
        (["1", "123456789"], "at most 8"),
        (["a", "A"], "only once"),
        (["?", "☕"], "size"),
    ],
)
def test_an_unusable_deck_is_refused(labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        custom_deck(labels)


def test_thirty_cards_of_eight_characters_are_a_deck():
    labels = [f"card-{n:03}" for n in range(30)]
    assert custom_deck(labels).cards == tuple(labels)
