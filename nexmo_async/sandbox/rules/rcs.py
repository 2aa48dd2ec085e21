"""RCS: texts, files and cards, with suggestions below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox.rules.checks import (
    AGENT,
    a_boolean,
    an_object,
    length,
    matching,
    one_of,
    some_text,
    url,
    whole,
)
from nexmo_async.sandbox.rules.content import CUSTOM, NUMBER, media, text
from nexmo_async.sandbox.rules.suggestions import suggestions
from nexmo_async.sandbox.rules.table import Channel, Field, Many, equals, optional

if TYPE_CHECKING:
    from nexmo_async.sandbox.rules.table import Body, Table

#: Kinds of files. (Messages v1 spec.)
_PICTURES: Final = ("jpg", "jpeg", "png", "gif")
_VIDEOS: Final = ("mp4", "m4v", "h263", "mpeg", "webm")
_FILES: Final = ("pdf",)

#: How many suggestions stand below a message, and below a card. (Spec, 1.20.)
BELOW_A_MESSAGE: Final = 11
BELOW_A_CARD: Final = 4

_CATEGORIES: Final = (
    *("authentication", "transaction", "promotion"),
    *("service-request", "acknowledgement"),
)


#: One card. The spec demands a height of upright ones; the service's own libraries
#: leave it out, so it is not demanded here. (Messages v1 spec, 1.20.)
_CARD: Final[tuple[Field | Many, ...]] = (
    Field("title", length(1, 200)),
    Field("text", length(1, 2000)),
    Field("media_url", url(*_PICTURES, *_VIDEOS, *_FILES)),
    optional("media_description", some_text),
    optional("media_height", one_of("SHORT", "MEDIUM", "TALL")),
    optional("thumbnail_url", url(*_PICTURES)),
    optional("media_force_refresh", a_boolean),
    suggestions("suggestions", BELOW_A_CARD),
)


def _card(_: Body) -> Table:
    return _CARD


#: RCS. (Messages v1 spec, 1.20.)
RCS: Final = Channel(
    to=NUMBER,
    sender=matching(AGENT, "the id of an agent, without spaces"),
    carries={
        "text": (*text(3072), suggestions("suggestions", BELOW_A_MESSAGE)),
        "image": media("image", url(*_PICTURES)),
        "video": media("video", url(*_VIDEOS)),
        "file": media("file", url(*_FILES)),
        "custom": CUSTOM,
        "card": (
            Field("card", an_object),
            *(attrs.evolve(rule, path=f"card.{rule.path}") for rule in _CARD),
            optional("rcs.card_orientation", one_of("VERTICAL", "HORIZONTAL")),
            Field(
                "rcs.image_alignment",
                one_of("LEFT", "RIGHT"),
                equals("rcs.card_orientation", "HORIZONTAL"),
            ),
        ),
        "carousel": (
            Field("carousel", an_object),
            Many("carousel.cards", inside=_card, least=2, most=10),
            suggestions("suggestions", BELOW_A_MESSAGE),
            optional("rcs.card_width", one_of("SMALL", "MEDIUM")),
        ),
    },
    options=(
        optional("ttl", whole(20, 259_200)),
        optional("trusted_recipient", a_boolean),
        optional("rcs", an_object),
        optional("rcs.category", one_of(*_CATEGORIES)),
    ),
)
