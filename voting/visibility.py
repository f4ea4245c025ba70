"""Who may know what of a round: the one policy that everything else asks.

State, events, report and admin show a card only as it comes from here; nothing else
reads one. tests/voting/test_secrecy.py guards it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from database.statements import PreparedQuery

from .models import Vote, VotingRound
from .statistics import Statistics, statistics_of

_votes = PreparedQuery(
    lambda round_id: (
        Vote.objects.filter(voting_round=round_id)
        .order_by("member_id")
        .values_list("voting_round_id", "member_id", "card")
    )
)
_votes_in_hand = PreparedQuery(
    lambda session_id: (
        Vote.objects.filter(
            voting_round__task__poker_session=session_id,
            voting_round__task__status="voting",
        )
        .order_by("member_id")
        .values_list("voting_round_id", "member_id", "card")
    )
)


@dataclass(frozen=True)
class Visibility:
    """What may be known of one round.

    ``_cards`` has every card by its member's id, in the order of these; it is not for
    others to read.
    """

    voting_round: VotingRound
    _cards: Mapping[str, str]

    def for_room(self) -> "VisibleRound":
        """What everybody in the session may know: no card before the reveal."""
        if not self.voting_round.is_revealed:
            return VisibleRound(tuple(self._cards), None, None)
        statistics = statistics_of(self.voting_round.deck, [*self._cards.values()])
        return VisibleRound(tuple(self._cards), dict(self._cards), statistics)

    def for_member(self, user_id: str) -> str | None:
        """A member's own card, None where there is none."""
        return self._cards.get(user_id)


@dataclass(frozen=True)
class VisibleRound:
    """``voted_user_ids`` in order; ``cards`` by user id and ``statistics``: None until
    the reveal.
    """

    voted_user_ids: tuple[str, ...]
    cards: Mapping[str, str] | None
    statistics: Statistics | None


def visibility_of(voting_round: VotingRound) -> Visibility:
    return _sorted_by_round([voting_round], _votes.all(voting_round.pk))[0]


def visibilities_of(rounds: Iterable[VotingRound]) -> list[Visibility]:
    """Of many rounds, in their order, for one query."""
    rounds = list(rounds)
    votes = Vote.objects.filter(voting_round__in=rounds).order_by("member_id")
    rows = votes.values_list("voting_round_id", "member_id", "card")
    return _sorted_by_round(rounds, rows)


def visibilities_in_hand(session_id: str) -> list[Visibility]:
    """Of the latest round of each task that is being voted on."""
    rounds = VotingRound.objects.in_hand(session_id)
    return _sorted_by_round(rounds, _votes_in_hand.all(session_id)) if rounds else []


def card_for_admin(vote: Vote) -> str | None:
    """A card as admins may know it: as everybody else, after the reveal."""
    return vote.card if vote.voting_round.is_revealed else None


def statistics_data(statistics: Statistics) -> dict[str, Any]:
    """As browsers and templates read it."""
    data = asdict(statistics)
    return data | {
        name: list(data[name]) for name in ("distribution", "mode", "outliers")
    }


def _sorted_by_round(
    rounds: list[VotingRound], votes: Iterable[Any]
) -> list[Visibility]:
    cards: dict[str, dict[str, str]] = {each.pk: {} for each in rounds}
    for round_id, user_id, card in votes:
        if round_id in cards:
            cards[round_id][user_id] = card
    return [Visibility(each, cards[each.pk]) for each in rounds]
