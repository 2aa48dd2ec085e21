"""Rows as they come: from a database's cursor, or whatever can be gone through."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from nexmo_async.bulk.source.fill import Filler
from nexmo_async.bulk.source.row import Row
from nexmo_async.bulk.source.template import Draft
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from nexmo_async.bulk.item import BadRow, Item


async def from_rows(
    rows: Iterable[object] | AsyncIterable[object],
    draft: Draft | Mapping[str, object],
    *,
    key: str | None = None,
) -> AsyncIterator[Item | BadRow]:
    """Messages made of rows, one by one, as the job has room for them.

    Args:
        rows: Mappings, or the cursor of a database whose `description` names the
            columns of its tuples; sync or async. A sync one is gone through on the
            loop: if its next row may take long, make it async.
        draft: What each row makes, with `{column}` where the row fills in.
        key: The column that tells items apart; else recipient and body do.

    Raises:
        ConfigurationError: The rows are tuples, and nobody says what their columns are.
        MessageError: The draft has something else than a column between its braces.
    """
    filler = Filler(draft if isinstance(draft, Draft) else Draft(draft), key)
    line = 0
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            line += 1
            yield filler(Row(line, _named(row, rows)))
        return
    for row in rows:
        line += 1
        yield filler(Row(line, _named(row, rows)))


def _named(row: object, cursor: object) -> Mapping[str, object]:
    if isinstance(row, Mapping):
        return cast("Mapping[str, object]", row)
    if hasattr(row, "keys"):  # records of sqlite3 and asyncpg, which are no mappings
        return cast("dict[str, object]", dict(cast("Any", row)))
    description = getattr(cursor, "description", None)
    if description is None or not isinstance(row, Iterable):
        problem = f"are {type(row).__name__}, and nothing names their columns"
        advice = "Give mappings, or a cursor that has a description."
        raise ConfigurationError("rows", problem, advice)
    names = [str(column[0]) for column in description]
    return dict(zip(names, cast("Iterable[object]", row), strict=False))
