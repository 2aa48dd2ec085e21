"""What durable sending asks of an engine: run a job later, sooner, or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import attrs

#: The lane of whoever names none.
LANE: Final = "nexmo_async"

#: Which of those that are due goes first: the lower number. Fallbacks are urgent.
URGENT: Final = 1
USUAL: Final = 5
BULK: Final = 9

#: Where a job stands. "waiting": for its moment; "queued": for a worker or for the rate
#: of its lane; "parked": it was taken out of the way, `reason` says why.
JobState = Literal[
    "waiting", "queued", "running", "done", "failed", "cancelled", "parked"
]

#: It has not begun, so it can be called off.
STILL: Final = frozenset({"waiting", "queued"})

#: It is over.
OVER: Final = frozenset({"done", "failed", "cancelled", "parked"})


@attrs.frozen
class Job:
    """Something to do, in words that outlive this process and this release.

    Attributes:
        kind: Who does it, with a version: "nexmo_async.step.v1".
        body: What exactly, as JSON.
    """

    kind: str
    body: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class JobStatus:
    """Where a job stands.

    Attributes:
        key: What it was submitted under.
        kind: Who does it.
        lane: Where it queues; empty if it does so no longer.
        state: "waiting", "queued", "running", "done", "failed", "cancelled" or
            "parked".
        body: What exactly is to be done.
        due: The moment it waits for, in Unix seconds; None if it does not wait.
        result: What its handler returned; empty while it has not.
        reason: Why it failed or was parked. May be empty.
        worker: The id of the worker that has it, or had it. May be empty.
        facts: What was noted about it.
    """

    key: str
    kind: str
    lane: str
    state: JobState
    body: str = attrs.field(default="", repr=False)
    due: float | None = None
    result: str = ""
    reason: str = ""
    worker: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


@attrs.frozen
class Lane:
    """Jobs that share a rate: usually those of one account, or of one sender.

    Args:
        name: What jobs name it by.
        number: How many may begin in any `per` seconds, over all workers; None: any.
        per: Seconds.
        at_once: How many one worker runs at the same time; None: any number.
    """

    name: str = LANE
    number: int | None = None
    per: float = attrs.field(default=1.0, kw_only=True)
    at_once: int | None = attrs.field(default=None, kw_only=True)


#: Does a job, given its key and body, and returns what is to be kept of it. It may be
#: called again for the same job if its worker died in the middle of it.
Handler = Callable[[str, str], Awaitable[str]]


class Engine(Protocol):
    """Runs jobs: at their moment, at the rate of their lane, each key once.

    All moments are Unix seconds, all delays are seconds. Whatever is asked about a key
    that nobody submitted does nothing.
    """

    def handle(self, kind: str, handler: Handler) -> None:
        """Let this worker do jobs of that kind. To be called before `run`."""
        ...

    async def submit(
        self,
        job: Job,
        *,
        key: str,
        lane: str = LANE,
        delay: float = 0.0,
        priority: int = USUAL,
    ) -> bool:
        """Have it done. False if the key is in use: then nothing changes.

        A key stays in use after the job is over, for as long as the engine keeps it.
        """
        ...

    async def submit_many(
        self,
        jobs: Iterable[Job],
        *,
        key_prefix: str,
        lane: str = LANE,
        priority: int = BULK,
    ) -> int:
        """Have many done, as `<key_prefix>:1` and so on. How many of them are new."""
        ...

    async def advance(self, key: str, *, delay: float = 0.0) -> bool:
        """Run it now, or that many seconds from now. False if it waits no longer.

        If it is true, and the delay is not over, the job has not begun.
        """
        ...

    async def cancel(self, key: str) -> bool:
        """Never run it. False if it has begun, or is over: then nothing changes."""
        ...

    async def status(self, key: str) -> JobStatus | None:
        """Where it stands; None if there is no such job."""
        ...

    async def read(self, keys: Sequence[str]) -> Mapping[str, JobStatus]:
        """Where each of them stands; those that do not exist are left out."""
        ...

    async def note(self, key: str, facts: Mapping[str, Any]) -> None:
        """Keep facts about it; each replaces the one of the same name, no other."""
        ...

    async def run(self) -> None:
        """Do jobs, until it is cancelled."""
        ...
