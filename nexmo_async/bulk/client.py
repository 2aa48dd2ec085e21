"""`nexmo.bulk`: many messages at once, as a stream, from a producer, or as a job."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, get_args

from nexmo_async.bulk.intake import Intake
from nexmo_async.bulk.job.control import CONCURRENCY, Control, at_least_one
from nexmo_async.bulk.job.job import Job, OnUnknown
from nexmo_async.bulk.job.tally import Tally
from nexmo_async.bulk.journal.sqlite import SqliteJournal
from nexmo_async.bulk.preflight.preflight import preflight
from nexmo_async.bulk.pump import Pump
from nexmo_async.bulk.queue import BulkQueue
from nexmo_async.bulk.sender import Sender, Ways
from nexmo_async.bulk.stream import Results
from nexmo_async.clock import instant
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nexmo_async.bulk.item import Items
    from nexmo_async.bulk.job.guard import Guard
    from nexmo_async.bulk.job.report import Progress, Report
    from nexmo_async.bulk.journal.entries import Journal
    from nexmo_async.bulk.preflight.estimate import Estimator
    from nexmo_async.bulk.preflight.money import Money, Prices
    from nexmo_async.bulk.preflight.preflight import Preflight
    from nexmo_async.bulk.result import BulkResult
    from nexmo_async.transport.throttle import Limit

#: What a job may be called: it becomes the name of a file.
_NAME: Final = re.compile(r"\w[\w. -]{0,63}")

#: Seconds between two reports of progress.
_TICK: Final = 1.0


class Carries(Protocol):
    """An engine that sends a job by all of its workers, such as `DbosEngine`."""

    async def carry(  # noqa: PLR0913  all that the job was told
        self,
        items: Items,
        *,
        job: str,
        is_resent: bool,
        has_refs: bool,
        progress: Callable[[Progress], object] | None,
        control: Control | None,
    ) -> Report:
        """Have each item sent once, and wait for the end."""
        ...


class Bulk:
    """`nexmo.bulk`: sends many messages, none twice, none forgotten.

    All of its ways take messages, workflows, or an `Item` of either with a key, from
    anything that can be iterated over, async or not; one is taken only when there is
    room for it. A workflow is run here, to its end.
    """

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._controls: dict[asyncio.Task[None], Control] = {}

    async def preflight(
        self,
        items: Items,
        *,
        prices: Prices | str | Path | None = None,
        cap: Money | str | None = None,
        limits: Sequence[Limit] = (),
        estimator: Estimator | None = None,
    ) -> Preflight:
        """Go through all items and count; nothing is sent.

        Who would get how many, of how many segments; numbers that are none or come
        twice; how long it would take, and what it would cost.

        Args:
            items: What would be sent. An iterator has nothing left to send afterwards:
                give a list, or a source that can be read again.
            prices: A price list, or the CSV file of one.
            cap: The most that it may cost, as `Money` or as "20EUR".
            limits: How fast may be sent.
            estimator: Who knows prices and numbers, instead of `prices`.

        Raises:
            ConfigurationError: The price list cannot be read, or the cap is no sum.
        """
        return await preflight(
            items, prices=prices, cap=cap, limits=limits, estimator=estimator
        )

    def stream(
        self, items: Items, *, concurrency: int = CONCURRENCY, ordered: bool = False
    ) -> AsyncIterator[BulkResult]:
        """Send all of them, and tell of each as it is answered.

        A failure is a result. Leaving the loop early takes nothing more, and waits for
        what is in flight. Memory does not grow with the number of items.

        Args:
            items: Messages, workflows, items or bad rows.
            concurrency: Items under way at once; twice as many may be taken ahead of
                whoever reads the results.
            ordered: Tell in the order of the items, instead of that of the answers.

        Raises:
            ConfigurationError: Nothing may be under way at once.
        """
        control = Control(concurrency=concurrency)
        most = 2 * concurrency
        results = Results(most, control.ring, is_ordered=ordered)
        return self._streamed(items, control, results)

    def open(
        self, *, concurrency: int = CONCURRENCY, size: int | None = None
    ) -> BulkQueue:
        """A queue to put messages into as they occur: `async with` it, then `put`.

        Args:
            concurrency: Items under way at once.
            size: Messages that may wait to be sent before `put` waits; twice the
                concurrency unless given.

        Raises:
            ConfigurationError: A number is too small to mean anything.
        """
        control = Control(concurrency=concurrency)
        if size is not None and size < 1:
            raise ConfigurationError("size", "must be at least 1")

        def begin(queue: BulkQueue) -> asyncio.Task[None]:
            clock = self._ways.clock
            intake = Intake(queue.items(), control, clock)
            work = Sender(self._ways).work
            pump = Pump(intake, work, queue.answered, control, clock)
            return self._own(asyncio.create_task(pump.run()), control)

        return BulkQueue(size or 2 * concurrency, begin, control.stop)

    async def run(  # noqa: PLR0913  each is one choice of the user
        self,
        items: Items,
        *,
        job: str,
        journal: str | Path | Journal | None = None,
        concurrency: int = CONCURRENCY,
        on_unknown: OnUnknown = "settle",
        grace: float = 5.0,
        patience: float = 600.0,
        guards: Sequence[Guard] = (),
        progress: Callable[[Progress], object] | None = None,
        control: Control | None = None,
        total: int | None = None,
        notes: Mapping[str, str] | None = None,
        engine: Carries | None = None,
    ) -> Report:
        """Send each of them once, whatever happens to this process.

        Each send is written down before it leaves. Run the same job with the same items
        again, and it goes on: what was answered is skipped, what did not leave is sent,
        and what may have been sent is *unknown*: a receipt with its client_ref settles
        it. An item whose key this job had before is flagged, not sent.

        A workflow is one item, and is run by this process: if that is killed half way,
        nobody takes the later steps. The item is unknown, whatever a receipt says of
        its first step, until "resend" begins it again at that step. Where workflows
        have to outlive the process, give an `engine`.

        No connection, and a 429, keep the job waiting; wrong credentials and an empty
        account stop it, as every item would meet the same. Anything else is a result.

        Args:
            items: Messages, workflows, items or bad rows; for a resumed job from the
                beginning again.
            job: Its name: letters, digits, ``_ . -`` and spaces, 64 at most.
            journal: The file, or a `Journal`. None: the job's name with ".db", in this
                directory.
            concurrency: Items under way at once.
            on_unknown: "settle": at the end, wait for receipts for `grace` seconds;
                what they do not name is reported as unknown and not sent. "raise": the
                same without waiting. "resend": what an earlier run left unknown, and no
                receipt names within `grace` of the first such item, is sent again, and
                maybe twice.
            grace: Seconds.
            patience: Seconds without any connection after which the job stops.
            guards: Asked before each send; they pause the job, they do not fail it.
            progress: Is told how far it is, each second and at the end.
            control: To pause, stop and speed it up or down from elsewhere.
            total: How many items there are, where the source does not say.
            notes: Kept in the journal of a new job, for whoever goes on with it.
            engine: `DbosEngine`: all of its workers send the job, and it outlives this
                process. Its database is the journal, and asks for none; guards, which
                no other process knows, are refused.

        Raises:
            ConfigurationError: A setting cannot work.
            JournalBusyError: Another process runs this job; it tells which.
            JournalError: The journal is of another job or version, or it is torn.
            JournalFullError: The journal could not be written. Nothing was lost: run
                the job again once there is room.
        """
        _check(job, on_unknown, concurrency)
        if engine is not None:
            _of_all_machines(guards=guards, journal=journal)
            return await engine.carry(
                items,
                job=job,
                is_resent=on_unknown == "resend",
                has_refs=self._ways.has_refs,
                progress=progress,
                control=control,
            )
        clock, control = self._ways.clock, control or Control()
        journal = _journal(journal, job)
        if total is None and isinstance(items, Sized):
            total = len(items)
        intake = Intake(items, control, clock, guards)
        one = Job(
            name=job,
            ways=self._ways,
            journal=journal,
            intake=intake,
            control=control,
            guards=guards,
            tally=Tally(clock.monotonic(), total),
            on_unknown=on_unknown,
            grace=grace,
            patience=patience,
        )
        control.begin(one.progress, concurrency)
        pump = Pump(intake, one.work, one.emit, control, clock)
        started = instant(clock)
        await journal.open(job, clock, notes or {})
        try:
            await self._pumped(pump, one, progress or _ignore)
        finally:
            await journal.aclose()
        for error in (pump.error, intake.error):
            if error is not None:
                raise error
        return one.report(started)

    def stop(self) -> None:
        """Take nothing more, wherever something is under way."""
        for control in self._controls.values():
            control.stop("the client was closed")

    async def aclose(self) -> None:
        """Take nothing more, and wait for what is in flight. May be called again."""
        self.stop()
        if self._controls:
            await asyncio.wait(self._controls)

    async def _streamed(
        self, items: Items, control: Control, results: Results
    ) -> AsyncIterator[BulkResult]:
        clock = self._ways.clock
        intake = Intake(items, control, clock, has_room=results.has_room)
        pump = Pump(intake, Sender(self._ways).work, results.put, control, clock)
        pumping = self._own(asyncio.create_task(pump.run()), control)
        pumping.add_done_callback(lambda _: results.end())
        try:
            while await results.wait():
                while (result := results.take()) is not None:
                    yield result
        finally:
            control.stop()
            await asyncio.wait({pumping})
        for error in (pump.error, intake.error):
            if error is not None:
                raise error

    async def _pumped(
        self, pump: Pump, job: Job, progress: Callable[[Progress], object]
    ) -> None:
        """Pump, tell of progress meanwhile, and settle what is left."""
        async with asyncio.TaskGroup() as tasks:
            ticker = tasks.create_task(self._tick(pump, job, progress))
            pumping = self._own(tasks.create_task(pump.run()), job.control)
            await asyncio.wait({pumping})
            ticker.cancel()
        if pump.error is None:
            await job.finish()
            progress(job.progress())

    async def _tick(
        self, pump: Pump, job: Job, progress: Callable[[Progress], object]
    ) -> None:
        try:
            while True:
                await self._ways.clock.sleep(_TICK)
                progress(job.progress())
        except Exception as error:  # noqa: BLE001  of the user's function: run raises it
            pump.fail(error)

    def _own(self, pumping: asyncio.Task[None], control: Control) -> asyncio.Task[None]:
        self._controls[pumping] = control
        pumping.add_done_callback(self._controls.pop)
        return pumping


def check_name(job: str) -> None:
    """Refuse what cannot become the name of a file."""
    if not _NAME.fullmatch(job):
        problem = "is no name: write letters, digits, '_', '.', '-', 64 at most"
        raise ConfigurationError("job", problem)


def _check(job: str, on_unknown: OnUnknown, concurrency: int) -> None:
    """Refuse what is no name, no number, and no way to go about the unknown."""
    at_least_one(concurrency)
    check_name(job)
    if on_unknown not in get_args(OnUnknown):
        problem = f"is {on_unknown!r}, choose from {', '.join(get_args(OnUnknown))}"
        raise ConfigurationError("on_unknown", problem)


def _of_all_machines(*, guards: Sequence[Guard], journal: object) -> None:
    """Refuse what no other process knows."""
    if guards or journal is not None:
        setting = "guards" if guards else "journal"
        raise ConfigurationError(setting, "is of one machine: leave it out")


def _journal(journal: str | Path | Journal | None, job: str) -> Journal:
    """The file, unless it is a journal already."""
    if isinstance(journal, str | Path | None):
        return SqliteJournal(journal or f"{job}.db")
    return journal


def _ignore(_: Progress) -> None:
    """Nobody wants to know."""
