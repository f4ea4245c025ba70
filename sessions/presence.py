"""Who is online, who is away, and who is offline: the pages that members have open.

A member is online while a page of theirs is open, away while each of these is hidden,
and offline without one. Pages say how they are every half minute, over every provider
(sessions/heartbeats.py), so presence needs no webhook and no provider at all. Where
this process knows who is connected, a page that lost its connection counts no longer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from database.statements import PreparedQuery
from realtime import get_realtime_service

from .models import Member, PokerSession, Tab

# How long a page counts as open after it was heard of: two missed turns, and it counts
# as closed. Browsers let the timers of a hidden page run once a minute.
LIFETIME_MS: Mapping[str, int] = {
    Tab.State.LIVE: 75_000,
    Tab.State.SLOW: 75_000,
    Tab.State.HIDDEN: 150_000,
}
# A page may say that it is live before it is seen on the presence channel.
CONNECTING_MS = 5_000

_COLUMNS = ("member_id", "name", "state", "expires_at_ms")
_tabs_of_session = PreparedQuery(
    lambda session_id: Tab.objects.filter(
        member__poker_session=session_id, member__left_at=None
    ).values_list(*_COLUMNS)
)
_tabs_of_member = PreparedQuery(
    lambda user_id: Tab.objects.filter(member=user_id).values_list(*_COLUMNS)
)


class TabRow(NamedTuple):
    """A row of Tab, read without an instance."""

    user_id: str
    name: str
    state: str
    expires_at_ms: int

    @property
    def is_hidden(self) -> bool:
        return self.state == Tab.State.HIDDEN

    @property
    def heard_at_ms(self) -> int:
        return self.expires_at_ms - LIFETIME_MS[self.state]


@dataclass(frozen=True)
class Standing:
    """How a member is here. Away is who is online, but with no page that is shown."""

    is_online: bool
    is_away: bool


@dataclass(frozen=True)
class Presence:
    """The ids of the members who are online, and of those of them who are away.

    ``at``: when it was so, in milliseconds since 1970.
    """

    online: frozenset[str]
    away: frozenset[str]
    at: int

    def of(self, user_id: str) -> Standing:
        return Standing(user_id in self.online, user_id in self.away)

    @property
    def fingerprint(self) -> str:
        """The same for the same people, for an ETag."""
        return " ".join([*sorted(self.online), "away:", *sorted(self.away)])


def presence_in(poker_session: PokerSession) -> Presence:
    """Who is here, as far as this process knows."""
    now = now_ms()
    tabs = _open(_tabs_of_session.all(poker_session.pk), now)
    connected = get_realtime_service().online_user_ids(poker_session.channel)
    if connected and not _is_full(len(connected)):
        tabs = [tab for tab in tabs if not _is_cut_off(tab, connected, now)]
    online = {tab.user_id for tab in tabs}
    shown = {tab.user_id for tab in tabs if not tab.is_hidden}
    return Presence(frozenset(online), frozenset(online - shown), now)


def open_tabs_of(member: Member) -> list[TabRow]:
    return _open(_tabs_of_member.all(member.pk), now_ms())


def standing_of(tabs: Collection[TabRow]) -> Standing:
    """How somebody with these pages is here."""
    is_online = bool(tabs)
    return Standing(is_online, is_online and all(tab.is_hidden for tab in tabs))


def now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


def _open(rows: Collection[Sequence[object]], now: int) -> list[TabRow]:
    return [tab for row in rows if (tab := TabRow._make(row)).expires_at_ms > now]


def _is_cut_off(tab: TabRow, connected: Collection[str], now: int) -> bool:
    """Whether a page had a live connection, and has lost it without a word."""
    is_settled = tab.heard_at_ms + CONNECTING_MS < now
    return tab.state == Tab.State.LIVE and is_settled and tab.user_id not in connected


def _is_full(count: int) -> bool:
    """Whether the presence channel has no room for those who are missing on it."""
    limit: int = settings.REALTIME["SERVER"]["limits"]["presence_members"]
    return 0 < limit <= count
