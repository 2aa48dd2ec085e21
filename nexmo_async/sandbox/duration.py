"""How long: `2s`, `15m`, `24h`, `1d`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Seconds of each unit.
UNITS: Final[Mapping[str, float]] = {
    "ms": 0.001,
    "s": 1,
    "m": 60,
    "h": 3_600,
    "d": 86_400,
}

#: No longer than this: nobody waits for more, and a clock must stay within its years.
LONGEST: Final = 366 * 86_400.0

_WRITTEN: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h|d)", re.ASCII)


def read(written: str) -> float | None:
    """The seconds that are meant, or None if this is no duration."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        return None
    seconds = float(found[1]) * UNITS[found[2]]
    return seconds if seconds <= LONGEST else None
