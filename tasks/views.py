"""Adding, editing, ordering and deleting tasks."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from sessions.access import member_required
from sessions.models import Member
from web.answers import done

from .access import task_of
from .actions import add_task, delete_task, edit_task, reorder_tasks
from .forms import EditTaskForm, NewTaskForm


@require_POST
@member_required
def add(request: HttpRequest, member: Member) -> HttpResponse:
    add_task(member, **NewTaskForm(request.POST).checked())
    return done()


@require_POST
@member_required
def order(request: HttpRequest, member: Member) -> HttpResponse:
    reorder_tasks(member, request.POST.getlist("task_ids"))
    return done()


@require_POST
@member_required
def edit(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    edit_task(member, task, **EditTaskForm(request.POST).checked())
    return done()


@require_POST
@member_required
def delete(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    delete_task(member, task_of(member, task_id))
    return done()
