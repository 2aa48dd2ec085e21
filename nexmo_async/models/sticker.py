"""What only WhatsApp can hold: stickers and reactions."""

from __future__ import annotations

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.value import (
    optional_link,
    optional_words,
)


@attrs.frozen
class Sticker:
    """A sticker (.webp) behind a web address, or one that was uploaded, by its id."""

    url: str | None = attrs.field(default=None, validator=optional_link())
    id: str | None = attrs.field(default=None, validator=optional_words(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """One of the two, not both."""
        if (self.url is None) == (self.id is None):
            raise MessageError("url", "and id exclude each other: give one of them")


@attrs.frozen
class Reaction:
    """An emoji on a message of theirs, named by `reply_to`; without one, none again."""

    emoji: str | None = attrs.field(default=None, validator=optional_words())
