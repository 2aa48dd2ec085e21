"""What only one generation refuses. A limit that all share is kept by the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import attrs

from nexmo_async.errors import UnsupportedError
from nexmo_async.models.content import (
    Audio,
    Card,
    Carousel,
    Content,
    Custom,
    File,
    Html,
    Image,
    Interactive,
    Letter,
    Media,
    Reaction,
    Sticker,
    Template,
    Text,
    Vcard,
    Video,
)
from nexmo_async.models.message import Message, Sms, Viber, WhatsApp

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The generations of the API. "beta" is the Developer Preview of 2018.
Api = Literal["beta", "v0.1", "v1"]

_MEDIA: Final[frozenset[type[Content]]] = frozenset({Image, Audio, Video, File})
_INTERACTIVE: Final[frozenset[type[Content]]] = frozenset(get_args(Interactive))
_CUSTOM: Final[frozenset[type[Content]]] = _INTERACTIVE | {Custom}

#: Which content each generation carries on which channel.
CARRIES: Final[Mapping[Api, Mapping[str, frozenset[type[Content]]]]] = {
    "beta": {
        "sms": frozenset({Text}),
        "whatsapp": frozenset({Text, Template}),
        "messenger": _MEDIA | {Text, Template, Custom},
        "viber": frozenset({Text, Image, Template}),
    },
    "v0.1": {
        "sms": frozenset({Text}),
        "mms": frozenset({Image}),
        "whatsapp": _MEDIA | _CUSTOM | {Text, Template},
        "messenger": _MEDIA | {Text, Custom},
        "viber": frozenset({Text, Image, Template, Custom}),
    },
    "v1": {
        "sms": frozenset({Text}),
        "mms": _MEDIA | {Text, Vcard, Media},
        "rcs": frozenset({Text, Image, Video, File, Card, Carousel, Custom}),
        "whatsapp": _MEDIA | _CUSTOM | {Text, Template, Sticker, Reaction},
        "messenger": _MEDIA | {Text},
        "viber": frozenset({Text, Image, Video, File}),
        "email": frozenset({Text, Html, Letter}),
    },
}

#: Where captions are shown. None are in the preview's own tables but these.
CAPTIONED: Final[Mapping[Api, frozenset[tuple[str, type[Content]]]]] = {
    "beta": frozenset(),
    "v0.1": frozenset({("mms", Image), ("whatsapp", Image), ("whatsapp", File)}),
    "v1": frozenset(
        {("mms", kind) for kind in (Image, Vcard, Audio, Video, File)}
        | {("whatsapp", kind) for kind in (Image, Video, File)}
        | {("viber", kind) for kind in (Image, Video)}
    ),
}

#: Options of a channel that the older generations know. v1 knows them all.
OPTIONS: Final[Mapping[Api, Mapping[str, frozenset[str]]]] = {
    "beta": {
        "sms": frozenset(),
        # Said by the template itself: it had one language.
        "whatsapp": frozenset({"locale"}),
        "messenger": frozenset({"category", "tag"}),
        "viber": frozenset({"category", "ttl"}),
    },
    "v0.1": {
        "sms": frozenset({"client_ref"}),
        "mms": frozenset({"client_ref"}),
        "whatsapp": frozenset({"client_ref", "locale", "policy"}),
        "messenger": frozenset({"client_ref", "category", "tag"}),
        "viber": frozenset({"client_ref", "category", "ttl", "type"}),
    },
}

#: Characters in the text of an SMS: v1 spec 1.20 allows more than those before it.
SMS_TEXT: Final[Mapping[Api, int]] = {"beta": 1000, "v0.1": 1000, "v1": 3200}

#: Characters in a client_ref; the preview knows none.
CLIENT_REF: Final[Mapping[Api, int]] = {"beta": 0, "v0.1": 40, "v1": 100}

#: Seconds that Viber may keep trying, for a message alone.
VIBER_TTL: Final[Mapping[Api, int]] = {"beta": 86_400, "v0.1": 259_200, "v1": 259_200}

_REQUIRED: Final = frozenset({"to", "sender", "content"})


def check(message: Message, api: Api) -> None:
    """Raise `UnsupportedError` if this generation cannot carry the message."""
    kind, channel = type(message.content), message.channel
    carried = CARRIES[api].get(channel)
    if carried is None:
        raise UnsupportedError("channel", f"there is no {channel}", api)
    if kind not in carried:
        raise UnsupportedError("content", f"{channel} carries no {kind.__name__}", api)
    if api != "v1":
        _check_old(message, api)
    if isinstance(message, WhatsApp) and message.policy == "fallback":
        raise UnsupportedError("policy", "'fallback' has been dead since 2020", api)


def _check_old(message: Message, api: Api) -> None:
    content, channel = message.content, message.channel
    kind = type(content)
    if getattr(content, "caption", None) and (channel, kind) not in CAPTIONED[api]:
        problem = f"{channel} shows none below {kind.__name__}"
        raise UnsupportedError("caption", problem, api)
    if isinstance(content, File) and content.name is not None:
        raise UnsupportedError("name", "a file has none", api)
    known = OPTIONS[api][channel] | _REQUIRED
    for field in attrs.fields(type(message)):
        value = getattr(message, field.name)
        if field.name not in known and value is not None and value != ():
            raise UnsupportedError(field.name, "is not known", api)
    if isinstance(message, Sms):
        _at_most(SMS_TEXT[api], message.content.text, "text", api)
    if message.client_ref is not None:
        _at_most(CLIENT_REF[api], message.client_ref, "client_ref", api)
    if isinstance(message, WhatsApp) and not message.to.isdigit():
        raise UnsupportedError("to", "must be a number", api)
    if isinstance(message, Viber) and (message.ttl or 0) > VIBER_TTL[api]:
        problem = f"is {message.ttl} seconds, allowed are up to {VIBER_TTL[api]}"
        raise UnsupportedError("ttl", problem, api)


def _at_most(limit: int, text: str, field: str, api: Api) -> None:
    if len(text) > limit:
        problem = f"has {len(text)} characters, allowed are up to {limit}"
        raise UnsupportedError(field, problem, api)
