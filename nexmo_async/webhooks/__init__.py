"""What Nexmo calls you with: verified, parsed, recorded."""

from nexmo_async.webhooks.app import WebhookApp
from nexmo_async.webhooks.parse import Event, parse, unwrap
from nexmo_async.webhooks.signature import sign, verify

__all__ = ["Event", "WebhookApp", "parse", "sign", "unwrap", "verify"]
