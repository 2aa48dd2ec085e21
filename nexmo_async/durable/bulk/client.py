"""`engine.bulk`: a job that is sent by all workers, and outlives each of them."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any, Final, cast

from nexmo_async.durable.bulk.job import BulkJob, above_nothing
from nexmo_async.durable.bulk.ledger import Ledger
from nexmo_async.durable.bulk.loading import BATCH, Batch, Loader
from nexmo_async.durable.bulk.sending import (
    BULK_LANE,
    ChunkSender,
    Receipts,
    spell_turn,
    turn_key,
)
from nexmo_async.durable.bulk.spelling import CHUNK
from nexmo_async.durable.bulk.tables import Tables
from nexmo_async.durable.bulk.turns import Pace
from nexmo_async.durable.engine import BULK, OVER, Job
from nexmo_async.durable.enqueuing import Due, Enqueuer
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from nexmo_async.bulk import Control, Items, Progress, Report
    from nexmo_async.durable.runs import Durable
    from nexmo_async.durable.sending import Sends
    from nexmo_async.durable.spelling import OnUnknown
    from nexmo_async.models.plan import Api

#: Items of a slice unless told otherwise: what may be doubled when a worker dies.
SLICE: Final = 20

_NAME: Final = re.compile(r"\w[\w. -]{0,63}")

_FIND: Final = """
SELECT id, began FROM nexmo_async.bulk_jobs
WHERE application = %(application)s AND name = %(name)s
"""

_BEGIN: Final = """
INSERT INTO nexmo_async.bulk_jobs AS jobs
    (application, name, began, slice, on_unknown, rate, per_sender, runs)
VALUES (%(application)s, %(name)s, %(now)s, %(slice)s, %(on_unknown)s, %(rate)s,
    %(per_sender)s, 1)
ON CONFLICT (application, name) DO UPDATE
SET slice = excluded.slice, on_unknown = excluded.on_unknown, rate = excluded.rate,
    per_sender = excluded.per_sender, runs = jobs.runs + 1,
    paused = NULL, stopped = NULL, loaded = false
