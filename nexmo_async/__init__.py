"""The asyncio SDK for the Nexmo (Vonage) Messages and Workflows APIs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nexmo_async.auth.credentials import Basic, Jwt
    from nexmo_async.client import Nexmo
    from nexmo_async.errors import NexmoError
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.content import (
        Audio,
        Custom,
        File,
        Image,
        Template,
        Text,
        Video,
    )
    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.message import (
        Email,
        Messenger,
        Mms,
        Raw,
        Rcs,
        Sms,
        Viber,
        WhatsApp,
    )
    from nexmo_async.models.receipt import Receipt, Report
    from nexmo_async.models.workflow import Step, Workflow
    from nexmo_async.transport.retry import Retry
    from nexmo_async.transport.throttle import Limit
    from nexmo_async.webhooks.app import WebhookApp

__all__ = [
    "Audio",
    "Basic",
    "Custom",
    "Email",
    "File",
    "Image",
    "Inbound",
    "Jwt",
    "Limit",
    "Messenger",
    "Mms",
    "Nexmo",
    "NexmoError",
    "Raw",
    "Rcs",
    "Receipt",
    "Report",
    "Retry",
    "Sent",
    "Sms",
    "Step",
    "Template",
    "Text",
    "Viber",
    "Video",
    "WebhookApp",
    "WhatsApp",
    "Workflow",
]

# Where each name lives. A room is entered when its first name is asked for (PEP 562),
# so that a program, and the command line, load no more than they use.
_ROOMS = {
    "auth.credentials": ("Basic", "Jwt"),
    "client": ("Nexmo",),
    "errors": ("NexmoError",),
    "messages.sent": ("Sent",),
    "models.content": (
        *("Audio", "Custom", "File", "Image", "Template", "Text", "Video"),
    ),
    "models.inbound": ("Inbound",),
    "models.message": (
        *("Email", "Messenger", "Mms", "Raw", "Rcs", "Sms", "Viber", "WhatsApp"),
    ),
    "models.receipt": ("Receipt", "Report"),
    "models.workflow": ("Step", "Workflow"),
    "transport.retry": ("Retry",),
    "transport.throttle": ("Limit",),
    "webhooks.app": ("WebhookApp",),
}


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            globals()[name] = found = getattr(import_module(f"{__name__}.{room}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
