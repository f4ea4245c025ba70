"""What the embedded server takes before it refuses."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Pusher's own numbers where Pusher has one. 0 means no limit."""

    channel_name_length: int = 164
    event_name_length: int = 200
    data_bytes: int = 10_240
    channels_per_trigger: int = 100
    events_per_batch: int = 10
    # A whole request: ten full events of which each character is escaped fit in.
    request_bytes: int = 1_000_000
    presence_members: int = 100
    presence_user_info_bytes: int = 1_024
    presence_user_id_length: int = 128
    # Frames up to here are always taken, a larger one closes its connection.
    frame_bytes: int = 10_000
    channels_per_connection: int = 100
    # A company behind one address, or everybody behind one proxy, is a normal client.
    connections_per_address: int = 10_000
    # How far one browser may fall behind before it is cut off.
    unsent_bytes: int = 1_048_576


def is_over(limit: int, size: int) -> bool:
    """Whether ``size`` is more than ``limit`` allows."""
    return 0 < limit < size
