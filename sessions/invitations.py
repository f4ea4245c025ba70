"""The link that brings somebody into a session."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from .models import PokerSession


def room_url(session_id: str) -> str:
    """The room's path."""
    return reverse("room", args=[session_id])


def invite_url(request: HttpRequest, poker_session: PokerSession) -> str:
    """The room's absolute address, one that others in the network can open.

    Whoever opened the page as localhost would otherwise invite people to their own
    machines, so the server's address in the network takes its place.
    """
    url = urlsplit(request.build_absolute_uri(room_url(poker_session.pk)))
    if not (_is_loopback(url.hostname or "") and settings.NETWORK_ADDRESS):
        return url.geturl()
    port = f":{url.port}" if url.port else ""
    return url._replace(netloc=f"{settings.NETWORK_ADDRESS}{port}").geturl()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
