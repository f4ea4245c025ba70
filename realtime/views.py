"""The endpoint that lets a browser listen to a channel."""

import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from .channels import listener
from .factory import get_realtime_service

# Pusher protocol 7, socket_id. Checked before anything is signed: another text could
# carry the name of another channel into the signature.
_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


@require_POST
def authorize(request: HttpRequest) -> JsonResponse:
    """Pusher Channels, authorization endpoint: ``socket_id``, ``channel_name``.

    200 with the signed answer. Whatever is wrong is 403, so that one who may not
    listen learns nothing of what there is.
    """
    socket_id = request.POST.get("socket_id", "")
    channel_name = request.POST.get("channel_name", "")
    member = _SOCKET_ID.fullmatch(socket_id) and listener(request, channel_name)
    if not member:
        return JsonResponse(
            {"error": "You may not listen to this channel.", "code": "channel-refused"},
            status=403,
        )
    answer = get_realtime_service().authorize(channel_name, socket_id, member)
    return JsonResponse(answer)
