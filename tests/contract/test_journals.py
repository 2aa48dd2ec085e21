from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from nexmo_async.bulk import Journal, MemoryJournal, SqliteJournal
from nexmo_async.testing import check_journal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nexmo_async.bulk.journal.entries import Entry, Intent
    from nexmo_async.bulk.journal.sqlite import Survives
    from nexmo_async.clock import Clock
    from nexmo_async.testing.journal import Again


async def test_the_journal_in_memory_keeps_its_promises() -> None:
    async def make() -> Again:
        journal = MemoryJournal()
        return lambda: journal

    await check_journal(make)


@pytest.mark.parametrize("survives", ["power", "process"])
async def test_the_journal_in_a_file_keeps_its_promises(
    tmp_path: Path, survives: Survives
) -> None:
    numbers = count()

    async def make() -> Again:
        path = tmp_path / f"{next(numbers)}.db"
        return lambda: SqliteJournal(path, survives=survives)

    await check_journal(make)


class Forgetful(MemoryJournal):
    """Forgets all between two runs."""

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:
        await super().open(job, clock, notes)
        self._rows.clear()


class Generous(MemoryJournal):
    """Lets everybody write."""

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:
        await self.aclose()
        await super().open(job, clock, notes)


class Blind(MemoryJournal):
    """Sees no double."""

    async def intend(self, intent: Intent) -> Entry | None:
        known = await super().intend(intent)
        return None if known is not None and known.is_double else known


class Sure(MemoryJournal):
    """Takes all items for new ones."""

    def may_know(self, key: str) -> bool:  # noqa: ARG002  as every journal
        return False


class Short(MemoryJournal):
    """Takes what an earlier run intended for new."""

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:
        await super().open(job, clock, notes)
        self.before = set(self._rows)

    def may_know(self, key: str) -> bool:
        return super().may_know(key) and key not in self.before


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (Forgetful, "an intent is known to the next run"),
        (Generous, "a second one is refused"),
        (Blind, "the second of a run is a double"),
        (Sure, "what was intended may be known"),
        (Short, "what an earlier run intended may be known"),
    ],
)
async def test_a_journal_that_falls_short_is_told(
    kind: type[MemoryJournal], complaint: str
) -> None:
    async def make() -> Again:
        journal: Journal = kind()
        return lambda: journal

    with pytest.raises(AssertionError, match=complaint):
        await check_journal(make)
