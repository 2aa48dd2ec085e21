"""Sending messages."""

from nexmo_async.messages.client import Messages
from nexmo_async.messages.sent import Sent

__all__ = ["Messages", "Sent"]
