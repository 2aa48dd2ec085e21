"""What a person may tap below an RCS message, instead of typing.

Each has a label of 1 to 25 characters and words that come back when it is tapped: as
`Choice` for a `Reply`, as `Tap` for all others. (Messages v1 spec, 1.20.)
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Final, Literal, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text
from nexmo_async.models.value import (
    link,
    one_of,
    optional_link,
    optional_words,
    words,
)

#: Characters of a label, of a title in the calendar, and of a description.
LABEL_LENGTH: Final = range(1, 26)
TITLE_LENGTH: Final = range(1, 101)
DESCRIPTION_LENGTH: Final = range(1, 501)

#: How many degrees there are from the middle.
LATITUDE: Final = 90
LONGITUDE: Final = 180

#: How much of the screen a web page takes.
View = Literal["full", "tall", "half"]

_DIALLED: Final = re.compile(r"\+?[1-9][0-9]{1,14}")

_label = words(LABEL_LENGTH)
_postback = words()
_description = optional_words(DESCRIPTION_LENGTH)
_fallback_url = optional_link()


def _dialled(value: str) -> str:
    bare = re.sub(r"[\s\-]+", "", text(value, "number"))
    if not _DIALLED.fullmatch(bare):
        raise MessageError("number", "is none to dial, write +447700900000")
    return bare


def degrees(value: float, field: str, most: int) -> float:
    """Degrees on a map, north and east of the middle."""
    given = cast("object", value)  # callers without a type checker
    if isinstance(given, bool) or not isinstance(given, int | float):
        named = type(given).__name__
        raise MessageError(field, f"is {named}, write degrees as a number")
    if not (math.isfinite(given) and -most <= given <= most):
        raise MessageError(
            field, f"is {given:g}, allowed are degrees from -{most} to {most}"
        )
    return float(given)


def latitude(value: float) -> float:
    """Degrees north of the equator, -90 to 90."""
    return degrees(value, "latitude", LATITUDE)


def longitude(value: float) -> float:
    """Degrees east of Greenwich, -180 to 180."""
    return degrees(value, "longitude", LONGITUDE)


def _aware(value: datetime, field: str) -> datetime:
    given = cast("object", value)  # callers without a type checker
    if not isinstance(given, datetime):
        raise MessageError(field, f"is {type(given).__name__}, write a datetime")
    if given.tzinfo is None:
        raise MessageError(field, "has no time zone, write datetime(..., tzinfo=UTC)")
    return given


def _start(value: datetime) -> datetime:
    return _aware(value, "start")


def _end(value: datetime) -> datetime:
    return _aware(value, "end")


@attrs.frozen
class Suggestion:
    """What all suggestions share. Write `Reply`, `Dial` or one of the others.

    Args:
        label: What the person reads, 1 to 25 characters.
        postback: What comes back to you when they tap it.
    """

    label: str = attrs.field(validator=_label)
    postback: str = attrs.field(validator=_postback)


@attrs.frozen
class Reply(Suggestion):
    """An answer. It comes back as `Choice`."""


@attrs.frozen
class Dial(Suggestion):
    """Calls a number."""

    number: str = attrs.field(converter=_dialled, kw_only=True)
    fallback_url: str | None = attrs.field(
        default=None, validator=_fallback_url, kw_only=True
    )


@attrs.frozen
class ViewLocation(Suggestion):
    """Shows a place on the map; `pin` is the word beside its mark."""

    latitude: float = attrs.field(converter=latitude, kw_only=True)
    longitude: float = attrs.field(converter=longitude, kw_only=True)
    pin: str = attrs.field(validator=words(), kw_only=True)
    fallback_url: str | None = attrs.field(
        default=None, validator=_fallback_url, kw_only=True
    )


@attrs.frozen
class ShareLocation(Suggestion):
    """Asks where the person is."""


@attrs.frozen
class OpenUrl(Suggestion):
    """Opens a web page in the browser.

    Args:
        label: What the person reads, 1 to 25 characters.
        postback: What comes back to you when they tap it.
        url: The page.
        description: What it shows, 1 to 500 characters; the label if you give none.
    """

    url: str = attrs.field(validator=link(), kw_only=True)
    description: str | None = attrs.field(
        default=None, validator=_description, kw_only=True
    )


@attrs.frozen
class OpenWebview(OpenUrl):
    """Opens a web page inside the conversation: "full", "tall" or "half" as high."""

    view: View | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Hold the view against its choices."""
        one_of(self.view, "view", View)


@attrs.frozen
class CreateEvent(Suggestion):
    """Writes into the person's calendar.

    Args:
        label: What the person reads, 1 to 25 characters.
        postback: What comes back to you when they tap it.
        title: The name of the event, 1 to 100 characters.
        start: When it begins, with a time zone.
        end: When it ends, with a time zone.
        description: What it is about, 1 to 500 characters; the title if you give none.
        fallback_url: A page for phones without a calendar.
    """

    title: str = attrs.field(validator=words(TITLE_LENGTH), kw_only=True)
    start: datetime = attrs.field(converter=_start, kw_only=True)
    end: datetime = attrs.field(converter=_end, kw_only=True)
    description: str | None = attrs.field(
        default=None, validator=_description, kw_only=True
    )
    fallback_url: str | None = attrs.field(
        default=None, validator=_fallback_url, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        """Time runs forward."""
        if self.end <= self.start:
            raise MessageError("end", "is not after start")
