"""How a file is written: what its first bytes say, else what fits all of it."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Bytes that are looked at in one go.
CHUNK: Final = 1 << 20

#: What the first bytes give away (Unicode 16.0, 23.8); the longer ones come first.
MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

#: Where the empty halves of plain letters lie in a file that has no mark.
HALVES: Final[Mapping[str, slice]] = {
    "utf-16-le": slice(1, None, 2),
    "utf-16-be": slice(0, None, 2),
}

#: The encoding of Windows in the west, for what is no UTF-8.
WESTERN: Final = "cp1252"

#: Bytes that WESTERN has no letter for.
_HOLES: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_BROKEN: Final = re.compile("[\udc80-\udcff]")
_FOREIGN: Final = re.compile("[^\x00-\x7f]")


@attrs.frozen
class Spelling:
    """An encoding, and what becomes of bytes that are none of its letters.

    Attributes:
        name: As Python calls it.
        errors: Kept as they are where that is possible: then only their row is bad.
    """

    name: str
    errors: str


def spelling(path: Path, given: str | None = None) -> Spelling:
    """How the file is written. Reads all of it if its beginning does not say.

    UTF-8 with a few broken bytes stays UTF-8; what has more broken bytes than good
    letters is read as Windows-1252.

    Args:
        path: The file.
        given: What somebody says it is.

    Raises:
        ConfigurationError: There is no such encoding, or it cannot be found out.
    """
    name = _known(given) if given else _seen(path)
    keeps = name.startswith(("utf-8", "ascii", "cp", "iso"))
    return Spelling(name, "surrogateescape" if keeps else "replace")


def _known(given: str) -> str:
    try:
        name = codecs.lookup(given).name
    except LookupError:
        problem = f"is {given!r}, which is no encoding such as utf-8"
        raise ConfigurationError("encoding", problem) from None
    # A mark at the beginning is no letter of the first column's name.
    return "utf-8-sig" if name == "utf-8" else name


def _seen(path: Path) -> str:
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    good = bad = holes = 0
    with path.open("rb") as file:
        first = file.read(CHUNK)
        for mark, name in MARKS.items():
            if first.startswith(mark):
                return name
        for name, half in HALVES.items():
            if first and first[half].count(0) * 2 > len(first[half]):
                return name
        chunk = first
        while chunk:
            text = decode(chunk)
            if not text.isascii():
                broken = len(_BROKEN.findall(text))
                good += len(_FOREIGN.findall(text)) - broken
                bad += broken
                holes += len(_HOLES.findall(chunk)) if broken else 0
            chunk = file.read(CHUNK)
    if bad <= good:
        return "utf-8"
    if holes:
        problem = "is neither UTF-8 nor Windows-1252"
        raise ConfigurationError(str(path), problem, "Say how it is written.")
    return WESTERN
