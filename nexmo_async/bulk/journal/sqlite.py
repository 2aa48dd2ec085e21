"""A journal in one SQLite file: all that is wanted during one commit makes up the next.

So the price of reaching the disk is shared by whoever waits for it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import attrs

from nexmo_async.bulk.errors import JournalError, JournalFullError
from nexmo_async.bulk.journal.entries import ACCEPTED, UNSETTLED, Answer, Entry, Intent
from nexmo_async.bulk.journal.seen import Seen
from nexmo_async.bulk.journal.table import Table, may_pass
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nexmo_async.clock import Clock

#: What a confirmed intent survives. "power": a power cut as well, as each commit waits
#: for the disk (synchronous=FULL). "process": a kill, if the system lives on (NORMAL).
Survives = Literal["power", "process"]

#: Seconds between two tries to write.
PAUSE: Final = 1.0

_Value = TypeVar("_Value")


@attrs.define
class _Batch:
    """What is to be written and read next, and who waits for it."""

    keys: list[str] = attrs.field(factory=list[str])
    looking: list[asyncio.Future[Entry | None]] = attrs.field(
        factory=list["asyncio.Future[Entry | None]"]
    )
    intents: list[Intent] = attrs.field(factory=list[Intent])
    answers: dict[str, Answer] = attrs.field(factory=dict[str, Answer])
    intended: list[asyncio.Future[Entry | None]] = attrs.field(
        factory=list["asyncio.Future[Entry | None]"]
    )
    waiting: list[asyncio.Future[None]] = attrs.field(
        factory=list["asyncio.Future[None]"]
    )

    def __len__(self) -> int:
        return len(self.keys) + len(self.intents)

    def written(
        self, known: Sequence[Entry | None], found: Mapping[str, Entry]
    ) -> None:
        for future, entry in zip(self.intended, known, strict=True):
            if not future.done():
                future.set_result(entry)
        for key, future in zip(self.keys, self.looking, strict=True):
            if not future.done():
                future.set_result(found.get(key))
        for done in self.waiting:
            if not done.done():
                done.set_result(None)

    def failed(self, why: JournalError) -> None:
        futures: list[asyncio.Future[Any]]
        futures = [*self.looking, *self.intended, *self.waiting]
        for future in futures:
            if not future.done():
                future.set_exception(why)


class SqliteJournal:
    """A journal in a file. What it has confirmed survives a kill and a power cut.

    Beside the file lie SQLite's own (`-wal`, `-shm`, while it is open) and one ending
    in `.lock`, by which a second process is refused. Not for a network drive.

    Args:
        path: The file; it is made if there is none.
        survives: "power": whatever it confirmed is on the disk. "process": quicker, but
            after a power cut the last items may be missing; then it refuses to go on.
        patience: Seconds that it waits for room on a full disk; meanwhile nothing new
            is sent.

    Raises:
        ConfigurationError: It is told to survive something else.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        survives: Survives = "power",
        patience: float = 30.0,
    ) -> None:
        if survives not in {"power", "process"}:
            problem = f"is {survives!r}, choose from power, process"
            raise ConfigurationError("survives", problem)
        self._path = Path(path)
        self._table = Table(self._path, survives == "power")
        self._patience = patience
        self._thread: ThreadPoolExecutor | None = None
        self._writer: asyncio.Task[None] | None = None
        self._broken: JournalFullError | None = None
        self.trouble: str = ""

    def __repr__(self) -> str:
        """Show the file."""
        return f"<SqliteJournal {os.fspath(self._path)}>"

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:
        """Begin a new run of the job."""
        if self._thread is not None:
            raise JournalError(str(self._path), "is open already")
        self._clock = clock
        self._broken = None
        self._batch, self._wanted, self._seen = _Batch(), asyncio.Event(), Seen()
        self._thread = ThreadPoolExecutor(1, "nexmo-async-journal")
        try:
            meet = self._seen.add
            await self._do(partial(self._table.open, job, notes, clock.wall(), meet))
        except BaseException:
            self._thread.shutdown(wait=False)
            self._thread = None
            raise
        self._writer = asyncio.create_task(self._write())

    def may_know(self, key: str) -> bool:
        """Whether the file may know an item."""
        return key in self._seen

    async def look(self, key: str) -> Entry | None:
        """What is known of an item."""
        batch = self._filled()
        batch.keys.append(key)
        return await self._told(batch.looking)

    def intend(self, intent: Intent) -> asyncio.Future[Entry | None]:
        """Write down that an item is about to be sent; await that it is written."""
        batch = self._filled()
        batch.intents.append(intent)
        self._seen.add(intent.key)
        return self._told(batch.intended)

    def answer(self, key: str, answer: Answer) -> None:
        """Write down what became of an item, with whatever is written next."""
        self._batch.answers[key] = answer
        self._wanted.set()

    async def unsettled(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that may have been sent."""
        await self._written()
        return await self._do(partial(self._table.page, UNSETTLED, after, most))

    async def answered(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that were accepted."""
        await self._written()
        return await self._do(partial(self._table.page, ACCEPTED, after, most))

    async def aclose(self) -> None:
        """Write what is left, and let others have the file."""
        thread, writer = self._thread, self._writer
        if thread is None or writer is None:
            return
        self._writer = None
        try:
            await self._written()
        finally:
            writer.cancel()
            closed = thread.submit(self._table.close, self._clock.wall())
            self._thread = None
            thread.shutdown(wait=False)
            await asyncio.wrap_future(closed)

    def _filled(self) -> _Batch:
        """The batch that is being filled. It is not, once nothing can be written."""
        if self._broken is not None:
            raise self._broken
        return self._batch

    def _told(
        self, waiting: list[asyncio.Future[Entry | None]]
    ) -> asyncio.Future[Entry | None]:
        """What the file will say of what was put into the next batch."""
        told: asyncio.Future[Entry | None] = asyncio.get_running_loop().create_future()
        waiting.append(told)
        self._wanted.set()
        return told

    async def _written(self) -> None:
        """Wait until all that was told so far is written."""
        self._broken = None  # there may be room again
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.waiting.append(done)
        self._wanted.set()
        await done

    async def _write(self) -> None:
        """Commit one batch after the other."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._gather()
            batch, self._batch = self._batch, _Batch()
            try:
                batch.written(*await self._patiently(batch))
            except sqlite3.Error as why:
                self._broken = JournalFullError(str(self._path), str(why))
                # The answers are not given up: they are tried again with the last word.
                self._batch.answers = batch.answers | self._batch.answers
                batch.failed(self._broken)

    async def _gather(self) -> None:
        """Let more come, as long as more come: each commit has its price."""
        size = 0
        while len(self._batch) > size:
            size = len(self._batch)
            await self._clock.sleep(0)

    async def _patiently(
        self, batch: _Batch
    ) -> tuple[list[Entry | None], dict[str, Entry]]:
        patience = 0.0 if self._broken is not None else self._patience
        gives_up = self._clock.monotonic() + patience
        while True:
            try:
                told = await self._do(partial(self._exchange, batch))
            except sqlite3.Error as why:
                self.trouble = f"the journal: {why}"
                if not may_pass(why) or self._clock.monotonic() >= gives_up:
                    raise
                await self._clock.sleep(PAUSE)
            else:
                self.trouble = ""
                return told

    def _exchange(self, batch: _Batch) -> tuple[list[Entry | None], dict[str, Entry]]:
        """Write a batch, then look for what it asks about: one trip to the thread."""
        known = self._table.write(batch.intents, batch.answers)
        return known, self._table.look(batch.keys)

    async def _do(self, function: Callable[[], _Value]) -> _Value:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function)
