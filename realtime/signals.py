"""Signals for what a server of the Pusher protocol reports."""

from django.dispatch import Signal

# An event of a verified webhook. Sent with `event`, a mapping with its `name` (Pusher
# docs, webhooks). The same event may arrive twice.
webhook_received = Signal()
