"""What is on an engine, counted by the database itself: for whoever runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from nexmo_async.durable.rows import state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Seconds over which the rate is counted.
WINDOW: Final = 10

#: Jobs out of the way that are named with their reason; all of them are counted.
NAMED: Final = 20

_OPEN: Final = """
    SELECT queue_name, status, count(*), min(delay_until_epoch_ms), min(created_at)
    FROM dbos.workflow_status
    WHERE application_name = %s AND status IN ('DELAYED', 'ENQUEUED', 'PENDING')
    GROUP BY queue_name, status
"""
_BUSY: Final = """
    SELECT executor_id, count(*) FROM dbos.workflow_status
    WHERE application_name = %s AND status = 'PENDING' GROUP BY executor_id
"""
_DONE: Final = """
    SELECT count(*) FROM dbos.workflow_status
    WHERE application_name = %s AND status = 'SUCCESS'
      AND completed_at > (extract(epoch FROM clock_timestamp()) - %s) * 1000
"""
_FAILED: Final = """
    SELECT count(*) FROM dbos.workflow_status
    WHERE application_name = %s AND status = 'ERROR'
"""
_PARKED: Final = """
    SELECT workflow_uuid, coalesce(attributes ->> 'parked', 'its worker died'),
        count(*) OVER ()
    FROM dbos.workflow_status
    WHERE application_name = %s
      AND (status = 'CANCELLED' AND attributes ? 'parked'
        OR status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
    ORDER BY updated_at DESC LIMIT %s
"""


class Rows(Protocol):
    """Whoever can be asked: a `Leases`."""

    async def rows(self, query: Any, values: tuple[object, ...] = ()) -> list[Any]:  # noqa: ANN401  a literal of ours
        """What a query finds."""
        ...

    async def alive(self) -> dict[str, str]:
        """The workers that live, and where."""
        ...


@attrs.frozen(kw_only=True)
class Census:
    """How an engine stands.

    Attributes:
        lanes: For each lane, how many jobs are "waiting", "queued" and "running".
        paused: The lanes that workers take no jobs from.
        workers: How many jobs each worker has, of those that live and of those that
            died with some.
        alive: Where each worker that lives does, as host:pid.
        due: The earliest moment that a job waits for, Unix seconds; None if none does.
        oldest: When the oldest that queues or runs was submitted, Unix seconds; None
            if none does.
        rate: Jobs that were done per second, over the last ten.
        failed: Jobs that failed, of those that are still kept.
        parked: Jobs that were taken out of the way, of those that are still kept.
        reasons: Why the last of these were, by key.
    """

    lanes: Mapping[str, Mapping[str, int]]
    paused: Sequence[str] = ()
    workers: Mapping[str, int] = attrs.field(factory=dict[str, int])
    alive: Mapping[str, str] = attrs.field(factory=dict[str, str])
    due: float | None = None
    oldest: float | None = None
    rate: float = 0.0
    failed: int = 0
    parked: int = 0
    reasons: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @property
    def open(self) -> int:
        """How many jobs are not over."""
        return sum(sum(states.values()) for states in self.lanes.values())

    @property
    def waiting(self) -> int:
        """How many jobs wait for their moment: one for each run that waits."""
        return sum(states.get("waiting", 0) for states in self.lanes.values())


async def count(database: Rows, application: str, known: Mapping[str, bool]) -> Census:
    """Count everything, in five queries that cost the same however much is over.

    Args:
        database: Whom to ask.
        application: Whose jobs.
        known: The lanes that there are, and whether each is paused.
    """
    mine = (application,)
    lanes: dict[str, dict[str, int]] = {name: {} for name in known}
    due: list[float] = []
    oldest: list[float] = []
    for lane, status, number, delay, created in await database.rows(_OPEN, mine):
        state = state_of(status)
        lanes.setdefault(lane or "", {})[state] = number
        if state != "waiting":
            oldest.append(created / 1000)
        elif delay is not None:
            due.append(delay / 1000)
    alive = await database.alive()
    busy = dict(await database.rows(_BUSY, mine))
    ((done,),) = await database.rows(_DONE, (application, WINDOW))
    ((failed,),) = await database.rows(_FAILED, mine)
    parked = await database.rows(_PARKED, (application, NAMED))
    return Census(
        lanes=lanes,
        paused=sorted(name for name, is_paused in known.items() if is_paused),
        workers=dict.fromkeys(alive, 0) | {one or "": n for one, n in busy.items()},
        alive=alive,
        due=min(due, default=None),
        oldest=min(oldest, default=None),
        rate=done / WINDOW,
        failed=failed,
        parked=parked[0][2] if parked else 0,
        reasons={key: reason for key, reason, _ in parked},
    )
