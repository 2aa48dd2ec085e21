"""RCS cards: a picture, a title, words and something to tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.suggestion import Suggestion
from nexmo_async.models.value import (
    link,
    one_of,
    optional_link,
    optional_words,
    parts,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Characters of a card's title and text (Messages v1 spec, 1.20).
TITLE_LENGTH: Final = range(1, 201)
TEXT_LENGTH: Final = range(1, 2001)

#: Suggestions on a card, and below a message (the same).
ON_A_CARD: Final = range(5)
BELOW: Final = range(12)

#: Cards in a carousel (the same).
CARDS: Final = range(2, 11)

Orientation = Literal["vertical", "horizontal"]
Alignment = Literal["left", "right"]
Height = Literal["short", "medium", "tall"]
Width = Literal["small", "medium"]


def suggestions(
    values: Sequence[Suggestion], count: range = BELOW
) -> tuple[Suggestion, ...]:
    """So many suggestions at most, as a tuple."""
    return parts(values, "suggestions", Suggestion, count) if values else ()


def _on_a_card(values: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    return suggestions(values, ON_A_CARD)


@attrs.frozen(kw_only=True)
class Card:
    """A card.

    Args:
        title: 1 to 200 characters.
        text: 1 to 2,000 characters.
        media_url: A picture, a film or a PDF.
        media_description: What it shows, for those who cannot see it.
        height: How high it is shown: "short", "medium" or "tall". An upright card is
            short if you do not say.
        thumbnail_url: A small picture, shown until the large one is there.
        refresh: True to fetch the media again, where it was kept from an earlier card.
        suggestions: Up to four things to tap.
        orientation: "vertical" (upright) or "horizontal" (lying).
        alignment: On which side of a lying card the picture is: "left" or "right".
            Needed there, and only there.

    Raises:
        MessageError: A field breaks a rule; it says which and how to mend it.
    """

    title: str = attrs.field(validator=words(TITLE_LENGTH))
    text: str = attrs.field(validator=words(TEXT_LENGTH))
    media_url: str = attrs.field(validator=link())
    media_description: str | None = attrs.field(
        default=None, validator=optional_words()
    )
    height: Height | None = None
    thumbnail_url: str | None = attrs.field(default=None, validator=optional_link())
    refresh: bool | None = None
    suggestions: tuple[Suggestion, ...] = attrs.field(default=(), converter=_on_a_card)
    orientation: Orientation | None = None
    alignment: Alignment | None = None

    def __attrs_post_init__(self) -> None:
        """Hold the looks against their choices."""
        one_of(self.height, "height", Height)
        one_of(self.orientation, "orientation", Orientation)
        one_of(self.alignment, "alignment", Alignment)
        if (self.orientation == "horizontal") != (self.alignment is not None):
            raise MessageError("alignment", "and orientation 'horizontal' go together")


def _cards(values: Sequence[Card]) -> tuple[Card, ...]:
    cards = parts(values, "cards", Card, CARDS)
    for place, card in enumerate(cards):
        if card.orientation is not None:
            problem = "has one, but all cards of a carousel are upright"
            raise MessageError(f"cards[{place}].orientation", problem)
    return cards


@attrs.frozen
class Carousel:
    """Two to ten upright cards in a row; `width` is "small" or "medium"."""

    cards: tuple[Card, ...] = attrs.field(converter=_cards)
    width: Width | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Hold the width against its choices."""
        one_of(self.width, "width", Width)
