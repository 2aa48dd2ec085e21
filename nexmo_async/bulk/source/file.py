"""A file as a source: read in a thread, a piece at a time, as often as it is wanted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.bulk.item import BadRow, Item
from nexmo_async.bulk.source.commas import Commas
from nexmo_async.bulk.source.fill import Filler
from nexmo_async.bulk.source.lines import Lines
from nexmo_async.bulk.source.template import Draft
from nexmo_async.bulk.source.thread import from_thread, in_thread
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence

    from nexmo_async.bulk.source.row import Rejects, Table


def _arrow(path: Path) -> Table:
    try:
        from nexmo_async.bulk.source.arrow import Arrow  # noqa: PLC0415  an extra
    except ImportError:
        problem = "needs pyarrow, which is not installed"
        advice = 'Install it: pip install "nexmo-async[parquet]"'
        raise ConfigurationError(str(path), problem, advice) from None
    return Arrow(path)


#: Who reads which form.
FORMS: Final[Mapping[str, Callable[..., Table]]] = {
    "csv": Commas,
    "jsonl": Lines,
    "arrow": _arrow,
}

#: The form that a name's ending stands for.
ENDINGS: Final[Mapping[str, str]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "arrow",
    ".arrow": "arrow",
    ".feather": "arrow",
}


class Source:
    """The messages of a file: `async for item in source`, as often as you like.

    Made by `open_source`. Reading goes on in a thread, so nothing waits for the disk,
    and no more than a piece of the file is ever in memory.

    Attributes:
        path: The file.
        count: How many rows it has, once it was read to its end; None until then.
    """

    def __init__(
        self, path: Path, table: Table, filler: Filler, rejects: Path | None
    ) -> None:
        self.path = path
        self.count: int | None = None
        self._table = table
        self._filler = filler
        self._rejects = rejects

    def __repr__(self) -> str:
        """Show the file and what its rows make."""
        return f"<Source {self.path} {self._filler.draft!r}>"

    def __aiter__(self) -> AsyncIterator[Item | BadRow]:
        """The items, in the order of the file."""
        return from_thread(self._items)

    def _items(self) -> Generator[Item | BadRow]:
        """Everything here blocks: it runs in a thread."""
        kept: Rejects | None = None
        count = 0
        if self._rejects is not None:
            self._rejects.unlink(missing_ok=True)
        try:
            for row in self._table.rows():
                made = row if isinstance(row, BadRow) else self._filler(row)
                if isinstance(made, BadRow) and self._rejects is not None:
                    kept = kept or self._table.rejects(self._rejects)
                    kept.write(made, row.row if isinstance(row, BadRow) else row.values)
                count += 1
                yield made
            self.count = count
        finally:
            if kept is not None:
                kept.close()


async def open_source(  # noqa: PLR0913  each says how the file is to be read
    path: str | Path,
    draft: Draft | Mapping[str, object],
    *,
    key: str | None = None,
    rejects: str | Path | None = None,
    form: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
) -> Source:
    """A file whose rows become messages.

    Args:
        path: A file of CSV (any delimiter), JSON Lines, Parquet or Arrow.
        draft: What each row makes, with `{column}` where the row fills in.
        key: The column that tells items apart; else recipient and body do.
        rejects: A file, of the same form, for rows that make no message. It is written
            anew each time that the source is read, and only if there is such a row.
        form: "csv", "jsonl" or "arrow", where the name's ending does not say.
        encoding: How a text file is written; found out if not given.
        delimiter: What stands between the cells of a CSV; found out if not given.
        columns: Names of the columns, if the first row of a CSV does not have them.

    Raises:
        ConfigurationError: It cannot be read, lacks a column that is wanted, or is the
            file for rejects as well.
        MessageError: The draft has something else than a column between its braces.
    """
    path = Path(path)
    filler = Filler(draft if isinstance(draft, Draft) else Draft(draft), key)
    form = form or ENDINGS.get(path.suffix.lower(), "")
    if form not in FORMS:
        problem = f"has no known form, choose from {', '.join(FORMS)}"
        raise ConfigurationError(str(path), problem)
    given = {"encoding": encoding, "delimiter": delimiter, "columns": columns}
    options: dict[str, Any] = {name: value for name, value in given.items() if value}
    table = await in_thread(lambda: _opened(path, form, options))
    _check(path, table, filler)
    kept = Path(rejects) if rejects else None
    if kept is not None and await in_thread(partial(_is_same, path, kept)):
        problem = "is the file that is read, and would be lost"
        raise ConfigurationError("rejects", problem, "Give another file for them.")
    return Source(path, table, filler, kept)


def _opened(path: Path, form: str, options: Mapping[str, Any]) -> Table:
    try:
        return FORMS[form](path, **options)
    except OSError as why:
        raise ConfigurationError(str(path), f"cannot be read: {why.strerror}") from None
    except TypeError:
        problem = f"does not go with {form}"
        raise ConfigurationError(" and ".join(options), problem) from None


def _is_same(path: Path, other: Path) -> bool:
    """Whether both names lead to one file."""
    return other.exists() and path.samefile(other)


def _check(path: Path, table: Table, filler: Filler) -> None:
    if table.columns is None:
        return
    missing = [name for name in filler.columns if name not in table.columns]
    if missing:
        problem = f"names no column {missing[0]!r}; it has {', '.join(table.columns)}"
        raise ConfigurationError(f"{path}, line 1", problem)
