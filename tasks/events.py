"""What browsers are told about the queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions.contract import Payload, PokerEvent


@dataclass(frozen=True, kw_only=True)
class TaskAdded(PokerEvent):
    """Tasks were put before another one, in this order; None: at the queue's end."""

    type = "task-added"
    tasks: Sequence[Payload]
    before: str | None

    @property
    def subject_id(self) -> str:
        return str(self.tasks[0]["taskId"]) if len(self.tasks) == 1 else ""


@dataclass(frozen=True, kw_only=True)
class TaskUpdated(PokerEvent):
    """A task has another text, or was skipped: then its round is over."""

    type = "task-updated"
    task: Payload

    @property
    def subject_id(self) -> str:
        return str(self.task["taskId"])


@dataclass(frozen=True, kw_only=True)
class AboutTask(PokerEvent):
    task_id: str

    @property
    def subject_id(self) -> str:
        return self.task_id


@dataclass(frozen=True, kw_only=True)
class TaskRemoved(AboutTask):
    type = "task-removed"


@dataclass(frozen=True, kw_only=True)
class TasksReordered(AboutTask):
    """One task was put before another one; None: at the queue's end."""

    type = "tasks-reordered"
    before: str | None
