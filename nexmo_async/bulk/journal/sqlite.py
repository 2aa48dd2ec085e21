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
    """What is to be written next, and who waits for it."""

    intents: list[Intent] = attrs.field(factory=list[Intent])
    answers: dict[str, Answer] = attrs.field(factory=dict[str, Answer])
    intended: list[asyncio.Future[Entry | None]] = attrs.field(
        factory=list["asyncio.Future[Entry | None]"]
    )
    waiting: list[asyncio.Future[None]] = attrs.field(
        factory=list["asyncio.Future[None]"]
    )

    def written(self, known: Sequence[Entry | None]) -> None:
        for future, entry in zip(self.intended, known, strict=True):
            if not future.done():
                future.set_result(entry)
        for done in self.waiting:
            if not done.done():
                done.set_result(None)

    def failed(self, why: JournalError) -> None:
        futures: list[asyncio.Future[Any]] = [*self.intended, *self.waiting]
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
            problem = f"is {survives!r}, choose of power, process"
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
        self._batch, self._wanted = _Batch(), asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "nexmo-async-journal")
        try:
            await self._do(partial(self._table.open, job, notes, clock.wall()))
        except BaseException:
            self._thread.shutdown(wait=False)
            self._thread = None
            raise
        self._writer = asyncio.create_task(self._write())

    async def intend(self, intent: Intent) -> Entry | None:
        """Write down that an item is about to be sent, and wait until it is written."""
        if self._broken is not None:
            raise self._broken
        written: asyncio.Future[Entry | None]
        written = asyncio.get_running_loop().create_future()
        self._batch.intents.append(intent)
        self._batch.intended.append(written)
        self._wanted.set()
        return await written

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
                batch.written(await self._patiently(batch))
            except sqlite3.Error as why:
                self._broken = JournalFullError(str(self._path), str(why))
                # The answers are not given up: they are tried again with the last word.
                self._batch.answers = batch.answers | self._batch.answers
                batch.failed(self._broken)

    async def _gather(self) -> None:
        """Let more come, as long as more come: each commit has its price."""
        size = 0
        while len(self._batch.intents) > size:
            size = len(self._batch.intents)
            await self._clock.sleep(0)

    async def _patiently(self, batch: _Batch) -> list[Entry | None]:
        patience = 0.0 if self._broken is not None else self._patience
        gives_up = self._clock.monotonic() + patience
        while True:
            try:
                known = await self._do(
                    partial(self._table.write, batch.intents, batch.answers)
                )
            except sqlite3.Error as why:
                self.trouble = f"the journal: {why}"
                if not may_pass(why) or self._clock.monotonic() >= gives_up:
                    raise
                await self._clock.sleep(PAUSE)
            else:
                self.trouble = ""
                return known

    async def _do(self, function: Callable[[], _Value]) -> _Value:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function)
