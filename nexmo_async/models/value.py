"""What one value may be: the checks that all fields share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, cast, get_args

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text

if TYPE_CHECKING:
    from types import UnionType

    import attrs

#: Characters in a media address (Messages v0.1 spec; v1 names it for audio).
URL_LENGTH: Final = range(1, 2001)

_WEB: Final = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)
_Part = TypeVar("_Part")
_Value = TypeVar("_Value")

#: A check that knows the name of its field.
_Validator: TypeAlias = Callable[[object, "attrs.Attribute[_Value]", _Value], None]


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


def web_address(value: str, field: str, length: range = URL_LENGTH) -> str:
    """An http or https address that Nexmo can reach, 1 to 2,000 characters."""
    url = within(value, field, length)
    if not _WEB.fullmatch(url):
        raise MessageError(field, "is no web address, begin it with https://")
    return url


def seconds(value: float | timedelta, field: str) -> float:
    """The time in seconds, or a `MessageError` if it is no time at all."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    given = cast("object", value)  # callers without a type checker
    if isinstance(given, bool) or not isinstance(given, int | float):
        named = type(given).__name__
        raise MessageError(field, f"is {named}, write seconds as a number")
    return given


def optional_seconds(
    value: float | timedelta | None, field: str, allowed: range
) -> int | None:
    """A time in whole seconds between two limits, or None."""
    if value is None:
        return None
    time = seconds(value, field)
    if time not in allowed:
        raise MessageError(
            field,
            f"is {time:.12g} seconds, allowed are whole seconds "
            f"from {allowed[0]} to {allowed[-1]}",
        )
    return int(time)


def whole(value: int, field: str, allowed: range) -> int:
    """A whole number between two limits."""
    given = cast("object", value)  # callers without a type checker
    if isinstance(given, bool) or given not in allowed:
        limits = f"whole numbers from {allowed[0]} to {allowed[-1]}"
        raise MessageError(field, f"is {given!r}, allowed are {limits}")
    return value


def one_of(value: str | None, field: str, choices: object) -> None:
    """Complain unless the value is None or one of a `Literal`'s choices."""
    if value is None:
        return
    allowed = get_args(choices)
    if value not in allowed:
        raise MessageError(field, f"is {value!r}, choose from {', '.join(allowed)}")


def only(value: object, field: str, kind: type | UnionType, written: str) -> None:
    """Complain unless the value is of that kind; `written` says what to write."""
    if not isinstance(value, kind):
        named = type(value).__name__
        raise MessageError(field, f"is {named}, write {written}")


def parts(
    values: Sequence[_Part], field: str, kind: type[_Part], count: range
) -> tuple[_Part, ...]:
    """So many values of one kind, as a tuple."""
    given = cast("object", values)  # callers without a type checker
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise MessageError(field, f"is {type(given).__name__}, write a list")
    if len(values) not in count:
        raise MessageError(
            field, f"are {len(values)}, allowed are {count[0]} to {count[-1]}"
        )
    for place, value in enumerate(values):
        only(value, f"{field}[{place}]", kind, f"{kind.__name__}(...)")
    return tuple(values)


def texts(values: Sequence[str], field: str) -> tuple[str, ...]:
    """A list of texts, each of which may be empty."""
    if isinstance(values, str):
        raise MessageError(field, "is one text, write a list of texts")
    return tuple(text(value, f"{field}[{place}]") for place, value in enumerate(values))


def words(length: range | None = None) -> _Validator[str]:
    """A text of one character or more, of at most so many."""

    def check(_: object, field: attrs.Attribute[str], value: str) -> None:
        if length is None:
            filled(value, field.name)
        else:
            within(value, field.name, length)

    return check


def optional_words(length: range | None = None) -> _Validator[str | None]:
    """A text of one character or more, of at most so many; or None."""

    def check(_: object, field: attrs.Attribute[str | None], value: str | None) -> None:
        if value is None:
            return
        if length is None:
            filled(value, field.name)
        else:
            within(value, field.name, length)

    return check


def link(length: range = URL_LENGTH) -> _Validator[str]:
    """A web address."""

    def check(_: object, field: attrs.Attribute[str], value: str) -> None:
        web_address(value, field.name, length)

    return check


def optional_link(length: range = URL_LENGTH) -> _Validator[str | None]:
    """A web address, or None."""

    def check(_: object, field: attrs.Attribute[str | None], value: str | None) -> None:
        if value is not None:
            web_address(value, field.name, length)

    return check
