"""Everything about the queue of a session."""

from django.urls import path

from . import views

urlpatterns = [
    path("s/<slug:session_id>/tasks/", views.add, name="add-task"),
    path("s/<slug:session_id>/tasks/order/", views.order, name="order-tasks"),
    path(
        "s/<slug:session_id>/tasks/<slug:task_id>/edit/", views.edit, name="edit-task"
    ),
    path(
        "s/<slug:session_id>/tasks/<slug:task_id>/delete/",
        views.delete,
        name="delete-task",
    ),
]
