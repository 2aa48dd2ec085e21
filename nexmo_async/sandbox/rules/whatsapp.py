"""WhatsApp: everything but a time to live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    LOCALE,
    SCOPED_USER,
    an_object,
    either,
    length,
    matching,
    one_member_of,
    one_of,
    some_text,
    url,
)
from nexmo_async.sandbox.rules.content import CUSTOM, NUMBER, media, text
from nexmo_async.sandbox.rules.table import (
    Channel,
    Field,
    Many,
    equals,
    never,
    optional,
)

if TYPE_CHECKING:
    from nexmo_async.sandbox.rules.table import Table

#: Somebody is a number, or a user in the eyes of one business. (Spec, 1.20.)
_PERSON: Final = either(NUMBER, matching(SCOPED_USER, "a number"))

_TEMPLATE: Final[Table] = (
    Field("template", an_object),
    Field("template.name", length(1, 512)),
    Many("template.parameters", length(0, 4096), needed=never),
    Field("whatsapp", an_object),
    Field("whatsapp.locale", matching(LOCALE, "a language such as en_GB")),
)

_STICKER: Final[Table] = (
    Field("sticker", one_member_of("url", "id")),
    optional("sticker.url", url("webp")),
    optional("sticker.id", some_text),
)

_REACTION: Final[Table] = (
    Field("reaction", an_object),
    Field("reaction.action", one_of("react", "unreact")),
    Field("reaction.emoji", some_text, equals("reaction.action", "react")),
    Field("context", an_object),
)

#: WhatsApp. (Messages v1 spec, 1.20.)
WHATSAPP: Final = Channel(
    to=_PERSON,
    sender=_PERSON,
    carries={
        "text": text(4096),
        "image": media("image", url("jpg", "jpeg", "png"), caption=True),
        "audio": media("audio", url("aac", "m4a", "amr", "mp3", "opus", least=10)),
        "video": media("video", url("mp4", "3gpp", "3gp"), caption=True),
        "file": (*media("file", caption=True), optional("file.name", some_text)),
        "template": _TEMPLATE,
        "sticker": _STICKER,
        "reaction": _REACTION,
        "custom": CUSTOM,
    },
    options=(
        optional("whatsapp", an_object),
        optional("whatsapp.policy", one_of("deterministic")),
        optional("context", an_object),
        Field("context.message_uuid", some_text),
    ),
)
