"""An engine on DBOS and PostgreSQL: many workers, none of whom may be missed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

try:
    from dbos import DBOS, DBOSClient
except ModuleNotFoundError as _missing:
    _missing.add_note('Install it: pip install "nexmo-async[cluster]"')
    raise

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.durable.asking import Asking
from nexmo_async.durable.bulk import BULK_LANE, ClusterBulk
from nexmo_async.durable.bulk.sending import AT_ONCE
from nexmo_async.durable.bulk.tables import prepare
from nexmo_async.durable.engine import LANE, JobStatus, Lane
from nexmo_async.durable.lanes import TABLES, open_lanes
from nexmo_async.durable.leases import Leases, claim
from nexmo_async.durable.operating import Operations
from nexmo_async.durable.rows import impatient, told
from nexmo_async.durable.sweeping import DIED, PARKED, Suspects, Swept, revive, sweep
from nexmo_async.durable.working import Health, Worker, register
from nexmo_async.errors import ClosedError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from nexmo_async.bulk import Control, Items, Progress, Report
    from nexmo_async.durable.bulk.sending import Receipts
    from nexmo_async.durable.census import Census
    from nexmo_async.durable.engine import Handler
    from nexmo_async.durable.runs import DurableRun
    from nexmo_async.durable.sending import Sends
    from nexmo_async.durable.spelling import OnUnknown

#: Whose jobs they are, if several programs share a database.
APPLICATION: Final = "nexmo-async"

#: Messages of runs that one worker sends at the same time, unless their lane says
#: otherwise. With thousands, none would be done before its look at the database is old.
LINKS: Final = 50

#: Seconds between two looks of a worker into a lane.
POLL: Final = 0.1

#: Seconds after which a worker that lives is taken to be stuck with a job. More than
#: any send takes, its tries and its wait for the rate included.
LEASE: Final = 300.0

#: Seconds without its lock after which a worker is taken for dead.
GONE_AFTER: Final = 15.0

#: Seconds after which a worker wonders about a job that it has, but does not know.
STRAY: Final = 10.0


class DbosEngine(Asking):
    """Runs jobs on DBOS, whose only server is your PostgreSQL.

    Open it in each process: `async with DbosEngine(url) as engine`. One that starts
    runs or takes webhooks needs no more than that; a worker has an id, and runs:
    `await engine.run()`. One worker to a process, since DBOS is one to a process.

    A worker that dies loses nothing. What it was sending is sent again, or waited for:
    see `on_unknown`. While the database is away nothing is sent, and nothing is lost.

    Args:
        url: The database, as `postgresql://user:password@host/name`. Not through a
            pooler that shares connections between transactions.
        worker: The id of this worker: the same after a restart, and of no other one.
        lanes: Those that have a rate or a limit. Workers agree on them.
        application: Whose jobs they are, if several programs share a database.
        on_unknown: What is done about a message that a worker was sending when it died:
            "resend" it, at the risk of a double, or "wait" for a receipt and go on to
            the next step without one, at the risk that it never left.
        poll: Seconds between two looks of a worker into a lane.
        lease: Seconds after which a worker that lives is taken to be stuck with a job:
            more than any send takes, its tries and its wait for the rate included.
        gone_after: Seconds without its lock after which a worker is taken for dead:
            more than it takes to connect anew.
        clock: What time is measured by; that of the database is its own.

    Raises:
        ConfigurationError: The address or the id cannot be one.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        url: str,
        *,
        worker: str = "",
        lanes: Iterable[Lane] = (),
        application: str = APPLICATION,
        on_unknown: OnUnknown = "resend",
        poll: float = POLL,
        lease: float = LEASE,
        gone_after: float = GONE_AFTER,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(clock or SystemClock(), on_unknown, url, worker, poll)
        if not url.startswith(("postgresql://", "postgres://")):
            problem = "is none of PostgreSQL, which begins with postgresql://"
            raise ConfigurationError("url", problem)
        if worker == "local":
            problem = "is 'local', which every worker could be called"
            advice = "Give each worker an id of its own, such as its host's name."
            raise ConfigurationError("worker", problem, advice)
        self._application = application
        usual = (Lane(LANE, at_once=LINKS), Lane(BULK_LANE, at_once=AT_ONCE))
        self._lanes = {lane.name: lane for lane in (*usual, *lanes)}
        self._lease = lease
        self._suspects = Suspects(gone_after)
        self._handlers: dict[str, Handler] = {}
        self._at_work: Worker | None = None
        self._hands: asyncio.TaskGroup | None = None
        self._bulk: ClusterBulk | None = None

    def __repr__(self) -> str:
        """Show whose it is; the address may hold a password."""
        return f"<DbosEngine {self._application} worker={self._worker or None}>"

    async def __aenter__(self) -> Self:
        """Connect, and see to it that the tables are there.

        Raises:
            OSError: The database is away.
        """
        if self._client is not None:
            raise RuntimeError("this engine is open already")
        async with Leases(self._url, self._application) as leases:
            # Two that make the tables at once would be in each other's way.
            await leases.wait_for(TABLES, self.clock)
            self._client = await asyncio.to_thread(self._connect)
        self._hands = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        hands, self._hands = self._hands, None
        if hands is not None:
            await hands.__aexit__(None, None, None)
        if self._bulk is not None:
            await self._bulk.aclose()
        if client is not None:
            await asyncio.to_thread(client.destroy)

    def _connect(self) -> DBOSClient:
        DBOS.migrate(self._url)
        prepare(self._url)
        client = DBOSClient(
            system_database_url=impatient(self._url),
            application_name=self._application,
            lazy=True,
            retry_connection_errors=False,  # see `_ask`
        )
        if self._worker:
            open_lanes(client, self._lanes.values(), self._poll)
        return client

    @property
    def operations(self) -> Operations:
        """Pauses, resumes and prunes, from any process.

        Raises:
            ClosedError: The engine is not open.
        """
        return Operations(self._dbos, self._url, self._application, self.clock)

    @property
    def health(self) -> Health | None:
        """How this worker is; None while it does not run."""
        return self._at_work.health if self._at_work else None

    @property
    def bulk(self) -> ClusterBulk:
        """Sends many messages by all workers: `await engine.bulk.run(items, job=...)`.

        Raises:
            ClosedError: The engine is not open.
        """
        if self._bulk is None:
            self._bulk = ClusterBulk(
                self,
                self._url,
                application=self._application,
                enqueuer=self._enqueuer,
                on_unknown=self._on_unknown,
                patient=bool(self._worker),
            )
        return self._bulk

    def later(self, run: DurableRun) -> None:
        """Call off a run as soon as may be."""
        if self._hands is None:
            raise ClosedError("the engine is not open")
        self._hands.create_task(self.call_off(run.id))

    # --- What a worker does. ---

    def sends(self, send: Sends, *, receipts: Receipts | None = None) -> None:
        """Let this worker send, by `nexmo.messages.send`. To be called before `run`.

        Args:
            send: Sends one message.
            receipts: May know what a dead worker has sent of a bulk: `nexmo.receipts`,
                if its store is one that all processes share.
        """
        super().sends(send)
        self.bulk.sends(send, receipts)

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
        """Send a bulk job by all workers: `nexmo.bulk.run` calls this."""
        return await self.bulk.run(
            items,
            job=job,
            on_unknown="resend" if is_resent else "wait",
            api="v1" if has_refs else "beta",
            progress=progress,
            control=control,
        )

    def handle(self, kind: str, handler: Handler) -> None:
        """Do jobs of that kind."""
        self._handlers[kind] = handler
        register(kind)

    async def run(self) -> None:
        """Do jobs, until it is cancelled; what is under way then may end.

        Raises:
            ConfigurationError: This worker has no id, or another one has the same.
            OSError: The database is away at the start; later on it is waited for.
        """
        if not self._worker:
            advice = "Give each worker an id of its own, such as its host's name."
            raise ConfigurationError("worker", "is missing: it has no id", advice)
        async with Leases(self._url, self._application) as leases:
            await claim(leases, self._worker)
            await revive(self, self._worker)
            worker = Worker(
                self._url,
                name=self._worker,
                application=self._application,
                lanes=self._lanes,
                clock=self.clock,
                handlers=self._handlers,
                sweep=self.sweep,
            )
            self._at_work = worker
            try:
                await worker.run(leases)
            finally:
                self._at_work = None

    async def sweep(self) -> Swept | None:
        """Look for workers that are gone. None if somebody else is looking."""
        async with Leases(self._url, self._application) as leases:
            now = self.clock.monotonic()
            return await sweep(self, leases, self._suspects, self._lease, now)

    async def strays(self) -> Sequence[str]:
        """Jobs that count as running in this worker, but that it knows nothing of.

        It was cut off from the database when it had taken them, or when they ended.
        """
        if self._at_work is None:
            return ()
        found = await self.running(longer_than=STRAY)
        known = self._at_work.doing
        mine = [job.key for job in found if job.worker == self._worker]
        return [key for key in mine if key not in known]

    # --- For the sweeper. ---

    async def running(self, *, longer_than: float) -> Sequence[JobStatus]:
        """Jobs that have been running for more than so many seconds."""
        before = datetime.fromtimestamp(self.clock.wall() - longer_than, UTC)
        found = await self._dbos.list_workflows_async(
            status="PENDING",
            dequeued_before=before.isoformat(),
            application_name=self._application,
            load_input=False,
            load_output=False,
        )
        return [told(status) for status in found]

    async def census(self) -> Census:
        """How many jobs wait, queue and run in each lane, and who is at work."""
        return await self.operations.census()

    async def resume(self, keys: Sequence[str], *, lane: str, died: int) -> None:
        """Put jobs back into their lane, and note how often their worker died."""
        for key in keys:
            await self.note(key, {DIED: died})
        await self._dbos.resume_workflows_async(list(keys), queue_name=lane or LANE)

    async def park(self, keys: Sequence[str], reason: str) -> None:
        """Take jobs out of the way."""
        for key in keys:
            await self.note(key, {PARKED: reason})
        await self._dbos.cancel_workflows_async(list(keys))
