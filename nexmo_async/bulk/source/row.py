"""What a file is made of, whatever its form: rows, and the rows that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nexmo_async.bulk.item import BadRow

#: What stands in a rejects file beside the row.
LINE = "rejected_line"
REASON = "rejected_because"


@attrs.frozen
class Row:
    """One row: where it stands, and what it says of each column."""

    line: int
    values: Mapping[str, object]


class Rejects(Protocol):
    """A file of the rows that could not be used."""

    def write(self, bad: BadRow, values: Mapping[str, object]) -> None:
        """Keep what the row said, with its line and the reason."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Table(Protocol):
    """A file in one form. Everything here blocks: it is for a thread."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns that every row has; None: each row has its own."""
        ...

    def rows(self) -> Iterator[Row | BadRow]:
        """All rows from the first on."""
        ...

    def rejects(self, path: Path) -> Rejects:
        """A new file of the same form for what cannot be used."""
        ...


def reason(bad: BadRow) -> str:
    """Column and problem in one sentence."""
    return f"{bad.column}: {bad.problem}" if bad.column else bad.problem
