"""Facebook Messenger."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.base import (
    Channel,
    Message,
    from_identity,
    text_or,
    to_identity,
)
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
from nexmo_async.models.value import one_of, optional_words

MessengerContent = Text | Image | Audio | Video | File | Template | Custom

#: Characters in a text (all specs).
TEXT_LENGTH: Final = range(1, 641)

MessengerCategory = Literal["response", "update", "message_tag"]


def _messenger(value: str | MessengerContent) -> MessengerContent:
    return cast("MessengerContent", text_or(value))


@attrs.frozen(kw_only=True)
class Messenger(Message):
    """A message on Facebook Messenger.

    Args:
        to: The person's page-scoped id, from a message they wrote to you.
        sender: Your page's id.
        content: Up to 640 characters of text, or media.
        category: Why you write: "response" (within 24 hours of the person's last
            message, the default), "update" or "message_tag".
        tag: Meta's name for the reason; with category "message_tag" only, and then
            needed.
    """

    channel: ClassVar[Channel] = "messenger"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(MessengerContent))
    longest: ClassVar[range | None] = TEXT_LENGTH

    to: str = attrs.field(converter=to_identity)
    sender: str = attrs.field(converter=from_identity)
    content: MessengerContent = attrs.field(converter=_messenger)
    category: MessengerCategory | None = None
    tag: str | None = attrs.field(default=None, validator=optional_words())

    def _check_options(self) -> None:
        one_of(self.category, "category", MessengerCategory)
        if (self.category == "message_tag") != (self.tag is not None):
            raise MessageError("tag", "and category 'message_tag' go together")
