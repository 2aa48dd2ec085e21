"""What any process may ask of DBOS: to keep a job, to hurry it, to call it off."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dbos import error
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError

from nexmo_async.durable.engine import BULK, LANE, STILL, USUAL, Job, JobStatus
from nexmo_async.durable.enqueuing import Due, Enqueuer
from nexmo_async.durable.enqueuing import options as enqueuing
from nexmo_async.durable.rows import told
from nexmo_async.durable.runs import Durable
from nexmo_async.errors import ClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from dbos import DBOSClient, EnqueueOptions

    from nexmo_async.clock import Clock
    from nexmo_async.durable.engine import JobState
    from nexmo_async.durable.spelling import OnUnknown

#: Jobs that are written in one go.
BATCH: Final = 500

#: Seconds that keep a job from beginning while it is called off.
PINNED: Final = 60.0

#: What is raised when the database is away.
AWAY: Final = (OperationalError, InterfaceError, DisconnectionError)

_Answer = TypeVar("_Answer")


class Asking(Durable):
    """An engine whose jobs are kept by DBOS; who does them is another matter.

    Args:
        clock: What time is measured by.
        on_unknown: What is done about a message that a worker was sending when it died.
        url: The database.
        worker: The id of this worker; empty: it is none, and waits for no database.
        poll: Seconds between two tries to reach it.
    """

    def __init__(
        self, clock: Clock, on_unknown: OnUnknown, url: str, worker: str, poll: float
    ) -> None:
        super().__init__(clock, on_unknown)
        self._url = url
        self._worker = worker
        self._poll = poll
        self._client: DBOSClient | None = None

    @property
    def _dbos(self) -> DBOSClient:
        if self._client is None:
            raise ClosedError("the engine is not open")
        return self._client

    @property
    def _enqueuer(self) -> Enqueuer:
        return Enqueuer(self._dbos, self._url)

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
        options = enqueuing(Due(key, job, lane, priority))
        options["workflow_id_reuse_policy"] = "reject"
        if delay > 0:
            options["delay_seconds"] = delay
        try:
            await self._ask(lambda: self._enqueue(options, job.body))
        except error.DBOSWorkflowIDInUseError:
            return False
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
        new, left = 0, enumerate(jobs, 1)
        while batch := [
            Due(f"{key_prefix}:{number}", job, lane, priority)
            for number, job in itertools.islice(left, BATCH)
        ]:
            known = await self.read([due.key for due in batch])
            fresh = [due for due in batch if due.key not in known]
            await self._put(fresh)
            new += len(fresh)
        return new

    async def _enqueue(self, options: EnqueueOptions, body: str) -> None:
        await self._dbos.enqueue_async(options, body)

    async def _put(self, dues: Sequence[Due]) -> None:
        await self._ask(lambda: asyncio.to_thread(self._enqueuer.put, dues))

    async def advance(self, key: str, *, delay: float = 0.0) -> bool:
        """Run it now, or that many seconds from now. False if it waits no longer."""
        if delay > 0:
            # Pinned first: if it still waits after that, it has not begun.
            await self._delay(key, delay)
            return await self._state(key) == "waiting"
        if await self._state(key) != "waiting":
            return False
        await self._delay(key, 0.0)
        return True

    async def cancel(self, key: str) -> bool:
        """Never run it. False if it has begun, or is over.

        DBOS would cancel one that is running, so it is kept from beginning first. Only
        one that had its moment already, and queues, may begin at the very moment.
        """
        job = await self.status(key)
        if job is None or job.state not in STILL:
            return False
        if job.due is not None and job.due - self.clock.wall() < PINNED:
            await self.advance(key, delay=PINNED)
            if await self._state(key) not in STILL:
                return False
        await self._ask(lambda: self._dbos.cancel_workflows_async([key]))
        return True

    async def status(self, key: str) -> JobStatus | None:
        """Where it stands; None if there is no such job."""
        return (await self.read([key])).get(key)

    async def read(self, keys: Sequence[str]) -> Mapping[str, JobStatus]:
        """Where each of them stands."""
        found = await self._ask(
            lambda: self._dbos.list_workflows_async(workflow_ids=list(keys))
        )
        return {status.workflow_id: told(status) for status in found}

    async def note(self, key: str, facts: Mapping[str, Any]) -> None:
        """Keep facts about it."""
        write, said = self._dbos.update_workflow_attributes_async, dict(facts)
        await self._ask(lambda: write(key, said, merge=True))

    async def _state(self, key: str) -> JobState | None:
        found = await self._ask(
            lambda: self._dbos.list_workflows_async(
                workflow_ids=[key], load_input=False, load_output=False
            )
        )
        return told(found[0]).state if found else None

    async def _delay(self, key: str, delay: float) -> None:
        await self._ask(
            lambda: self._dbos.set_workflow_delay_async(key, delay_seconds=delay)
        )

    async def _ask(self, asking: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Ask the database. A worker waits for it; a webhook has to say it is away."""
        while True:
            try:
                return await asking()
            except AWAY:
                if not self._worker:
                    raise
                await self.clock.sleep(self._poll)
