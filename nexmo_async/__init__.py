"""The asyncio SDK for the Nexmo (Vonage) Messages and Workflows APIs."""

from __future__ import annotations

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

if not TYPE_CHECKING:
    from nexmo_async.door import door

    __getattr__, __dir__ = door(
        __name__,
        {
            "nexmo_async.auth.credentials": ["Basic", "Jwt"],
            "nexmo_async.client": ["Nexmo"],
            "nexmo_async.errors": ["NexmoError"],
            "nexmo_async.messages.sent": ["Sent"],
            "nexmo_async.models.content": [
                *("Audio", "Custom", "File", "Image", "Template", "Text", "Video"),
            ],
            "nexmo_async.models.inbound": ["Inbound"],
            "nexmo_async.models.message": [
                *("Email", "Messenger", "Mms", "Raw"),
                *("Rcs", "Sms", "Viber", "WhatsApp"),
            ],
            "nexmo_async.models.receipt": ["Receipt", "Report"],
            "nexmo_async.models.workflow": ["Step", "Workflow"],
            "nexmo_async.transport.retry": ["Retry"],
            "nexmo_async.transport.throttle": ["Limit"],
            "nexmo_async.webhooks.app": ["WebhookApp"],
        },
    )
