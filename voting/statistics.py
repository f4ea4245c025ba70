"""What a revealed round says, calculated from its cards alone.

Only cards that stand for a size count: "?" and "☕" are in the distribution and
nowhere else. Decks that are not numeric have an order, so they have a median, a mode
and a spread, but no mean.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median

from sessions.decks import Deck, numeric_value

# A card this many places in the deck from the suggestion needs talk.
OUTLIER_DISTANCE = 2


@dataclass(frozen=True)
class CardCount:
    card: str
    count: int


@dataclass(frozen=True)
class Statistics:
    """Cards are labels; what cannot be said of the cards laid is None or empty.

    mean: rounded to two decimals, numeric decks only. median: a number as text, or for
    an ordinal deck a card, the higher of the middle two. mode: the cards laid most
    often. agreement: percent of the valued cards that are the most frequent one.
    outliers: the lowest and the highest card where they are far from the suggestion.
    suggestion: the deck's card nearest to the median, upwards on a tie.
    """

    distribution: tuple[CardCount, ...]
    mean: float | None = None
    median: str | None = None
    mode: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    agreement: int | None = None
    outliers: tuple[str, ...] = ()
    suggestion: str | None = None


def statistics_of(deck: Deck, cards: Sequence[str]) -> Statistics:
    """The statistics of ``cards``, each of which is in ``deck``."""
    counts = Counter(cards)
    distribution = tuple(
        CardCount(card, counts[card]) for card in deck.cards if counts[card]
    )
    laid = [card for card in deck.estimate_cards for _ in range(counts[card])]
    if not laid:
        return Statistics(distribution)
    most = max(counts[card] for card in laid)
    places = {card: place for place, card in enumerate(deck.estimate_cards)}
    middle = median(_numbers(laid)) if deck.is_numeric else None
    suggestion = laid[len(laid) // 2] if middle is None else _nearest_card(deck, middle)
    low, high = laid[0], laid[-1]
    return Statistics(
        distribution,
        mean=None if middle is None else round(float(mean(_numbers(laid))), 2),
        median=suggestion if middle is None else format_number(deck, middle),
        mode=tuple(card for card in deck.estimate_cards if counts[card] == most),
        low=low,
        high=high,
        agreement=round(100 * most / len(laid)),
        outliers=tuple(
            card
            for card in dict.fromkeys((low, high))
            if abs(places[card] - places[suggestion]) >= OUTLIER_DISTANCE
        ),
        suggestion=suggestion,
    )


def _numbers(cards: Sequence[str]) -> list[Fraction]:
    return [number for card in cards if (number := numeric_value(card)) is not None]


def _nearest_card(deck: Deck, middle: Fraction) -> str:
    def distance(card: str) -> tuple[Fraction, Fraction]:
        number = _numbers([card])[0]
        return abs(number - middle), -number

    return min(deck.estimate_cards, key=distance)


def format_number(deck: Deck, number: Fraction) -> str:
    """The card's own label where there is one ("½"), else a decimal ("6.5")."""
    for card in deck.estimate_cards:
        if numeric_value(card) == number:
            return card
    return f"{float(number):g}"