RETURNING id, runs, pg_snapshot_xmin(pg_current_snapshot())::text
"""

_LOADED: Final = """
UPDATE nexmo_async.bulk_jobs SET loaded = true WHERE id = %(job)s
"""

_WAKE: Final = """
UPDATE nexmo_async.bulk_chunks SET turn = turn + 1, state = 'open'
WHERE job = %s AND state = 'resting' RETURNING number, turn
"""

_OPEN: Final = """
SELECT number, turn FROM nexmo_async.bulk_chunks
WHERE job = %(job)s AND state = 'open'
"""

_FORGET: Final = (
    "DELETE FROM nexmo_async.bulk_keys WHERE job = %(job)s",
    "DELETE FROM nexmo_async.bulk_slices WHERE job = %(job)s",
    "DELETE FROM nexmo_async.bulk_chunks WHERE job = %(job)s",
    "DELETE FROM nexmo_async.bulk_turns WHERE key = %(job)s::text",
    "DELETE FROM nexmo_async.bulk_jobs WHERE id = %(job)s",
)


class ClusterBulk:
    """`engine.bulk`: sends many messages by all workers, and tells of each.

    Items are written to the database before anything is sent. Each has one result, and
    a key that comes twice is flagged, not sent.

    Args:
        engine: Where chunks queue.
        url: The database.
        application: Whose jobs they are.
        enqueuer: Lets many chunks queue at once.
        on_unknown: What is done about what a dead worker was sending.
        patient: Whether to wait for a database that is away.
    """

    def __init__(  # noqa: PLR0913  all that it works with
        self,
        engine: Durable,
        url: str,
        *,
        application: str,
        enqueuer: Enqueuer,
        on_unknown: OnUnknown,
        patient: bool,
    ) -> None:
        self._engine = engine
        self._application = application
        self._enqueuer = enqueuer
        self._on_unknown: OnUnknown = on_unknown
        self._clock = engine.clock
        self._tables = Tables(url, self._clock, patient=patient)
        self._work = Tables(url, self._clock, patient=True)

    async def run(  # noqa: PLR0913  each is one choice of the user
        self,
        items: Items,
        *,
        job: str,
        rate: float | None = None,
        per_sender: float | None = None,
        slice: int = SLICE,  # noqa: A002  as it is called everywhere
        on_unknown: OnUnknown | None = None,
        api: Api = "v1",
        progress: Callable[[Progress], object] | None = None,
        control: Control | None = None,
    ) -> Report:
        """Have each of them sent once, and wait for the end: `begin`, then `wait`."""
        begun = await self.begin(
            items,
            job=job,
            rate=rate if control is None or control.rate is None else control.rate,
            per_sender=per_sender,
            slice=slice,
            on_unknown=on_unknown,
            api=api,
        )
        return await begun.wait(progress=progress, control=control)

    async def begin(  # noqa: PLR0913  the same
        self,
        items: Items,
        *,
        job: str,
        rate: float | None = None,
        per_sender: float | None = None,
        slice: int = SLICE,  # noqa: A002  the same
        on_unknown: OnUnknown | None = None,
        api: Api = "v1",
    ) -> BulkJob:
        """Have each of them sent; workers do. Returns when all are written down.

        Workers begin with the first ones meanwhile. Begin the same job with the same
        items again, and it goes on: what it had is skipped, what is new is added, and
        what was stopped, or parked, is taken up again.

        A workflow is one item: its run begins under the item's reference, so that
        `engine.follow` finds it, and its messages queue in the usual lane. Its result
        is that of the run, and comes up to 30 s after it. A job that is stopped begins
        no more runs; those that have begun go on.

        Args:
            items: Messages, workflows, items of either, or bad rows.
            job: Its name: letters, digits, ``_ . -`` and spaces, 64 at most.
            rate: Items per second at most, over all workers; None: as fast as they can.
                Of workflows, so many begin.
            per_sender: The same for each sender, over all jobs of the application that
                say so. As many chunks as there are senders have to be under way, so
                give the lane "nexmo_async.bulk" that many `at_once`.
            slice: Items that a worker writes down at once before it sends them, 1 to
                200. When it dies, these may be doubled, for each of its chunks: fewer
                cost more statements.
            on_unknown: What is done about what a dead worker was sending: "resend" or
                "wait"; as the engine says unless given.
            api: The generation that the workers speak.

        Raises:
            ConfigurationError: A setting cannot work.
        """
        if not _NAME.fullmatch(job):
            problem = "is no name: write letters, digits, '_', '.', '-', 64 at most"
            raise ConfigurationError("job", problem)
        if not 1 <= slice <= 200:  # noqa: PLR2004  the size of a chunk
            raise ConfigurationError("slice", "must be 1 to 200")
        above_nothing("rate", rate)
        above_nothing("per_sender", per_sender)
        values = {
            "application": self._application,
            "name": job,
            "now": self._clock.wall(),
            "slice": slice,
            "on_unknown": on_unknown or self._on_unknown,
            "rate": rate,
            "per_sender": per_sender,
        }
        row = await self._tables.row(_BEGIN, values)
        number, run, base = cast("tuple[int, int, str]", row)
        if run > 1:
            await self._wake(number)
        loader = Loader(number, job, run, rate, per_sender, api)
        await self._load(loader, items)
        await self._tables.rows(_LOADED, {"job": number})
        return self._job(job, number, base if run > 1 else "0", values["now"])

    async def find(self, job: str) -> BulkJob:
        """A job that was begun by whatever process.

        Raises:
            ConfigurationError: There is no such job.
        """
        values = {"application": self._application, "name": job}
        row = await self._tables.row(_FIND, values)
        if row is None:
            raise ConfigurationError("job", f"{job!r} is not known")
        return self._job(job, row[0], "0", row[1])

    async def forget(self, job: str) -> None:
        """Delete all that is kept of a job that is over; its keys may come again."""
        values = {"job": (await self.find(job)).number}
        for statement in _FORGET:
            await self._tables.rows(statement, values)

    def sends(self, send: Sends, receipts: Receipts | None = None) -> None:
        """Let this worker send."""
        ledger = Ledger(self._work, self._clock)
        pace = Pace(self._work, self._clock, self._application)
        ChunkSender(self._engine, ledger, pace, send, self._clock, receipts)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._tables.aclose()
        await self._work.aclose()

    def _job(self, name: str, number: int, base: str, began: Any) -> BulkJob:  # noqa: ANN401  a number of a row
        return BulkJob(
            name,
            number=number,
            base=base,
            began=began,
            tables=self._tables,
            engine=self._engine,
            clock=self._clock,
        )

    async def _load(self, loader: Loader, items: Items) -> None:
        """Write a batch while the next one is read."""
        writing: asyncio.Future[None] | None = None
        try:
            async for some in _batches(items):
                batch = await asyncio.to_thread(loader.read, some)
                if writing is not None:
                    await writing
                written = asyncio.to_thread(self._write, loader, batch)
                writing = asyncio.ensure_future(written)
        finally:
            if writing is not None:
                await writing

    def _write(self, loader: Loader, batch: Batch) -> None:
        now = self._clock.wall()
        self._enqueuer.write(lambda line: loader.write(line, batch, now))

    async def _wake(self, job: int) -> None:
        """Let everything queue again that rests, or that nobody would come to."""
        await asyncio.to_thread(
            self._enqueuer.write,
            lambda line: [
                _due(job, number, turn)
                for number, turn in line.execute(_WAKE, (job,)).fetchall()
            ],
        )
        rows = await self._tables.rows(_OPEN, {"job": job})
        for at in range(0, len(rows), BATCH):
            await self._again(
                job, dict(cast("list[tuple[int, int]]", rows[at : at + BATCH]))
            )

    async def _again(self, job: int, left: dict[int, int]) -> None:
        """Those chunks, each at that turn, of which no turn will come any more."""
        dues: list[Due] = []
        while left:
            keys = {
                turn_key(job, number, turn): number for number, turn in left.items()
            }
            found = await self._engine.read(tuple(keys))
            for key, number in keys.items():
                turn = left.pop(number)
                if key not in found:
                    dues.append(_due(job, number, turn))
                elif found[key].state in OVER:
                    left[number] = turn + 1
        await asyncio.to_thread(self._enqueuer.put, dues)


def _due(job: int, number: int, turn: int) -> Due:
    body = Job(CHUNK, spell_turn(job, number))
    return Due(turn_key(job, number, turn), body, BULK_LANE, BULK)


async def _batches(items: Items) -> AsyncIterator[list[object]]:
    """So many at once, from anything that can be iterated over."""
    if not isinstance(items, AsyncIterable):
        left = iter(items)
        while batch := list[object](itertools.islice(left, BATCH)):
            yield batch
        return
    batch = list[object]()
    async for each in items:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
