"""One message to one person, on each channel, and who carries what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.models.base import (
    CLIENT_REF_LENGTH,
    Channel,
    Message,
    Raw,
    WebhookVersion,
)
from nexmo_async.models.email import Email, EmailContent, Mailbox
from nexmo_async.models.messenger import Messenger, MessengerCategory, MessengerContent
from nexmo_async.models.phone import Mms, MmsContent, Sms, SmsContent
from nexmo_async.models.rcs import Rcs, RcsCategory, RcsContent
from nexmo_async.models.value import one_of, seconds
from nexmo_async.models.viber import Action, Viber, ViberCategory, ViberContent
from nexmo_async.models.whatsapp import WhatsApp, WhatsAppContent, WhatsAppPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.models.content import Content

__all__ = [
    "CAPTIONED",
    "CARRIES",
    "CLIENT_REF_LENGTH",
    "KINDS",
    "TEXT_LENGTH",
    "Action",
    "Channel",
    "Email",
    "EmailContent",
    "Mailbox",
    "Message",
    "Messenger",
    "MessengerCategory",
    "MessengerContent",
    "Mms",
    "MmsContent",
    "Raw",
    "Rcs",
    "RcsCategory",
    "RcsContent",
    "Sms",
    "SmsContent",
    "Viber",
    "ViberCategory",
    "ViberContent",
    "WebhookVersion",
    "WhatsApp",
    "WhatsAppContent",
    "WhatsAppPolicy",
    "one_of",
    "seconds",
]

#: The class of each channel.
KINDS: Final[Mapping[Channel, type[Message]]] = {
    "sms": Sms,
    "mms": Mms,
    "rcs": Rcs,
    "whatsapp": WhatsApp,
    "messenger": Messenger,
    "viber": Viber,
    "email": Email,
}

#: Who can carry what, in whatever generation.
CARRIES: Final[Mapping[Channel, frozenset[type[Content]]]] = {
    channel: kind.carries for channel, kind in KINDS.items()
}

#: Which content may have a caption.
CAPTIONED: Final[Mapping[Channel, frozenset[type[Content]]]] = {
    channel: kind.captioned for channel, kind in KINDS.items()
}

#: Characters in a text, the most that any generation allows; None: nobody says.
TEXT_LENGTH: Final[Mapping[Channel, range | None]] = {
    channel: kind.longest for channel, kind in KINDS.items()
}
