"""What this product is told by a server of the Pusher protocol."""

from django.dispatch import Signal

# A verified webhook's event. Sent with `event`, a mapping with its `name` (Pusher docs,
# webhooks). The same event may come twice.
webhook_received = Signal()
