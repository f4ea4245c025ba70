"""What browsers are told about the queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions.events import Payload, PokerEvent


@dataclass(frozen=True, kw_only=True)
class TaskAdded(PokerEvent):
    """Tasks were put at the queue's end, in this order."""

    type = "task-added"
    tasks: Sequence[Payload]


@dataclass(frozen=True, kw_only=True)
class TaskUpdated(PokerEvent):
    """A task has another text or was skipped."""

    type = "task-updated"
    task: Payload


@dataclass(frozen=True, kw_only=True)
class TaskRemoved(PokerEvent):
    type = "task-removed"
    task_id: str


@dataclass(frozen=True, kw_only=True)
class TasksReordered(PokerEvent):
    """The whole queue in its new order."""

    type = "tasks-reordered"
    task_ids: Sequence[str]
