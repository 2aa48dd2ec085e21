"""What Nexmo calls you with: verified, parsed, recorded."""

from nexmo_async.webhooks.app import WebhookApp
from nexmo_async.webhooks.intake import Statistics
from nexmo_async.webhooks.parse import Event, parse, unwrap
from nexmo_async.webhooks.seen import MemorySeen, Seen
from nexmo_async.webhooks.signature import sign, verify

__all__ = [
    "Event",
    "MemorySeen",
    "Seen",
    "Statistics",
    "WebhookApp",
    "parse",
    "sign",
    "unwrap",
    "verify",
]
