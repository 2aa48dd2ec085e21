"""WhatsApp."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import number, text
from nexmo_async.models.base import Channel, Message, text_or
from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Interactive,
    Reaction,
    Sticker,
    Template,
    Text,
    Video,
)
from nexmo_async.models.value import one_of, optional_words

WhatsAppContent = (
    Text
    | Image
    | Audio
    | Video
    | File
    | Template
    | Sticker
    | Reaction
    | Custom
    | Interactive
)

#: Characters in a text (all specs).
TEXT_LENGTH: Final = range(1, 4097)

WhatsAppPolicy = Literal["deterministic", "fallback"]

#: How WhatsApp calls somebody who shows a business no number (v1 spec 1.20).
_SCOPED: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


def _person(value: str, field: str) -> str:
    bare = text(value, field).strip()
    return bare if _SCOPED.fullmatch(bare) else number(bare, field)


def _to(value: str) -> str:
    return _person(value, "to")


def _sender(value: str) -> str:
    return _person(value, "sender")


def _whatsapp(value: str | WhatsAppContent) -> WhatsAppContent:
    return cast("WhatsAppContent", text_or(value))


@attrs.frozen(kw_only=True)
class WhatsApp(Message):
    """A message on WhatsApp.

    Args:
        to: A phone number with its country code, or an id such as US.1349… (v1).
        sender: Your WhatsApp business number.
        content: Up to 4,096 characters of text, media, something to tap, or a template;
            outside the 24 hours after the person's last message only a template
            arrives.
        locale: Language of the template, such as "en" or "en_GB". The preview (beta)
            had one language for each template and is not told.
        policy: How WhatsApp chooses the language; leave it out.
        reply_to: The message_uuid that this one answers, or reacts to (v1).
    """

    channel: ClassVar[Channel] = "whatsapp"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(WhatsAppContent))
    captioned: ClassVar[frozenset[type[Content]]] = frozenset({Image, Video, File})
    details: ClassVar[frozenset[str]] = frozenset({"name"})
    longest: ClassVar[range | None] = TEXT_LENGTH

    to: str = attrs.field(converter=_to)
    sender: str = attrs.field(converter=_sender)
    content: WhatsAppContent = attrs.field(converter=_whatsapp)
    locale: str | None = attrs.field(default=None, validator=optional_words())
    policy: WhatsAppPolicy | None = None
    reply_to: str | None = attrs.field(default=None, validator=optional_words())

    def _check_options(self) -> None:
        one_of(self.policy, "policy", WhatsAppPolicy)
        if isinstance(self.content, Template):
            if self.locale is None:
                raise MessageError("locale", "is needed for a template, such as en_GB")
        elif self.locale is not None or self.policy is not None:
            raise MessageError("locale", "and policy only go with a Template")
        if isinstance(self.content, Reaction) and self.reply_to is None:
            problem = "is needed for a Reaction: the message_uuid it belongs to"
            raise MessageError("reply_to", problem)
