"""Jobs of workers that are gone: back into their lane, or out of the way."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.durable.leases import SWEEPER, Leases, worker_lock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nexmo_async.durable.engine import JobStatus

#: Facts: how often a job's worker has died, and why it was taken out of the way.
DIED: Final = "died"
PARKED: Final = "parked"

#: How many workers a job may cost before it is taken out of the way.
LIVES: Final = 5

#: Seconds that a job has to have been running before anybody wonders about it.
GRACE: Final = 2.0

_log: Final = logging.getLogger("nexmo_async.durable")


@attrs.frozen
class Swept:
    """What a look for workers that are gone has led to.

    Attributes:
        resumed: Jobs that are in their lane again.
        parked: Jobs that were taken out of the way.
    """

    resumed: int = 0
    parked: int = 0


class Sweepable(Protocol):
    """An engine whose jobs can be swept."""

    async def running(self, *, longer_than: float) -> Sequence[JobStatus]:
        """Jobs that have been running for more than so many seconds."""
        ...

    async def strays(self) -> Sequence[str]:
        """Jobs that count as running here, but are not."""
        ...

    async def resume(self, keys: Sequence[str], *, lane: str, died: int) -> None:
        """Put jobs back into their lane, and note how often their worker died."""
        ...

    async def park(self, keys: Sequence[str], reason: str) -> None:
        """Take jobs out of the way."""
        ...


class Suspects:
    """Workers whose lock is free, and since when: it may only have lost its connection.

    Args:
        gone_after: Seconds after which nobody believes in it any more.
    """

    def __init__(self, gone_after: float) -> None:
        self._gone_after = gone_after
        self._since: dict[str, float] = {}

    def gone(self, free: Collection[str], now: float) -> set[str]:
        """Those whose lock was free at each look, for so long."""
        self._since = {worker: self._since.get(worker, now) for worker in free}
        return {
            worker
            for worker, since in self._since.items()
            if now - since >= self._gone_after
        }


async def sweep(
    engine: Sweepable, leases: Leases, suspects: Suspects, lease: float, now: float
) -> Swept | None:
    """Look for workers that are gone. None if somebody else is looking.

    A worker is gone when its lock has been free for a while; one that holds its lock,
    but has been at a job for longer than `lease` seconds, is taken to be stuck.
    """
    found = await engine.running(longer_than=GRACE)
    workers = {job.worker for job in found}
    held = await leases.held([worker_lock(worker) for worker in workers])
    free = {worker for worker in workers if worker_lock(worker) not in held}
    gone = suspects.gone(free, now)
    if not await leases.take(SWEEPER):
        return None
    try:
        # Asked again: whoever had the lock until now may have put some of them back.
        found = await engine.running(longer_than=GRACE)
        stuck = {job.key for job in await engine.running(longer_than=lease)}
        stuck |= set(await engine.strays())
        lost = [job for job in found if job.worker in gone or job.key in stuck]
        return await _revive(engine, lost)
    finally:
        await leases.free(SWEEPER)


async def revive(engine: Sweepable, worker: str) -> Swept:
    """The jobs that a worker of this id had when it died, at its next start."""
    found = await engine.running(longer_than=0.0)
    return await _revive(engine, [job for job in found if job.worker == worker])


async def _revive(engine: Sweepable, jobs: Iterable[JobStatus]) -> Swept:
    lanes: dict[tuple[str, int], list[str]] = defaultdict(list)
    poison: list[str] = []
    for job in jobs:
        died = job.facts.get(DIED, 0) + 1
        if died >= LIVES:
            poison.append(job.key)
        else:
            lanes[job.lane, died].append(job.key)
    for (lane, died), keys in lanes.items():
        await engine.resume(keys, lane=lane, died=died)
    if poison:
        await engine.park(poison, f"its worker died {LIVES} times")
    resumed = sum(map(len, lanes.values()))
    if resumed or poison:
        facts = {"resumed": resumed, "parked": len(poison)}
        _log.warning("jobs of workers that are gone", extra=facts)
    return Swept(resumed, len(poison))
