"""Pages saying how they are: rows that come and go without lock or version."""

from dataclasses import dataclass

from django.db.models import Q

from database.statements import PreparedUpsert

from .models import Member, Tab
from .presence import LIFETIME_MS, Standing, now_ms, open_tabs_of, standing_of

CLOSED = "closed"
# Nobody has so many pages open; the names that a browser sends are not to be trusted.
MOST_TABS = 20
# The name of the page that somebody who has just joined is about to open.
EXPECTED = ""
ARRIVAL_MS = 15_000

_tab = PreparedUpsert(
    Tab, unique=["member", "name"], changes=["state", "expires_at_ms"]
)


@dataclass(frozen=True)
class Heartbeat:
    """``tab`` names a page of somebody; ``state``: a ``Tab.State``, or CLOSED."""

    tab: str
    state: str


def renew_tab(member: Member, heartbeat: Heartbeat) -> tuple[Standing, Standing]:
    """Write down how a page is: how its member was here before, and is now.

    The member's other pages are read after this one was written: of two pages that are
    hidden at once, at least one then sees both.
    """
    own = {heartbeat.tab, EXPECTED}
    before = [tab for tab in open_tabs_of(member) if tab.name in own]
    if heartbeat.state == CLOSED:
        Tab.objects.filter(member=member, name=heartbeat.tab).delete()
    else:
        _tab.write(
            member_id=member.pk,
            name=heartbeat.tab,
            state=heartbeat.state,
            expires_at_ms=now_ms() + LIFETIME_MS[heartbeat.state],
        )
        if heartbeat.tab not in {tab.name for tab in before}:
            _tidy_up(member)
    now = open_tabs_of(member)
    others = [tab for tab in now if tab.name not in own]
    return standing_of([*others, *before]), standing_of(now)


def expect_page(member: Member) -> None:
    """Somebody has just joined, and their browser is about to open the room."""
    _tab.write(
        member_id=member.pk,
        name=EXPECTED,
        state=Tab.State.SLOW,
        expires_at_ms=now_ms() + ARRIVAL_MS,
    )


def _tidy_up(member: Member) -> None:
    """A page was opened: delete the row that expected it, expired ones of anybody, and
    what is too much of this member's: all, of one who has left meanwhile.
    """
    is_expected = Q(member=member, name=EXPECTED)
    has_left = Q(member=member, member__left_at__isnull=False)
    has_expired = Q(expires_at_ms__lte=now_ms())
    Tab.objects.filter(is_expected | has_left | has_expired).delete()
    newest_first = member.tabs.order_by("-expires_at_ms").values_list("pk", flat=True)
    Tab.objects.filter(pk__in=list(newest_first[MOST_TABS:])).delete()
