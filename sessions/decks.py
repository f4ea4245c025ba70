"""Decks of cards. A card is its label, a string, everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# "I cannot say" and "I need a break": counted apart, in every deck but one's own too.
SPECIAL_CARDS = ("?", "☕")
CUSTOM = "custom"
FEWEST_CARDS, MOST_CARDS = 2, 30
LONGEST_LABEL = 8

VULGAR_FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


@dataclass(frozen=True)
class Deck:
    """The cards that may be laid, lowest first.

    A deck is numeric when each of its cards but those of SPECIAL_CARDS is a number;
    otherwise only the order of its cards means something.
    """

    slug: str
    cards: tuple[str, ...]

    def __contains__(self, card: object) -> bool:
        return card in self.cards

    @property
    def estimate_cards(self) -> tuple[str, ...]:
        """The cards that stand for a size, lowest first."""
        return tuple(card for card in self.cards if card not in SPECIAL_CARDS)

    @property
    def is_numeric(self) -> bool:
        return all(numeric_value(card) is not None for card in self.estimate_cards)


def numeric_value(card: str) -> Fraction | None:
    """The number that a label spells ("½", "0.5", "13"), None for any other."""
    if card in VULGAR_FRACTIONS:
        return VULGAR_FRACTIONS[card]
    digits = card.replace(".", "", 1)
    return Fraction(card) if digits.isascii() and digits.isdigit() else None


def _ready_made(slug: str, cards: str) -> Deck:
    return Deck(slug, (*cards.split(), *SPECIAL_CARDS))


READY_MADE = {
    deck.slug: deck
    for deck in (
        _ready_made("fibonacci", "0 1 2 3 5 8 13 21 34"),
        _ready_made("modified-fibonacci", "0 ½ 1 2 3 5 8 13 20 40 100"),
        _ready_made("t-shirts", "XS S M L XL XXL"),
        _ready_made("powers-of-two", "1 2 4 8 16 32 64"),
        _ready_made("one-to-ten", "1 2 3 4 5 6 7 8 9 10"),
    )
}
LABELS = {
    "fibonacci": "Fibonacci",
    "modified-fibonacci": "Modified Fibonacci",
    "t-shirts": "T-shirts",
    "powers-of-two": "Powers of two",
    "one-to-ten": "One to ten",
    CUSTOM: "Custom deck",
}


def custom_deck(labels: Sequence[str]) -> Deck:
    """A deck of one's own; numbers are put in order, other labels stay as typed.

    Raises:
        ValueError: with a sentence fit to show.
    """
    cards = [" ".join(label.split()) for label in labels]
    cards = [card for card in cards if card]
    if not FEWEST_CARDS <= len(cards) <= MOST_CARDS:
        raise ValueError(
            f"Please give {FEWEST_CARDS} to {MOST_CARDS} cards, separated by commas."
        )
    if too_long := [card for card in cards if len(card) > LONGEST_LABEL]:
        raise ValueError(
            f"“{too_long[0]}” is too long: a card has at most "
            f"{LONGEST_LABEL} characters."
        )
    if len({card.casefold() for card in cards}) < len(cards):
        raise ValueError("Each card may stand in the deck only once.")
    deck = Deck(CUSTOM, tuple(cards))
    if not deck.estimate_cards:
        raise ValueError("At least one card must stand for a size.")
    if not deck.is_numeric:
        return deck
    return Deck(
        CUSTOM, (*sorted(deck.estimate_cards, key=_number), *special_cards(cards))
    )


def _number(card: str) -> Fraction:
    number = numeric_value(card)
    assert number is not None, f"{card} is in a numeric deck"
    return number


def special_cards(cards: Sequence[str]) -> list[str]:
    return [card for card in cards if card in SPECIAL_CARDS]
