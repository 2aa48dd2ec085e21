"""From rows to items: one row, one message, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.bulk.item import BadRow, Item
from nexmo_async.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.bulk.source.row import Row
    from nexmo_async.bulk.source.template import Draft


@attrs.frozen
class Filler:
    """Fills a draft, row by row.

    Args:
        draft: What each row makes.
        key: The column that tells items apart; None: recipient and body do.
    """

    draft: Draft
    key: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """What a row must have."""
        wanted = self.draft.columns
        return (
            wanted
            if self.key is None
            else tuple({**dict.fromkeys(wanted), self.key: None})
        )

    def __call__(self, row: Row) -> Item | BadRow:
        """The item, or what is wrong with the row."""
        key = ""
        if self.key is not None:
            key = _word(row.values.get(self.key))
            if not key:
                return bad(row, self.key, "is empty, and names the item")
        try:
            return Item(self.draft.fill(row.values), key, row.line)
        except MessageError as why:
            column = self.draft.column(why.field)
            problem = why.problem if column else f"{why.field} {why.problem}"
            return bad(row, column, problem)


def bad(row: Row, column: str, problem: str) -> BadRow:
    """The row as it was read, with what is wrong."""
    return BadRow(row.line, column, problem, _words(row.values))


def _words(values: Mapping[str, object]) -> dict[str, str]:
    return {str(name): _word(value) for name, value in values.items()}


def _word(value: object) -> str:
    return "" if value is None else str(value)
