"""Words, files and templates: what several channels can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.value import (
    filled,
    link,
    optional_link,
    optional_seconds,
    optional_words,
    texts,
    whole,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

#: Characters in a caption (Messages v0.1 and v1 specs).
CAPTION_LENGTH: Final = range(1, 3001)

#: Characters in the address of a film's thumbnail (Messages v1 spec, Viber).
THUMBNAIL_LENGTH: Final = range(1, 1001)

#: Whole seconds that a film may last (Messages v1 spec, Viber).
DURATION: Final = range(1, 601)

#: Megabytes that a film may have (Messages v1 spec, Viber).
MEGABYTES: Final = range(1, 201)

_url = link()
_caption = optional_words(CAPTION_LENGTH)
_filled_text = words()


def _parameters(values: Sequence[str]) -> tuple[str, ...]:
    return texts(values, "parameters")


def _megabytes(value: int | None) -> int | None:
    return None if value is None else whole(value, "megabytes", MEGABYTES)


@attrs.frozen
class Text:
    """Words. How many depends on the channel."""

    text: str = attrs.field(validator=_filled_text)


@attrs.frozen
class Image:
    """A picture behind a web address, with a caption where the channel has one."""

    url: str = attrs.field(validator=_url)
    caption: str | None = attrs.field(default=None, validator=_caption, kw_only=True)


@attrs.frozen
class Audio:
    """A sound behind a web address, with a caption where the channel has one."""

    url: str = attrs.field(validator=_url)
    caption: str | None = attrs.field(default=None, validator=_caption, kw_only=True)


def _duration(value: float | timedelta | None) -> int | None:
    return optional_seconds(value, "duration", DURATION)


@attrs.frozen
class Video:
    """A film behind a web address, with a caption where the channel has one.

    Args:
        url: Where it lies.
        caption: Words below it.
        thumbnail_url: Where its still picture lies, up to 1,000 characters; Viber alone
            has one, and needs it.
        duration: Whole seconds that it lasts, 1 to 600; for Viber, which needs it.
        megabytes: How large it is, 1 to 200; for Viber, which needs it.
    """

    url: str = attrs.field(validator=_url)
    caption: str | None = attrs.field(default=None, validator=_caption, kw_only=True)
    thumbnail_url: str | None = attrs.field(
        default=None,
        validator=optional_link(THUMBNAIL_LENGTH),
        kw_only=True,
    )
    duration: int | None = attrs.field(default=None, converter=_duration, kw_only=True)
    megabytes: int | None = attrs.field(
        default=None, converter=_megabytes, kw_only=True
    )


@attrs.frozen
class File:
    """A document behind a web address, with a caption or name where there is one."""

    url: str = attrs.field(validator=_url)
    caption: str | None = attrs.field(default=None, validator=_caption, kw_only=True)
    name: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )


@attrs.frozen
class Vcard:
    """A business card (.vcf) behind a web address."""

    url: str = attrs.field(validator=_url)
    caption: str | None = attrs.field(default=None, validator=_caption, kw_only=True)


@attrs.frozen
class Html:
    """A letter in HTML."""

    body: str = attrs.field(validator=words())


@attrs.frozen
class Template:
    """A template approved beforehand, filled with parameters in their order."""

    name: str = attrs.field(validator=words())
    parameters: tuple[str, ...] = attrs.field(default=(), converter=_parameters)


Attachment = Image | Audio | Video | File | Vcard


def _listed(given: tuple[object, ...], kinds: tuple[type, ...], field: str) -> None:
    named = ", ".join(kind.__name__ for kind in kinds)
    if not given:
        raise MessageError(field, f"are none, write at least one of {named}")
    for place, part in enumerate(given):
        if not isinstance(part, kinds):
            problem = f"is {type(part).__name__}, choose from {named}"
            raise MessageError(f"{field}[{place}]", problem)


@attrs.frozen(init=False)
class Media:
    """Several files in one MMS: `Media(Image(...), Vcard(...))`."""

    files: tuple[Attachment, ...]

    def __init__(self, *files: Attachment) -> None:
        _listed(files, (Image, Audio, Video, File, Vcard), "files")
        object.__setattr__(self, "files", files)


@attrs.frozen(init=False)
class Letter:
    """An email in several forms: `Letter("...", Html("<p>...</p>"))`.

    A reader sees the last one that their program can show.
    """

    parts: tuple[Text | Html, ...]

    def __init__(self, *parts: str | Text | Html) -> None:
        made = tuple(
            Text(filled(part, "text")) if isinstance(part, str) else part
            for part in parts
        )
        _listed(made, (Text, Html), "parts")
        object.__setattr__(self, "parts", made)
