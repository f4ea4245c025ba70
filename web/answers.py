"""Answers without a page."""

from django.http import HttpResponse, HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    status_code = 303


def done() -> HttpResponse:
    """204: the new state comes as an event, to the sender too."""
    return HttpResponse(status=204)
