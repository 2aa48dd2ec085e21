"""Reading what others wrote: whatever is missing or odd, nothing here raises."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from nexmo_async.models.receipt import Usage

#: Nothing at all, for members that are missing.
NOTHING: Final[Mapping[str, object]] = {}

#: Nexmo's names of a channel, and ours. The third is a slip in their own reports.
CHANNELS: Final[Mapping[str, str]] = {
    "viber_service_msg": "viber",
    "viber_service": "viber",
    "viber_sevice_msg": "viber",
}

_CODE: Final = re.compile(r"(?<![0-9])[0-9]{3,6}(?![0-9])")
_WHOLE: Final = re.compile(r"[0-9]{1,9}")


def as_object(value: object) -> Mapping[str, object] | None:
    """The value if it is a JSON object, else None."""
    # What was parsed is a dict: asking for the abstract class takes five times as long.
    if isinstance(value, dict) or (value is not None and isinstance(value, Mapping)):
        return cast("Mapping[str, object]", value)
    return None


def member(body: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under this key; an empty one if there is none."""
    return (as_object(body[key]) or NOTHING) if key in body else NOTHING


def entries(body: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects in the list under this key; one alone counts as a list of one."""
    if key not in body:
        return []
    value = body[key]
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return [said for entry in listed if (said := as_object(entry)) is not None]


def word(body: Mapping[str, object], key: str, *others: str) -> str:
    """The first of these members as text; empty if there is none."""
    value = body.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return word(body, *others) if others else ""


def words(body: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The texts in the list under this key."""
    value = body.get(key)
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(entry for entry in listed if isinstance(entry, str))


def whole(body: Mapping[str, object], key: str, *others: str) -> int | None:
    """The first of these members as a whole number, be it written as text or not."""
    digits = word(body, key, *others)
    return int(digits) if _WHOLE.fullmatch(digits) else None


def decimal(body: Mapping[str, object], key: str, *others: str) -> Decimal | None:
    """The first of these members as an exact number, be it written as text or not."""
    try:
        found = Decimal(word(body, key, *others))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def number(body: Mapping[str, object], key: str, *others: str) -> float | None:
    """The first of these members as a number, be it written as text or not."""
    found = decimal(body, key, *others)
    if found is None:
        return None
    value = float(found)
    return value if math.isfinite(value) else None


def code(written: str) -> int | None:
    """The error code in a text such as 1300, "1300" or "...messages#1300"."""
    found = _CODE.findall(written)
    return int(found[-1]) if found else None


def moment(body: Mapping[str, object]) -> datetime | None:
    """The timestamp, in any of the three spellings Nexmo uses. Always UTC."""
    written = word(body, "timestamp").removesuffix(" UTC")
    try:
        at = datetime.fromisoformat(written)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def usage(body: Mapping[str, object]) -> Usage | None:
    """What it cost, if the body says so legibly."""
    said = member(body, "usage")
    price = decimal(said, "price")
    return None if price is None else Usage(price, word(said, "currency"))


def channel(written: str) -> str:
    """Our name of a channel; an unknown one stays as it came."""
    return CHANNELS.get(written, written)
