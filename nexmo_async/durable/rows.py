"""A job as DBOS keeps it, read as one of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nexmo_async.durable.engine import JobStatus
from nexmo_async.durable.sweeping import PARKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dbos import WorkflowStatus

    from nexmo_async.durable.engine import JobState

_STATES: Final[Mapping[str, JobState]] = {
    "DELAYED": "waiting",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "parked",
}


def told(status: WorkflowStatus) -> JobStatus:
    """Where the job of a row stands."""
    facts = status.attributes or {}
    state = _STATES[status.status]
    inputs: Any = status.input
    due = status.delay_until_epoch_ms
    return JobStatus(
        key=status.workflow_id,
        kind=status.name,
        lane=status.queue_name or "",
        state="parked" if PARKED in facts else state,
        body=inputs["args"][0] if inputs else "",
        due=due / 1000 if state == "waiting" and due is not None else None,
        result=status.output if isinstance(status.output, str) else "",
        reason=facts.get(PARKED) or str(status.error or ""),
        worker=status.executor_id or "",
        facts=facts,
    )


def state_of(status: str) -> JobState:
    """Where a job of that status stands."""
    return _STATES[status]


def impatient(url: str) -> str:
    """The address, so that a host that does not answer is given up soon."""
    if "connect_timeout=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout=5"
