"""The admin's pages: everything can be viewed, sessions can be ended and deleted."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions.models import PokerSession
from voting.models import Vote, VotingRound

LISTS = [
    "/admin/poker_sessions/pokersession/",
    "/admin/poker_sessions/member/",
    "/admin/tasks/task/",
    "/admin/voting/votinground/",
    "/admin/voting/vote/",
]


@pytest.fixture
def admin(transactional_db):
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def task_id(amira, jonas):
    """Jonas has voted 13 on it."""
    task_id = amira.starts_vote()
    jonas.votes("13")
    return task_id


def everything(admin):
    """Each list, and the page of each row in it."""
    for path in LISTS:
        page = admin.get(path)
        yield page
        for row in page.context["cl"].queryset:
            yield admin.get(f"{path}{row.pk}/change/")
            yield admin.get(f"{path}{row.pk}/history/")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.usefixtures("task_id")
def test_each_list_can_be_searched_and_viewed(admin, path):
    page = admin.get(path, {"q": "a"})
    assert page.status_code == 200
    for row in admin.get(path).context["cl"].queryset:
        assert admin.get(f"{path}{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.usefixtures("task_id")
def test_nothing_is_added_or_changed_by_hand(admin, path):
    assert admin.get(f"{path}add/").status_code == 403
    for row in admin.get(path).context["cl"].queryset:
        assert admin.post(f"{path}{row.pk}/change/", {"name": "X"}).status_code == 403


@pytest.mark.parametrize("path", LISTS[1:])
@pytest.mark.usefixtures("task_id")
def test_only_sessions_are_deleted(admin, path):
    for row in admin.get(path).context["cl"].queryset:
        assert admin.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_ending_sessions_is_published(admin, amira, jonas, outbox):
    end = {"action": "end_sessions", "_selected_action": [amira.session_id]}
    page = admin.post(LISTS[0], end, follow=True)
    assert "Sessions ended: 1." in page.content.decode()
    assert [published.type for published in outbox] == ["session-ended"]
    assert jonas.state["session"]["status"] == "ended"
    page = admin.post(LISTS[0], end, follow=True)
    assert "Sessions ended: 0." in page.content.decode()
    assert len(outbox) == 1


def test_a_session_is_deleted_with_all_its_rows(admin, amira, task_id):
    path = f"{LISTS[0]}{amira.session_id}/delete/"
    assert ">13<" not in admin.get(path).content.decode()
    assert admin.post(path, {"post": "yes"}).status_code == 302
    assert not PokerSession.objects.exists()
    assert not Vote.objects.exists()


def test_a_vote_is_shown_only_once_it_is_revealed(admin, amira, task_id):
    def cards():
        pages = [page.content.decode() for page in everything(admin)]
        return sum(">13<" in page for page in pages)

    assert cards() == 0
    amira.reveals()
    assert cards() > 0


@pytest.mark.parametrize("card", ["13", "8"])
@pytest.mark.parametrize(
    "query",
    [
        "card",
        "card__gt",
        "card__in",
        "votes__card",
        "rounds__votes__card",
        "tasks__rounds__votes__card",
        "members__votes__card",
        "member__votes__card",
        "identity",
        "poker_session__members__identity",
    ],
)
@pytest.mark.usefixtures("task_id")
def test_no_query_tells_who_voted_what(admin, query, card):
    for path in LISTS:
        answer = admin.get(path, {query: card})
        assert answer.status_code in {302, 400}, (path, query)
        assert card not in answer.get("Location", "").replace(query, "")


@pytest.mark.usefixtures("task_id")
def test_no_ordering_and_no_search_uses_a_hidden_vote(admin):
    for order in range(1, 6):
        page = admin.get(LISTS[-1], {"o": str(order)})
        assert "card" not in str(page.context["cl"].queryset.query).split("ORDER BY")[1]
    assert len(admin.get(LISTS[-1], {"q": "13"}).context["cl"].queryset) == 0


def test_the_votes_of_a_skipped_round_stay_hidden(admin, amira, task_id):
    amira.skips()
    assert VotingRound.objects.get().status == "abandoned"
    assert not any(">13<" in page.content.decode() for page in everything(admin))
