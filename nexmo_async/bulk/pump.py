"""So many workers between an intake and whoever wants the results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nexmo_async.bulk.intake import Intake, Taken
    from nexmo_async.bulk.job.control import Control
    from nexmo_async.bulk.result import BulkResult
    from nexmo_async.clock import Clock

#: Makes one result of one item; None: its result comes later, by another way.
Work = Callable[["Taken"], Awaitable["BulkResult | None"]]

#: Is told each result.
Emit = Callable[["BulkResult"], object]

#: Items that a worker may handle before it lets others have the loop.
_IN_A_ROW: Final = 32


class Pump:
    """Takes, works and emits, until the intake is over and nothing is in flight.

    Args:
        intake: Where items come from.
        work: What is done with each. It must not raise for an item's sake.
        emit: Who is told.
        control: How many at once, and whether to stop at once.
        clock: What time is measured by.

    Attributes:
        error: What a worker could not go on from; nothing new was taken since.
    """

    def __init__(
        self, intake: Intake, work: Work, emit: Emit, control: Control, clock: Clock
    ) -> None:
        self._intake = intake
        self._work = work
        self._emit = emit
        self._control = control
        self._clock = clock
        self._door = asyncio.Lock()  # a source is asked for one item at a time
        self._tasks: asyncio.TaskGroup | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self._is_crowded = False  # more workers than wanted: the next to be free leaves
        self.error: Exception | None = None
        control.listen(self._hear)

    async def run(self) -> None:
        """Pump until all is done."""
        async with asyncio.TaskGroup() as self._tasks:
            self._hear()
        self._tasks = None

    def fail(self, error: Exception) -> None:
        """Take nothing more: there is no going on from this."""
        self.error = self.error or error
        self._control.stop(f"{type(error).__name__}: {error}")

    async def _worker(self) -> None:
        me = asyncio.current_task()
        try:
            while True:
                for _ in range(_IN_A_ROW):
                    taken = None if self._is_crowded else self._intake.at_once()
                    taken = taken or await self._take()
                    if taken is None:
                        return
                    result = await self._work(taken)
                    if result is not None:
                        self._emit(result)
                await self._clock.sleep(0)
        except Exception as error:  # noqa: BLE001  the others finish what is in flight
            self.fail(error)
        finally:
            if me is not None:
                self._workers.discard(me)
                self._is_crowded = len(self._workers) > self._control.concurrency

    async def _take(self) -> Taken | None:
        """The next item; None: this worker is needed no longer."""
        if self._intake.is_over:
            return None
        async with self._door:
            if self._is_crowded:
                return None
            return await self._intake.take()

    def _hear(self) -> None:
        """Be as many as wanted; whoever is too many leaves when it is free."""
        if self._tasks is None:
            return
        self._is_crowded = len(self._workers) > self._control.concurrency
        if self._control.aborted:
            for worker in self._workers:
                worker.cancel()
            return
        if self._intake.is_over:
            return
        for _ in range(self._control.concurrency - len(self._workers)):
            worker = self._tasks.create_task(self._worker())
            self._workers.add(worker)
