"""How many SMS a text takes: the alphabet of a plain SMS, and what fits into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Sixteen letters a row, the first row from 0x00. 0x1B is no letter: what follows it
#: is one of the extension. (GSM 03.38, default alphabet.)
ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)

#: Letters that take two places, and the second of them. (GSM 03.38, extension table.)
EXTENSION: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_PLAIN: Final = frozenset("".join(ALPHABET)) - {"\x1b"} | frozenset(EXTENSION)

#: Places in an SMS on its own, and in one of several. (GSM 03.38; GSM 03.40.)
SEPTETS: Final = (160, 153)
UNITS: Final = (70, 67)


def segments(text: str, encoding: str | None = None) -> int:
    """How many SMS a text takes.

    Args:
        text: The text.
        encoding: `text`, `unicode`, or anything else to find out.
    """
    if encoding == "unicode" or (encoding != "text" and not _PLAIN.issuperset(text)):
        return _count((_units(letter) for letter in text), *UNITS)
    return _count((1 + (letter in EXTENSION) for letter in text), *SEPTETS)


def _units(letter: str) -> int:
    """Places in UCS-2: two for what needs a pair."""
    return len(letter.encode("utf-16-le", "surrogatepass")) // 2


def _count(sizes: Iterable[int], alone: int, joined: int) -> int:
    """Fill one SMS after the other; no letter is cut in two."""
    places = list(sizes)
    if sum(places) <= alone:
        return 1
    count, left = 1, joined
    for size in places:
        if size > left:
            count, left = count + 1, joined
        left -= size
    return count
