"""People who take part in a session, and what they do there.

Every test uses these verbs: in process (``in_process_client``), over HTTP against a
real server (``http_client``), and on the pages themselves (``browser_users``).
"""

from http import HTTPStatus
from typing import Any, Self


class RefusedError(AssertionError):
    """The product did not do what a person asked for."""


class Person:
    """Somebody with a browser of their own.

    A subclass makes the requests; its answers have ``status_code``, ``headers``,
    ``content`` and ``json()``. ``task`` is what ``adds_task`` returned, and by default
    the task that is being voted on.
    """

    state_path = "state/"

    def __init__(self, name: str, session_id: str = "") -> None:
        self.name = name
        self.session_id = session_id

    def get(self, path: str, **options: Any) -> Any:
        raise NotImplementedError

    def post(self, path: str, fields: dict[str, Any]) -> Any:
        raise NotImplementedError

    @property
    def room(self) -> str:
        """The room's path."""
        return f"/s/{self.session_id}/"

    @property
    def channel(self) -> str:
        """The session's channel, as the application names it."""
        return f"planning-poker-{self.session_id}"

    def gets(self, path: str = "", **options: Any) -> Any:
        """Get a path of the session; any answer is returned."""
        return self.get(self.room + path, **options)

    def posts(self, path: str, **fields: Any) -> Any:
        """Post to a path of the session; any answer is returned."""
        return self.post(self.room + path, fields)

    def does(self, path: str, **fields: Any) -> None:
        """Post to a path of the session, which must be answered with 204."""
        _expect(HTTPStatus.NO_CONTENT, path, self.posts(path, **fields))

    def is_refused(self, path: str, **fields: Any) -> tuple[int, str]:
        """Post to a path of the session: the refusal's status and code."""
        answer = self.posts(path, **fields)
        assert answer.status_code >= 400, (path, answer.status_code)
        refusal = answer.json()
        assert refusal["error"].endswith((".", "?")), "a refusal is a sentence"
        return answer.status_code, refusal["code"]

    def asks_to_subscribe(self, socket_id: str, channel: str) -> Any:
        """The answer: the signed subscription, or a refusal."""
        fields = {"socket_id": socket_id, "channel_name": channel}
        return self.post("/realtime/auth/", fields)

    @property
    def state(self) -> dict[str, Any]:
        answer = self.gets(self.state_path)
        _expect(HTTPStatus.OK, self.state_path, answer)
        state: dict[str, Any] = answer.json()
        return state

    @property
    def user_id(self) -> str:
        return str(self.state["me"]["userId"])

    # The session and its members.

    def starts_session(
        self, name: str = "Payments refinement", deck: str = "fibonacci", **fields: str
    ) -> str:
        """The session's id."""
        sent = {"name": name, "display_name": self.name, "deck": deck, **fields}
        answer = self.post("/s/", sent)
        _expect(HTTPStatus.SEE_OTHER, "/s/", answer)
        self.session_id = answer.headers["Location"].split("/")[2]
        return self.session_id

    def joins(self, session_id: str, role: str = "voter", **fields: str) -> Self:
        self.session_id = session_id
        sent = {"display_name": self.name, "role": role, **fields}
        _expect(HTTPStatus.SEE_OTHER, "join/", self.posts("join/", **sent))
        return self

    def leaves(self) -> None:
        self.does("leave/")

    def changes_settings(self, **fields: str) -> None:
        self.does("settings/", **fields)

    def ends_session(self) -> None:
        self.does("end/")

    def reopens_session(self) -> None:
        self.does("reopen/")

    def sends_heartbeat(self, tab: str, state: str) -> None:
        """``state`` of the page: live, slow, hidden or closed."""
        self.does("presence/", tab=tab, state=state)

    def renames(self, member: "Person", name: str) -> None:
        self.does(f"members/{member.user_id}/rename/", display_name=name)

    def changes_role(self, member: "Person", role: str) -> None:
        self.does(f"members/{member.user_id}/role/", role=role)

    def promotes(self, member: "Person") -> None:
        self.does(f"members/{member.user_id}/promote/")

    def demotes(self, member: "Person") -> None:
        self.does(f"members/{member.user_id}/demote/")

    def removes(self, member: "Person") -> None:
        self.does(f"members/{member.user_id}/remove/")

    # The queue.

    def adds_task(self, title: str = "Refund part of an order", **fields: str) -> str:
        """The task's id."""
        self.does("tasks/", title=title, **fields)
        return str(self.state["tasks"][-1]["taskId"])

    def edits_task(self, task: str, **fields: str) -> None:
        self.does(f"tasks/{task}/edit/", **fields)

    def deletes_task(self, task: str) -> None:
        self.does(f"tasks/{task}/delete/")

    def moves_task(self, task: str, before: str = "") -> None:
        """Before another task, by default to the queue's end."""
        self.does(f"tasks/{task}/move/", before=before)

    # A round.

    def starts_vote(self, task: str = "") -> str:
        """Put a task to the vote, a new one by default; its id is returned."""
        task = task or self.adds_task()
        self.does(f"tasks/{task}/start/")
        return task

    def starts_quick_vote(self, title: str = "") -> str:
        """The new task's id."""
        self.does("quick-vote/", title=title)
        return self.current_task

    @property
    def round(self) -> dict[str, Any] | None:
        """The round of the task that is being voted on, as the state has it."""
        rounds = self.state["rounds"]
        return rounds[0] if rounds else None

    @property
    def revealed_cards(self) -> list[str]:
        """The cards of that round, once it is revealed."""
        assert self.round
        return [vote["storyPoints"] for vote in self.round["votes"]]

    @property
    def vote(self) -> str | None:
        """One's own card in that round, as the server has it."""
        state = self.state
        card: str | None = state["me"]["votes"].get(state["currentTaskId"])
        return card

    @property
    def current_task(self) -> str:
        """The id of the task in hand."""
        return str(self.state["currentTaskId"])

    def votes(self, card: str, task: str = "", **fields: str) -> None:
        """An empty card takes the vote back."""
        self.does(f"tasks/{task or self.current_task}/vote/", card=card, **fields)

    def reveals(self, task: str = "") -> None:
        self.does(f"tasks/{task or self.current_task}/reveal/")

    def votes_again(self, task: str = "") -> None:
        self.does(f"tasks/{task or self.current_task}/revote/")

    def finalizes(self, story_points: str, task: str = "") -> None:
        path = f"tasks/{task or self.current_task}/finalize/"
        self.does(path, story_points=story_points)

    def skips(self, task: str = "") -> None:
        self.does(f"tasks/{task or self.current_task}/skip/")


def without_time(state: dict[str, Any]) -> dict[str, Any]:
    """Two states that differ only in when they were asked for are then the same."""
    timeless = {name: value for name, value in state.items() if name != "serverTime"}
    members = [
        {name: value for name, value in member.items() if name != "at"}
        for member in state["members"]
    ]
    return timeless | {"members": members}


def _expect(status: HTTPStatus, path: str, answer: Any) -> None:
    if answer.status_code != status:
        raise RefusedError(path, answer.status_code, answer.content)
