"""JSON Lines: an object in each line."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final, cast

from nexmo_async.bulk.item import BadRow
from nexmo_async.bulk.source.encoding import spelling
from nexmo_async.bulk.source.row import LINE, REASON, Row, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The most letters that one line may have.
LONGEST: Final = 1 << 20

#: Where a line that is no object is kept in the rejects.
WHOLE: Final = "row"


class Lines:
    """A file of JSON Lines. Empty lines are no rows.

    Args:
        path: The file.
        encoding: How it is written; None: it is found out.
    """

    columns = None

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        self._path = path
        self._spelling = spelling(path, encoding)

    def rows(self) -> Iterator[Row | BadRow]:
        """Each object."""
        name, errors = self._spelling.name, self._spelling.errors
        with self._path.open(encoding=name, errors=errors) as file:
            number = 0
            while text := file.readline(LONGEST):
                number += 1
                if not text.endswith("\n") and len(text) == LONGEST:
                    _skip(file)
                    yield BadRow(number, "", f"has more than {LONGEST} letters")
                elif not text.isspace():
                    yield _row(number, text)

    def rejects(self, path: Path) -> LineRejects:
        """A file of the same kind, with two keys more in each object."""
        return LineRejects(path, self._spelling.name)


class LineRejects:
    """Objects that could not be used."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = path.open("w", encoding=encoding)

    def write(self, bad: BadRow, values: Mapping[str, object]) -> None:
        """Keep what the row said, with its line and the reason."""
        told = {**values, LINE: bad.line, REASON: reason(bad)}
        self._file.write(json.dumps(told, default=str) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _row(number: int, text: str) -> Row | BadRow:
    try:
        said: object = json.loads(text)
    except (ValueError, RecursionError) as why:
        return BadRow(number, "", f"is no JSON: {why}", {WHOLE: text.rstrip("\n")})
    if not isinstance(said, dict):
        kept = {WHOLE: text.rstrip("\n")}
        return BadRow(number, "", 'is no object such as {"to": "447700900000"}', kept)
    return Row(number, cast("dict[str, Any]", said))


def _skip(file: IO[str]) -> None:
    while (rest := file.readline(LONGEST)) and not rest.endswith("\n"):
        pass
