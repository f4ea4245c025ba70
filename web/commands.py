"""What people do, declared once: from a list of commands follow addresses and views.

Each command is a form post that is answered 204. One transaction locks the session,
reads who asks and what it is about, and refuses in one order (docs/architecture.md):
method and size, CSRF token, session, member, subject, ability, form, rule.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, get_script_prefix, path, reverse

from .answers import done, takes
from .forms import CheckedForm

SESSION_PATH = "s/<slug:session_id>/"


class Locked(Protocol):
    """What is locked until the commit, and who acts on it."""

    def require(self, ability: str, *, unless: bool = False) -> None:
        """Raises the rule that an ability is missing, ``unless`` it is not needed."""

    def require_open(self) -> None:
        """Raises the rule that forbids changes of what has ended."""

    def is_oneself(self, subject: object) -> bool: ...


# ``lock(request, session_id)`` is a transaction, which gives what it has Locked.
Lock = Callable[[HttpRequest, str], AbstractContextManager[Locked]]


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something that a person does to a session, or to what is in it.

    ``path`` is what follows the session's address, and ``subject`` finds what its id
    names. ``action(locked, [subject,] **form fields)`` does it. Without ``ability``
    every member may; ``or_oneself``: everybody to themselves. ``even_ended``: also in
    a session that has ended.
    """

    name: str
    path: str
    action: Callable[..., object]
    ability: str = ""
    form: type[CheckedForm] = CheckedForm
    subject: Callable[[Any, str], object] | None = None
    or_oneself: bool = False
    even_ended: bool = False

    def run(self, locked: Locked, fields: Mapping[str, Any], *ids: str) -> None:
        """Refuse, or do it: within the transaction that has locked the session."""
        subjects = [self.subject(locked, each) for each in ids] if self.subject else []
        if self.ability:
            oneself = self.or_oneself and locked.is_oneself(*subjects)
            locked.require(self.ability, unless=oneself)
        checked = self.form(fields).checked()
        if not self.even_ended:
            locked.require_open()
        self.action(locked, *subjects, **checked)


# By name, in the order of declaration.
_commands: dict[str, Command] = {}


def urls_of(commands: Sequence[Command], lock: Lock) -> list[URLPattern]:
    """The addresses of an app's commands."""
    for command in commands:
        _commands[command.name] = command
    return [
        path(SESSION_PATH + each.path, _view(each, lock), name=each.name)
        for each in commands
    ]


def all_commands() -> list[Command]:
    return list(_commands.values())


def addresses_in(session_id: str) -> dict[str, str]:
    """Each command's address for scripts, with ``{taskId}`` and ``{userId}`` in it."""
    templates = _address_templates(get_script_prefix())
    return {name: url.replace("SESSION", session_id) for name, url in templates.items()}


@cache
def _address_templates(script_prefix: str) -> Mapping[str, str]:
    stands_for = {"session_id": "SESSION", "task_id": "TASK", "user_id": "USER"}
    templates = {}
    for name, command in _commands.items():
        names = ["session_id", *(each for each in stands_for if each in command.path)]
        url = reverse(name, kwargs={each: stands_for[each] for each in names})
        url = url.replace("/TASK/", "/{taskId}/").replace("/USER/", "/{userId}/")
        templates[name] = url
    return templates


def _view(command: Command, lock: Lock) -> Callable[..., HttpResponse]:
    @takes("POST")
    def view(request: HttpRequest, session_id: str, **ids: str) -> HttpResponse:
        with lock(request, session_id) as locked:
            command.run(locked, request.POST, *ids.values())
        return done()

    return view
