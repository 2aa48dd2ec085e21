"""RCS: what became of SMS, with cards and suggestions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import identity
from nexmo_async.models.base import Channel, Message, text_or, to_number
from nexmo_async.models.card import suggestions
from nexmo_async.models.content import (
    Card,
    Carousel,
    Content,
    Custom,
    File,
    Image,
    Text,
    Video,
)
from nexmo_async.models.phone import flag
from nexmo_async.models.value import one_of, optional_seconds

if TYPE_CHECKING:
    from datetime import timedelta

    from nexmo_async.models.suggestion import Suggestion

RcsContent = Text | Image | Video | File | Card | Carousel | Custom

#: Characters in a text (Messages v1 spec).
TEXT_LENGTH: Final = range(1, 3073)

#: Seconds that the network may keep trying (v1 spec 1.20; 1.11 said otherwise).
TTL: Final = range(20, 259_201)

RcsCategory = Literal[
    "authentication",
    "transaction",
    "promotion",
    "service-request",
    "acknowledgement",
]

#: The id of an agent (Messages v1 spec: no spaces).
_AGENT: Final = re.compile(r"[A-Za-z0-9_&-]+")


def _sender(value: str) -> str:
    agent = identity(value, "sender")
    if not _AGENT.fullmatch(agent):
        raise MessageError("sender", "is no agent's id: letters, digits, - _ and &")
    return agent


def _rcs(value: str | RcsContent) -> RcsContent:
    return cast("RcsContent", text_or(value))


def _ttl(value: float | timedelta | None) -> int | None:
    return optional_seconds(value, "ttl", TTL)


@attrs.frozen(kw_only=True)
class Rcs(Message):
    """A message over RCS (v1).

    Args:
        to: A phone number with its country code.
        sender: The id of your agent.
        content: Up to 3,072 characters of text, a picture, film or PDF, a card or
            several in a row.
        category: What it is about, where the network asks.
        ttl: Whole seconds to keep trying, 20 to 259,200, the default.
        suggestions: Up to eleven things to tap, below a text or a carousel.
        trusted_recipient: True to pass Fraud Defender, where you have it.
    """

    channel: ClassVar[Channel] = "rcs"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(RcsContent))
    longest: ClassVar[range | None] = TEXT_LENGTH

    to: str = attrs.field(converter=to_number)
    sender: str = attrs.field(converter=_sender)
    content: RcsContent = attrs.field(converter=_rcs)
    category: RcsCategory | None = None
    ttl: int | None = attrs.field(default=None, converter=_ttl)
    suggestions: tuple[Suggestion, ...] = attrs.field(default=(), converter=suggestions)
    trusted_recipient: bool | None = None

    def _check_options(self) -> None:
        one_of(self.category, "category", RcsCategory)
        flag(self.trusted_recipient, "trusted_recipient")
        if self.suggestions and not isinstance(self.content, Text | Carousel):
            raise MessageError("suggestions", "only go below Text or a Carousel")
