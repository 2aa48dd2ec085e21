"""An engine in the memory of one process: exact, quick, and gone with the process."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

import attrs

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.durable.engine import (
    BULK,
    LANE,
    STILL,
    USUAL,
    Job,
    JobState,
    JobStatus,
    Lane,
)
from nexmo_async.durable.queues import Queue, Queues
from nexmo_async.durable.runs import Durable
from nexmo_async.errors import ClosedError, ConfigurationError
from nexmo_async.workflows.timers import Timer, Timers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nexmo_async.durable.engine import Handler
    from nexmo_async.durable.runs import DurableRun
    from nexmo_async.durable.spelling import OnUnknown

#: Jobs that are over and still known, at most; the oldest is forgotten first.
KEEP: Final = 100_000

_log: Final = logging.getLogger("nexmo_async.durable")


@attrs.define(eq=False)
class _Entry:
    key: str
    job: Job
    lane: str
    priority: int
    state: JobState = "waiting"
    due: float | None = None
    timer: Timer | None = None
    result: str = ""
    reason: str = ""
    facts: dict[str, Any] = attrs.field(factory=dict[str, Any])

    def told(self) -> JobStatus:
        return JobStatus(
            key=self.key,
            kind=self.job.kind,
            lane=self.lane,
            state=self.state,
            body=self.job.body,
            due=self.due,
            result=self.result,
            reason=self.reason,
            facts=dict(self.facts),
        )


class InProcessEngine(Durable):
    """Runs jobs in this process. A crash loses those that wait: nothing is written.

    For tests, and for programs that may lose what they had planned. It costs a
    millisecond where a database takes a second.

    Args:
        lanes: Those that have a rate or a limit; any other has none.
        on_unknown: As for `DbosEngine`; here nothing survives that could be in doubt.
        keep: Jobs that are over and still known, at most.
        clock: What time is measured by.

    Raises:
        ConfigurationError: It could not keep a single job.
    """

    def __init__(
        self,
        *,
        lanes: Iterable[Lane] = (),
        on_unknown: OnUnknown = "resend",
        keep: int = KEEP,
        clock: Clock | None = None,
    ) -> None:
        if keep < 1:
            raise ConfigurationError("keep", "must be at least 1")
        super().__init__(clock or SystemClock(), on_unknown)
        self._keep = keep
        self._timers = Timers(self.clock)
        self._queues = Queues(lanes)
        self._entries: dict[str, _Entry] = {}
        self._over: dict[str, None] = {}
        self._handlers: dict[str, Handler] = {}
        self._hands: asyncio.TaskGroup | None = None

    def __repr__(self) -> str:
        """Show how many jobs it knows."""
        return f"<InProcessEngine jobs={len(self._entries)} over={len(self._over)}>"

    def handle(self, kind: str, handler: Handler) -> None:
        """Do jobs of that kind."""
        self._handlers[kind] = handler

    async def submit(
        self,
        job: Job,
        *,
        key: str,
        lane: str = LANE,
        delay: float = 0.0,
        priority: int = USUAL,
    ) -> bool:
        """Have it done. False if the key is in use."""
        if key in self._entries:
            return False
        entry = self._entries[key] = _Entry(key, job, lane, priority)
        self._wait(entry, delay)
        return True

    async def submit_many(
        self,
        jobs: Iterable[Job],
        *,
        key_prefix: str,
        lane: str = LANE,
        priority: int = BULK,
    ) -> int:
        """Have many done. How many of them are new."""
        new = 0
        for number, job in enumerate(jobs, 1):
            key = f"{key_prefix}:{number}"
            new += await self.submit(job, key=key, lane=lane, priority=priority)
        return new

    async def advance(self, key: str, *, delay: float = 0.0) -> bool:
        """Run it now, or that many seconds from now. False if it waits no longer."""
        entry = self._entries.get(key)
        if entry is None or entry.state != "waiting":
            return False
        self._hush(entry)
        self._wait(entry, delay)
        return True

    async def cancel(self, key: str) -> bool:
        """Never run it. False if it has begun, or is over."""
        entry = self._entries.get(key)
        if entry is None or entry.state not in STILL:
            return False
        self._hush(entry)
        if entry.state == "queued":
            self._queues.remove(entry.lane, key)
        self._end(entry, "cancelled")
        return True

    async def status(self, key: str) -> JobStatus | None:
        """Where it stands; None if there is no such job."""
        entry = self._entries.get(key)
        return None if entry is None else entry.told()

    async def read(self, keys: Sequence[str]) -> Mapping[str, JobStatus]:
        """Where each of them stands."""
        known = self._entries
        return {key: known[key].told() for key in keys if key in known}

    async def note(self, key: str, facts: Mapping[str, Any]) -> None:
        """Keep facts about it."""
        if key in self._entries:
            self._entries[key].facts.update(facts)

    async def run(self) -> None:
        """Do jobs, until it is cancelled. Those under way are cancelled with it."""
        if self._hands is not None:
            raise RuntimeError("this engine is running already")
        _log.warning("jobs that wait are lost if this process dies: nothing is written")
        async with asyncio.TaskGroup() as hands:
            self._hands = hands
            try:
                for queue in self._queues:
                    self._start(queue)
                await self._timers.run()
            finally:
                self._hands = None  # who is cancelled with it begins nothing new

    def later(self, run: DurableRun) -> None:
        """Call off a run as soon as may be."""
        if self._hands is None:
            raise ClosedError("the engine is not running")
        self._hands.create_task(self.call_off(run.id))

    # --- From waiting to queued, from queued to running. ---

    def _wait(self, entry: _Entry, delay: float) -> None:
        entry.due = self.clock.wall() + delay
        if delay <= 0:
            self._queue(entry)
            return
        due = self.clock.monotonic() + delay
        entry.timer = self._timers.at(due, lambda: self._queue(entry))

    def _hush(self, entry: _Entry) -> None:
        if entry.timer is not None:
            self._timers.cancel(entry.timer)
            entry.timer = None

    def _queue(self, entry: _Entry) -> None:
        entry.state, entry.due, entry.timer = "queued", None, None
        queue = self._queues.add(entry.lane, entry.key, entry.priority)
        if self._hands is not None:
            self._start(queue)

    def _start(self, queue: Queue) -> None:
        """Begin what may begin now, and come back when more may."""
        hands, now = self._hands, self.clock.monotonic()
        while hands is not None and queue.may_begin(now):
            entry = self._entries[queue.take(now)]
            entry.state = "running"
            hands.create_task(self._work(entry, queue))
        opens = queue.opens(now)
        if opens is not None and queue.alarm is None:
            queue.alarm = self._timers.at(opens, lambda: self._open(queue))

    def _open(self, queue: Queue) -> None:
        queue.alarm = None
        self._start(queue)

    async def _work(self, entry: _Entry, queue: Queue) -> None:
        try:
            handler = self._handlers[entry.job.kind]
            entry.result = await handler(entry.key, entry.job.body)
        except Exception as why:  # noqa: BLE001  the job's own fault, told by its status
            _log.exception("job failed", extra={"job": entry.key})
            entry.reason = f"{type(why).__name__}: {why}"
            self._end(entry, "failed")
        except asyncio.CancelledError:
            entry.reason = "the engine was stopped in the middle of it"
            self._end(entry, "failed")
            raise
        else:
            self._end(entry, "done")
        finally:
            queue.running -= 1
            self._start(queue)

    def _end(self, entry: _Entry, state: JobState) -> None:
        entry.state, entry.due = state, None
        self._over[entry.key] = None
        while len(self._over) > self._keep:
            oldest = next(iter(self._over))
            del self._over[oldest], self._entries[oldest]
