"""The endpoints for the browser's channel authorization and the provider's webhooks."""

import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .channels import authorized_member
from .factory import get_realtime_service
from .signals import webhook_received

# Pusher protocol 7, socket_id. Checked before anything is signed: any other text could
# smuggle another channel's name into the signature.
_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


@require_POST
def authorize(request: HttpRequest) -> JsonResponse:
    """Pusher Channels, authorization endpoint: ``socket_id``, ``channel_name``.

    200 with the signed answer. Every refusal is 403, so that a stranger cannot find out
    which channels exist.
    """
    socket_id = request.POST.get("socket_id", "")
    channel_name = request.POST.get("channel_name", "")
    member = _SOCKET_ID.fullmatch(socket_id) and authorized_member(
        request, channel_name
    )
    if not member:
        return _refusal()
    try:
        answer = get_realtime_service().authorize(channel_name, socket_id, member)
    except ValueError as error:
        return _refusal(str(error))
    return JsonResponse(answer)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> JsonResponse:
    """Pusher docs, webhooks: 200 for one that the provider signed, else 403."""
    events = get_realtime_service().read_webhook(request.headers, request.body)
    if events is None:
        return JsonResponse(
            {
                "error": "The provider did not sign this webhook.",
                "code": "webhook-refused",
                "params": {},
            },
            status=403,
        )
    for event in events:
        webhook_received.send_robust(sender=webhook, event=event)
    return JsonResponse({})


webhook.takes_json = True  # type: ignore[attr-defined] # see RequestShapeMiddleware


def _refusal(
    sentence: str = "You may not subscribe to this channel.",
) -> JsonResponse:
    refusal = {"error": sentence, "code": "channel", "params": {}}
    return JsonResponse(refusal, status=403)
