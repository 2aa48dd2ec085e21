"""What is open on an engine: counted, for whoever runs it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nexmo_async.durable.engine import JobStatus


@attrs.frozen(kw_only=True)
class Census:
    """How many jobs are not over.

    Attributes:
        lanes: For each lane, how many are "waiting", "queued" and "running".
        workers: How many jobs each worker has.
        due: The earliest moment that a job waits for, Unix seconds; None if none does.
    """

    lanes: Mapping[str, Mapping[str, int]]
    workers: Mapping[str, int]
    due: float | None

    @property
    def open(self) -> int:
        """How many there are in all."""
        return sum(sum(states.values()) for states in self.lanes.values())

    @classmethod
    def of(cls, jobs: Iterable[JobStatus]) -> Self:
        """Count them."""
        lanes: dict[str, Counter[str]] = {}
        workers: Counter[str] = Counter()
        due: float | None = None
        for job in jobs:
            lanes.setdefault(job.lane, Counter())[job.state] += 1
            if job.state == "running":
                workers[job.worker] += 1
            if job.due is not None and (due is None or job.due < due):
                due = job.due
        return cls(lanes=lanes, workers=workers, due=due)
