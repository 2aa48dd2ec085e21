"""Forgets what is over for long: a batch at a time, so that nobody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

#: Jobs that are forgotten in one go: some thirty milliseconds of the database's time.
BATCH: Final = 500

#: The lock of whoever forgets.
PRUNER: Final = "pruner"

_OPEN: Final = """
    SELECT DISTINCT regexp_replace(workflow_uuid, ':[^:]*$', '')
    FROM dbos.workflow_status
    WHERE application_name = %s AND status IN ('DELAYED', 'ENQUEUED', 'PENDING')
"""
_OVER: Final = """
    SELECT workflow_uuid, completed_at FROM dbos.workflow_status
    WHERE application_name = %s AND completed_at < %s
      AND status NOT IN ('DELAYED', 'ENQUEUED', 'PENDING')
      AND (completed_at, workflow_uuid) > (%s, %s)
    ORDER BY completed_at, workflow_uuid LIMIT %s
"""


class Finds(Protocol):
    """Whoever can be asked, and lock: a `Leases`."""

    async def take(self, name: str) -> bool:
        """Take a lock. False if somebody else has it."""
        ...

    async def free(self, name: str) -> None:
        """Let go of a lock."""
        ...

    async def rows(self, query: Any, values: tuple[object, ...] = ()) -> list[Any]:  # noqa: ANN401  a literal of ours
        """What a query finds."""
        ...


def group(key: str) -> str:
    """What jobs have in common that need each other: the name of their run."""
    return key.rpartition(":")[0] or key


async def prune(
    database: Finds,
    application: str,
    forget: Callable[[Sequence[str]], Awaitable[None]],
    *,
    before: float,
    batch: int = BATCH,
) -> int | None:
    """Forget jobs that were over before a moment. How many; None if somebody else does.

    What a run has sent is needed as long as the run goes on: of one that is still open
    nothing is forgotten.

    Args:
        database: Whom to ask.
        application: Whose jobs.
        forget: Forgets these keys.
        before: Unix seconds.
        batch: Jobs that are forgotten in one go.
    """
    if not await database.take(PRUNER):
        return None
    try:
        # A run that has ended never begins again, so one look is enough.
        still = {run for (run,) in await database.rows(_OPEN, (application,))}
        last, forgotten = (0, ""), 0
        while found := await database.rows(
            _OVER, (application, int(before * 1000), *last, batch)
        ):
            key, ended = found[-1]
            last = (ended, key)
            over = [key for key, _ in found if group(key) not in still]
            if over:
                await forget(over)
            forgotten += len(over)
        return forgotten
    finally:
        await database.free(PRUNER)
