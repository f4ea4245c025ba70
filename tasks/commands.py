"""What people can do to the queue."""

from sessions.abilities import Ability
from web.commands import Command

from . import actions
from .access import task_in
from .forms import EditTaskForm, MoveTaskForm, NewTaskForm

COMMANDS = [
    Command(
        name="add-task",
        path="tasks/",
        ability=Ability.EDIT_TASKS,
        form=NewTaskForm,
        action=actions.add_task,
    ),
    Command(
        name="edit-task",
        path="tasks/<slug:task_id>/edit/",
        subject=task_in,
        ability=Ability.EDIT_TASKS,
        form=EditTaskForm,
        action=actions.edit_task,
    ),
    Command(
        name="move-task",
        path="tasks/<slug:task_id>/move/",
        subject=task_in,
        ability=Ability.EDIT_TASKS,
        form=MoveTaskForm,
        action=actions.move_task,
    ),
    Command(
        name="delete-task",
        path="tasks/<slug:task_id>/delete/",
        subject=task_in,
        ability=Ability.EDIT_TASKS,
        action=actions.delete_task,
    ),
]
