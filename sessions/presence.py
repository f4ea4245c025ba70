"""Who is online, who is away, and who is offline.

Two things are known. The provider's presence channel tells who has a live connection,
but only to the process that holds it, and only of the first hundred. And every open
page asks for the state now and then; each of these requests is a sight of that tab,
which holds for a while, or until the page says that it closes. So presence needs no
webhook, and no provider at all.

A member is online while connected to the presence channel or while one of their tabs
is live, away when each of those tabs is hidden, and offline when there is none.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from database.statements import PreparedQuery, PreparedUpsert
from realtime import get_realtime_service, publish_on_commit

from .events import MemberUpdated
from .models import Member, PokerSession, Tab
from .room_state import member_data, presence_data

State = Tab.State

_logger = logging.getLogger(__name__)

# How long a tab is taken to be here after it was heard of: two missed turns, and it
# counts as closed. A live page asks every 30 s, a slow one every 3 s, and browsers let
# the timers of a hidden one run once a minute.
LIFETIME_MS: Mapping[str, int] = {
    State.LIVE: 75_000,
    State.SLOW: 12_000,
    State.SHOWN: 75_000,
    State.HIDDEN: 150_000,
}
# What has not changed is written down no more often than this.
REWRITE_AFTER_MS = 5_000
# Nobody has so many pages open; the names that a browser sends are not to be trusted.
MOST_TABS = 20

_FIELDS = ("member_id", "name", "state", "expires_at_ms")
_tabs_of_session = PreparedQuery(
    lambda session_id: Tab.objects.filter(
        member__poker_session=session_id, member__left_at=None
    ).values_list(*_FIELDS)
)
_tabs_of_member = PreparedQuery(
    lambda user_id: Tab.objects.filter(member=user_id).values_list(*_FIELDS)
)
_tab = PreparedUpsert(
    Tab, unique=["member", "name"], changes=["state", "expires_at_ms"]
)


class TabRow(NamedTuple):
    """A row of Tab, read without an instance."""

    user_id: str
    name: str
    state: str
    expires_at_ms: int

    @property
    def is_hidden(self) -> bool:
        return self.state == State.HIDDEN


@dataclass(frozen=True)
class Presence:
    """The ids of the members who are online, and of those of them who are away."""

    online: frozenset[str]
    away: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """The same for the same people, for an ETag."""
        return " ".join([*sorted(self.online), "away:", *sorted(self.away)])


@dataclass(frozen=True)
class Heartbeat:
    """A tab of somebody, and how it was seen; None: it was closed."""

    tab: str
    state: str | None


def live_tabs(poker_session: PokerSession) -> list[TabRow]:
    """The tabs that are here now, of everybody in the session."""
    return _live(_tabs_of_session.all(poker_session.pk))


def presence_in(poker_session: PokerSession, tabs: Collection[TabRow]) -> Presence:
    """Who is here, as far as this process knows."""
    connected = get_realtime_service().online_user_ids(poker_session.channel)
    is_complete = bool(connected) and not _is_full(len(connected))
    # Whoever has a live connection and is not on a channel with room in it has gone.
    here = {tab.user_id for tab in tabs if tab.state != State.LIVE or not is_complete}
    shown = {tab.user_id for tab in tabs if tab.state != State.HIDDEN}
    hidden = {tab.user_id for tab in tabs if tab.state == State.HIDDEN}
    online = connected | here
    return Presence(online, frozenset(online & (hidden - shown)))


def record_heartbeat(
    member: Member, heartbeat: Heartbeat, tabs: Sequence[TabRow]
) -> list[TabRow]:
    """Write down that a tab was seen; ``tabs`` are those of the session until now.

    Answers what they are with it. The room is told when it makes the member away, or
    no longer away: while another of their tabs is visible it does not. Nothing is
    locked unless the room is told.
    """
    known = {(tab.user_id, tab.name): tab for tab in tabs}
    before = known.get((member.pk, heartbeat.tab))
    if heartbeat.state is None:
        if before:
            _forget(member, before)
            del known[member.pk, heartbeat.tab]
        return list(known.values())
    until = _now_ms() + LIFETIME_MS[heartbeat.state]
    is_fresh = before and before.expires_at_ms >= until - REWRITE_AFTER_MS
    if before and before.state == heartbeat.state and is_fresh:
        return list(tabs)
    tab = TabRow(member.pk, heartbeat.tab, heartbeat.state, until)
    try:
        _remember(member, tab, before)
    except OperationalError as failure:
        # Locked, or full: whoever asks for the state shall get it all the same.
        _logger.warning("Not written down who is here: %s", failure)
    known[member.pk, heartbeat.tab] = tab
    return list(known.values())


@transaction.atomic(durable=True)
def publish_presence(member: Member) -> None:
    """Tell the room that somebody is here, and whether they are away."""
    poker_session = PokerSession.objects.lock_for(member)
    is_away = _are_hidden(_live(_tabs_of_member.all(member.pk)))
    publish_on_commit(
        poker_session.channel,
        MemberUpdated(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            member=member_data(member) | presence_data(is_online=True, is_away=is_away),
        ),
    )


def _remember(member: Member, tab: TabRow, before: TabRow | None) -> None:
    _tab.write(
        member_id=tab.user_id,
        name=tab.name,
        state=tab.state,
        expires_at_ms=tab.expires_at_ms,
    )
    if before is None:
        _tidy_up(member)
    if before is None or before.is_hidden != tab.is_hidden:
        siblings = _siblings(tab)
        was_away = _are_hidden([*siblings, before] if before else siblings)
        if was_away != _are_hidden([*siblings, tab]):
            publish_presence(member)


def _forget(member: Member, tab: TabRow) -> None:
    """Nobody is told that the last page closed: whoever reloads it is back in a moment,
    and everybody's next fetch of the state tells of the others.
    """
    Tab.objects.filter(member=member, name=tab.name).delete()
    siblings = _siblings(tab)
    if siblings and _are_hidden(siblings) != _are_hidden([*siblings, tab]):
        publish_presence(member)


def _siblings(tab: TabRow) -> list[TabRow]:
    """The other tabs of its member, read anew, after its own was written: of two tabs
    that are hidden at once, at least one then sees both.
    """
    tabs = _live(_tabs_of_member.all(tab.user_id))
    return [each for each in tabs if each.name != tab.name]


def _tidy_up(member: Member) -> None:
    """Delete closed tabs, of anybody, and what is too much of this member's."""
    Tab.objects.filter(expires_at_ms__lte=_now_ms()).delete()
    newest_first = member.tabs.order_by("-expires_at_ms").values_list("pk", flat=True)
    Tab.objects.filter(pk__in=list(newest_first[MOST_TABS:])).delete()


def _live(rows: Collection[Sequence[object]]) -> list[TabRow]:
    now = _now_ms()
    return [tab for row in rows if (tab := TabRow._make(row)).expires_at_ms > now]


def _are_hidden(tabs: Sequence[TabRow]) -> bool:
    return bool(tabs) and all(tab.is_hidden for tab in tabs)


def _is_full(count: int) -> bool:
    limit: int = settings.REALTIME["SERVER"]["limits"]["presence_members"]
    return 0 < limit <= count


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)
