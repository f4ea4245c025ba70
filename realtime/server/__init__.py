"""The embedded server: Pusher Channels, protocol 7, for one app in one process.

Everything here runs in the thread of one event loop, needs no Django, and keeps its
state in memory. After a restart, browsers reconnect and fetch what they missed.
"""

from .api import Response
from .app import App
from .embedded import METRICS_PATH, EmbeddedServer, running_server
from .limits import Limits

__all__ = [
    "METRICS_PATH",
    "App",
    "EmbeddedServer",
    "Limits",
    "Response",
    "running_server",
]
