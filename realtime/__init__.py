"""Real-time events over any provider. Knows nothing of what the events are about.

Applications call ``publish_on_commit(channel, event)``, register who may subscribe to
a channel with ``register_channel``, and put ``{% realtime_client %}`` into their pages.
"""

from .channels import register_channel
from .config import ClientConfig
from .events import ChannelMember, Event, RealtimeEvent
from .factory import get_realtime_service
from .publishing import publish_on_commit, terminate_on_commit
from .service import RealtimeService

__all__ = [
    "ChannelMember",
    "ClientConfig",
    "Event",
    "RealtimeEvent",
    "RealtimeService",
    "get_realtime_service",
    "publish_on_commit",
    "register_channel",
    "terminate_on_commit",
]
