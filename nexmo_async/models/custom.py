"""What is passed on as it is: any JSON, copied so that nobody can change it later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text


def copied(value: Mapping[str, object], field: str) -> Mapping[str, object]:
    """A copy of a JSON object, or a `MessageError` if it is none or empty."""
    given = cast("object", value)  # callers without a type checker
    if not isinstance(given, Mapping) or not given:
        raise MessageError(field, "must be a mapping with at least one key")
    try:
        return cast("Mapping[str, object]", _copied(value, field))
    except RecursionError:
        raise MessageError(field, "is nested too deeply") from None


def _copied(value: object, field: str) -> object:
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


def _custom(value: Mapping[str, object]) -> Mapping[str, object]:
    return copied(value, "custom")


@attrs.frozen
class Custom:
    """What the channel's own provider understands, passed through as it is."""

    custom: Mapping[str, object] = attrs.field(converter=_custom)
