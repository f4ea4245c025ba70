"""What a browser may know of the provider. No secret, and no app id."""

from typing import TypedDict

from .channels import PRIVATE_PREFIX


class ClientConfig(TypedDict):
    """How the browser connects. Names are those of pusher-js where it has one.

    ``provider`` names the browser's driver, ``static/realtime/drivers/<provider>.js``.
    An empty ``wsHost`` and ports of None stand for the page's own host and port; a
    ``forceTLS`` of None means TLS if the page has it. ``cluster`` is always a string,
    though only hosted Pusher uses it: pusher-js refuses to start without one.
    ``channelPrefix`` precedes the name of the channel that carries the events:
    ``private-``, or ``private-encrypted-`` where only members can read them.
    """

    provider: str
    key: str
    cluster: str
    wsHost: str
    wsPort: int | None
    wssPort: int | None
    wsPath: str
    forceTLS: bool | None
    authEndpoint: str
    channelPrefix: str


def polling_only(provider: str) -> ClientConfig:
    """For a provider that reaches no browser: pages poll instead."""
    return {
        "provider": provider,
        "key": "",
        "cluster": "",
        "wsHost": "",
        "wsPort": None,
        "wssPort": None,
        "wsPath": "",
        "forceTLS": None,
        "authEndpoint": "",
        "channelPrefix": PRIVATE_PREFIX,
    }
