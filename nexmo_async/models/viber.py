"""Viber."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.base import Channel, Message, from_identity, text_or, to_number
from nexmo_async.models.content import (
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
)
from nexmo_async.models.value import (
    link,
    one_of,
    only,
    optional_seconds,
    optional_words,
    within,
    words,
)

if TYPE_CHECKING:
    from datetime import timedelta

ViberContent = Text | Image | Video | File | Template | Custom

#: Characters in a text (all specs).
TEXT_LENGTH: Final = range(1, 1001)

#: Characters on a button, and in the name of a file (Messages v1 spec).
ACTION_LENGTH: Final = range(1, 31)
NAME_LENGTH: Final = range(1, 26)

#: What must be known of a film (the same).
FILM: Final = ("thumbnail_url", "duration", "megabytes")

#: Seconds that Viber may keep trying (v0.1 and v1 specs).
TTL: Final = range(30, 259_201)

ViberCategory = Literal["transaction", "promotion"]


def _viber(value: str | ViberContent) -> ViberContent:
    return cast("ViberContent", text_or(value))


def _ttl(value: float | timedelta | None) -> int | None:
    return optional_seconds(value, "ttl", TTL)


@attrs.frozen
class Action:
    """A button below a text or a picture: what it opens, and up to 30 characters."""

    url: str = attrs.field(validator=link())
    text: str = attrs.field(validator=words(ACTION_LENGTH))


@attrs.frozen(kw_only=True)
class Viber(Message):
    """A message from a business on Viber.

    Args:
        to: A phone number with its country code.
        sender: Your Viber service id.
        content: Up to 1,000 characters of text, an image, a film or a document.
        category: "transaction" (the default; the first message to a person must be
            one) or "promotion".
        ttl: Whole seconds to keep trying, 30 to 259,200 (86,400 on beta).
        type: Viber's own message type, such as "template" where a country has them;
            the preview (beta) has none.
        action: A button, below a text or a picture with a caption (v1).
    """

    channel: ClassVar[Channel] = "viber"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(ViberContent))
    captioned: ClassVar[frozenset[type[Content]]] = frozenset({Image, Video})
    details: ClassVar[frozenset[str]] = frozenset({"name", *FILM})
    longest: ClassVar[range | None] = TEXT_LENGTH

    to: str = attrs.field(converter=to_number)
    sender: str = attrs.field(converter=from_identity)
    content: ViberContent = attrs.field(converter=_viber)
    category: ViberCategory | None = None
    ttl: int | None = attrs.field(default=None, converter=_ttl)
    type: str | None = attrs.field(default=None, validator=optional_words())
    action: Action | None = None

    def _check_options(self) -> None:
        one_of(self.category, "category", ViberCategory)
        content = self.content
        if isinstance(content, File) and content.name is not None:
            within(content.name, "name", NAME_LENGTH)
        if isinstance(content, Video):
            for field in FILM:
                if getattr(content, field) is None:
                    raise MessageError(field, "is needed for a Video on viber")
        if self.action is not None:
            only(self.action, "action", Action, "Action(...)")
            if not isinstance(content, Text | Image):
                raise MessageError("action", "only goes with Text or Image")
            if isinstance(content, Image) and content.caption is None:
                raise MessageError("caption", "is needed below an Image with an action")
