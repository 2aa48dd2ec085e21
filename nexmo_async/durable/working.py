"""The worker of a process: DBOS is one to a process, and so is this."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

import attrs
from dbos import DBOS, WorkflowSerializationFormat

from nexmo_async.durable.leases import BEAT, Leases, claim

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from dbos import DBOSConfig

    from nexmo_async.clock import Clock
    from nexmo_async.durable.engine import Handler

#: What every worker calls its version. DBOS lets none take over the jobs of another
#: version; ours say in their kind what they are, so all of them may.
VERSION: Final = "nexmo_async.1"

#: Seconds between two looks for workers that are gone.
SWEEP_EVERY: Final = 5.0

#: Seconds that jobs under way get to end when a worker stops.
PATIENCE: Final = 30

#: Seconds for which a job that was done may not be written down yet.
UNWRITTEN: Final = 5.0

_log: Final = logging.getLogger("nexmo_async.durable")

_here: Worker | None = None
_kinds: Final[dict[str, Callable[..., Any]]] = {}


@attrs.frozen
class Health:
    """How a worker is.

    Attributes:
        is_well: Whether it reaches the database, and holds the lock of its name: only
            then does it send.
        doing: How many jobs it has under way.
        done_at: When it last ended one, Unix seconds; None if it has not.
    """

    is_well: bool
    doing: int
    done_at: float | None


class Worker:
    """Does the jobs of all lanes, as long as it holds the lock of its name.

    Args:
        url: The database.
        name: The id of this worker.
        application: Whose jobs they are.
        lanes: Which lanes it looks into.
        clock: What time is measured by.
        handlers: Who does which kind of job.
        sweep: Looks for workers that are gone.

    Attributes:
        doing: The keys of the jobs under way.
    """

    def __init__(  # noqa: PLR0913  all that a worker needs to know
        self,
        url: str,
        *,
        name: str,
        application: str,
        lanes: Iterable[str],
        clock: Clock,
        handlers: dict[str, Handler],
        sweep: Callable[[], Awaitable[object]],
    ) -> None:
        self._config: DBOSConfig = {
            "name": application,
            "system_database_url": url,
            "executor_id": name,
            "application_version": VERSION,
            "run_migrations": False,
            "console_log_level": "ERROR",
        }
        self._name = name
        self._lanes = tuple(lanes)
        self._clock = clock
        self._handlers = handlers
        self._sweep = sweep
        self._may_work = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.doing: set[str] = set()
        self._done_at: float | None = None

    @property
    def health(self) -> Health:
        """How it is."""
        return Health(self._may_work.is_set(), len(self.doing), self._done_at)

    async def run(self, leases: Leases) -> None:
        """Do jobs, until it is cancelled. Its lock is held by these leases."""
        global _here  # noqa: PLW0603  DBOS is one to a process, and finds us by it
        if _here is not None:
            raise RuntimeError("a worker runs in this process already")
        _here = self
        try:
            await asyncio.to_thread(self._launch)
            await self._watch(leases)
        finally:
            await _to_the_end(asyncio.to_thread(self._stop))
            _here = None

    def _launch(self) -> None:
        DBOS(config=self._config)
        DBOS.listen_queues(self._lanes)
        DBOS.launch()

    def _stop(self) -> None:
        now, done_at = self._clock.wall(), self._done_at
        is_busy = self.doing or (done_at is not None and now - done_at < UNWRITTEN)
        # Else it would look as if it had died, and what was sent be sent again.
        DBOS.destroy(workflow_completion_timeout_sec=PATIENCE if is_busy else 0)

    async def _watch(self, leases: Leases) -> None:
        """Work only while the lock is held; take it again when the database is back."""
        self._may_work.set()
        swept = self._clock.monotonic()
        while True:
            await self._clock.sleep(BEAT)
            try:
                if not self._may_work.is_set():
                    await leases.connect()
                    await claim(leases, self._name, again=True)
                    self._may_work.set()
                    _log.warning("the database is back")
                await leases.beat(self._clock)
                if self._clock.monotonic() - swept >= SWEEP_EVERY:
                    swept = self._clock.monotonic()
                    await self._sweep()
            except OSError:
                if self._may_work.is_set():
                    _log.warning("the database is away: nothing is sent")
                self._may_work.clear()

    async def do(self, kind: str, key: str, body: str) -> str:
        """Do one job. Called on DBOS's own loop; the client belongs to the worker's."""
        self.doing.add(key)
        try:
            doing = asyncio.run_coroutine_threadsafe(
                self._do(kind, key, body), self._loop
            )
            return await asyncio.wrap_future(doing)
        finally:
            self.doing.discard(key)

    async def _do(self, kind: str, key: str, body: str) -> str:
        await self._may_work.wait()
        done = await self._handlers[kind](key, body)
        self._done_at = self._clock.wall()
        return done


def register(kind: str) -> None:
    """Tell DBOS of a kind of job, once in the life of a process."""
    if kind in _kinds:
        return

    async def do(body: str) -> str:
        key = DBOS.workflow_id
        if _here is None or key is None:
            raise RuntimeError("no worker runs in this process")
        return await _here.do(kind, key, body)

    # Our own count of lives decides when to give up: see `sweeping`.
    known = DBOS.workflow(
        name=kind,
        serialization_type=WorkflowSerializationFormat.PORTABLE,
        max_recovery_attempts=None,
    )
    _kinds[kind] = known(do)


async def _to_the_end(doing: Coroutine[Any, Any, None]) -> None:
    """Wait for it, whoever is cancelled meanwhile."""
    task = asyncio.ensure_future(doing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
