"""What a message can hold. Valid from birth; who carries what is told elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text

#: Characters in a media address (Messages v0.1 spec; v1 names it for audio).
URL_LENGTH: Final = range(1, 2001)

#: Characters in a caption (Messages v0.1 and v1 specs).
CAPTION_LENGTH: Final = range(1, 3001)

_WEB: Final = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)


def filled(value: str, field: str) -> str:
    """The text itself, or a `MessageError` if it is empty or cannot be written down."""
    if not text(value, field):
        raise MessageError(field, "is empty, write at least one character")
    return value


def within(value: str, field: str, length: range) -> str:
    """The text itself, or a `MessageError` if it is longer than allowed."""
    if len(filled(value, field)) not in length:
        raise MessageError(
            field, f"has {len(value)} characters, allowed are up to {length[-1]}"
        )
    return value


def _text(value: str) -> str:
    return filled(value, "text")


def web_address(value: str, field: str) -> str:
    """An http or https address that Nexmo can reach, 1 to 2,000 characters."""
    url = within(value, field, URL_LENGTH)
    if not _WEB.fullmatch(url):
        raise MessageError(field, "is no web address, begin it with https://")
    return url


def _url(value: str) -> str:
    return web_address(value, "url")


def _caption(value: str | None) -> str | None:
    return None if value is None else within(value, "caption", CAPTION_LENGTH)


def _name(value: str) -> str:
    return filled(value, "name")


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
    try:
        return cast("Mapping[str, object]", _copied(value, "custom"))
    except RecursionError:
        raise MessageError("custom", "is nested too deeply") from None


def _copied(value: object, field: str) -> object:
    """A copy that no later change can reach, or a `MessageError` if it is no JSON."""
    match value:
        case str():
            return text(value, field)
        case None | int():  # also True and False
            return value
        case float() if math.isfinite(value):
            return value
        case Mapping():
            members = cast("Mapping[object, object]", value)
            return {
                text(key, f"a key of {field}"): _copied(part, f"{field}.{key}")
                for key, part in members.items()
            }
        case list() | tuple():
            parts = cast("Sequence[object]", value)
            return [
                _copied(part, f"{field}[{place}]") for place, part in enumerate(parts)
            ]
        case _:
            said = value if isinstance(value, float) else type(value).__name__
            raise MessageError(field, f"is {said}, which JSON cannot say")


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
