"""What only one generation refuses. A limit that all share is kept by the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from nexmo_async.errors import UnsupportedError
from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
)
from nexmo_async.models.message import Message, Viber, WhatsApp

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The generations of the API. "beta" is the Developer Preview of 2018.
Api = Literal["beta", "v0.1", "v1"]

_MEDIA: Final[frozenset[type[Content]]] = frozenset({Image, Audio, Video, File})

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
        "whatsapp": _MEDIA | {Text, Template, Custom},
        "messenger": _MEDIA | {Text, Custom},
        "viber": frozenset({Text, Image, Template, Custom}),
    },
    "v1": {
        "sms": frozenset({Text}),
        "whatsapp": _MEDIA | {Text, Template, Custom},
        "messenger": _MEDIA | {Text},
        "viber": frozenset({Text, Image}),
    },
}

#: Where captions are shown. None are in the preview's own tables but these.
CAPTIONED: Final[Mapping[Api, frozenset[tuple[str, type[Content]]]]] = {
    "beta": frozenset(),
    "v0.1": frozenset({("whatsapp", Image), ("whatsapp", File)}),
    "v1": frozenset(
        {("whatsapp", Image), ("whatsapp", Video), ("whatsapp", File), ("viber", Image)}
    ),
}

#: Characters in the text of an SMS: v1 spec 1.20 allows more than those before it.
SMS_TEXT: Final[Mapping[Api, int]] = {"beta": 1000, "v0.1": 1000, "v1": 3200}

#: Characters in a client_ref; the preview knows none.
CLIENT_REF: Final[Mapping[Api, int]] = {"beta": 0, "v0.1": 40, "v1": 100}

#: Seconds that Viber may keep trying, for a message alone.
VIBER_TTL: Final[Mapping[Api, int]] = {"beta": 86_400, "v0.1": 259_200, "v1": 259_200}


def check(message: Message, api: Api) -> None:
    """Raise `UnsupportedError` if this generation cannot carry the message."""
    content, channel = message.content, message.channel
    kind = type(content)
    if kind not in CARRIES[api][channel]:
        raise UnsupportedError("content", f"{channel} carries no {kind.__name__}", api)
    if isinstance(content, Text) and channel == "sms":
        _at_most(SMS_TEXT[api], content.text, "text", api)
    elif getattr(content, "caption", None) and (channel, kind) not in CAPTIONED[api]:
        problem = f"{channel} shows none below {kind.__name__}"
        raise UnsupportedError("caption", problem, api)
    if isinstance(content, File) and content.name is not None and api != "v1":
        raise UnsupportedError("name", "a file has none", api)
    _check_options(message, api)


def _check_options(message: Message, api: Api) -> None:
    if message.client_ref is not None:
        if not CLIENT_REF[api]:
            raise UnsupportedError("client_ref", "is not known", api)
        _at_most(CLIENT_REF[api], message.client_ref, "client_ref", api)
    if api != "v1":
        for field in ("webhook_url", "webhook_version"):
            if getattr(message, field) is not None:
                raise UnsupportedError(field, "is not known", api)
    if isinstance(message, Viber) and (message.ttl or 0) > VIBER_TTL[api]:
        problem = f"is {message.ttl} seconds, allowed are up to {VIBER_TTL[api]}"
        raise UnsupportedError("ttl", problem, api)
    if isinstance(message, WhatsApp) and message.policy == "fallback":
        raise UnsupportedError("policy", "'fallback' has been dead since 2020", api)


def _at_most(limit: int, text: str, field: str, api: Api) -> None:
    if len(text) > limit:
        problem = f"has {len(text)} characters, allowed are up to {limit}"
        raise UnsupportedError(field, problem, api)
