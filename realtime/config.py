"""What a browser may know of the provider. No secret, and no app id."""

from typing import TypedDict


class ClientConfig(TypedDict):
    """How the browser connects; the names are pusher-js' own where it has them.

    ``provider`` names the browser's driver, ``static/realtime/drivers/<provider>.js``.
    An empty ``wsHost`` and ports of None stand for the page's own host and port, a
    ``forceTLS`` of None for TLS as the page has it. ``cluster`` is always a string,
    though only hosted Pusher uses it: pusher-js refuses to start without one.
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
