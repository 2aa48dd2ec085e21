"""What a message can hold. Valid from birth; who carries what is told elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text

#: Characters in a media address (Messages v0.1 spec; v1 names it for audio).
URL_LENGTH: Final = range(1, 2001)

#: Characters in a caption (Messages v0.1 and v1 specs).
CAPTION_LENGTH: Final = range(1, 3001)

_SCHEMES: Final = ("http://", "https://")


def encodable(value: str, field: str) -> str:
    """The text itself, or a `MessageError` if it is empty or cannot be written down."""
    if not text(value, field):
        raise MessageError(field, "is empty, write at least one character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as broken:
            raise MessageError(
                field, f"has half a character at position {broken.start}"
            ) from None
    return value


def within(value: str, field: str, length: range) -> str:
    """The text itself, or a `MessageError` if it is longer than allowed."""
    if len(encodable(value, field)) not in length:
        raise MessageError(
            field, f"has {len(value)} characters, allowed are up to {length[-1]}"
        )
    return value


def _text(value: str) -> str:
    return encodable(value, "text")


def web_address(value: str, field: str) -> str:
    """An http or https address that Nexmo can reach, 1 to 2,000 characters."""
    url = within(value, field, URL_LENGTH)
    if not url.lower().startswith(_SCHEMES) or any(letter.isspace() for letter in url):
        raise MessageError(field, "is no web address, begin it with https://")
    return url


def _url(value: str) -> str:
    return web_address(value, "url")


def _caption(value: str | None) -> str | None:
    return None if value is None else within(value, "caption", CAPTION_LENGTH)


def _name(value: str) -> str:
    return encodable(value, "name")


def _optional_name(value: str | None) -> str | None:
    return None if value is None else _name(value)


def _parameters(values: Sequence[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise MessageError("parameters", "is one text, write a list of texts")
    return tuple(
        text(value, f"parameters[{place}]") for place, value in enumerate(values)
    )


def _custom(value: Mapping[str, object]) -> Mapping[str, object]:
    given = cast("object", value)  # callers without a type checker
    if not isinstance(given, Mapping) or not given:
        raise MessageError("custom", "must be a mapping with at least one key")
    return value


@attrs.frozen
class Text:
    """Words. How many depends on the channel."""

    text: str = attrs.field(converter=_text)


@attrs.frozen
class Image:
    """A picture behind a web address, with a caption where the channel has one."""

    url: str = attrs.field(converter=_url)
    caption: str | None = attrs.field(default=None, converter=_caption, kw_only=True)


@attrs.frozen
class Audio:
    """A sound behind a web address."""

    url: str = attrs.field(converter=_url)


@attrs.frozen
class Video:
    """A film behind a web address, with a caption where the channel has one."""

    url: str = attrs.field(converter=_url)
    caption: str | None = attrs.field(default=None, converter=_caption, kw_only=True)


@attrs.frozen
class File:
    """A document behind a web address, with a caption or name where there is one."""

    url: str = attrs.field(converter=_url)
    caption: str | None = attrs.field(default=None, converter=_caption, kw_only=True)
    name: str | None = attrs.field(default=None, converter=_optional_name, kw_only=True)


@attrs.frozen
class Template:
    """A template approved beforehand, filled with parameters in their order."""

    name: str = attrs.field(converter=_name)
    parameters: tuple[str, ...] = attrs.field(default=(), converter=_parameters)


@attrs.frozen
class Custom:
    """What the channel's own provider understands, passed through as it is."""

    custom: Mapping[str, object] = attrs.field(converter=_custom)


Content = Text | Image | Audio | Video | File | Template | Custom
