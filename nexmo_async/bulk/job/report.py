"""What became of a job: while it runs, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: Items of unknown outcome that a report names; the journal has the others.
NAMED: Final = 1000


@attrs.frozen(kw_only=True)
class Progress:
    """How a job stands at this moment.

    Attributes:
        done: Items that have their result.
        ok: Of these: accepted by Nexmo in this run.
        failed: Of these: not sent, or refused, counted by the name of the error.
        unknown: Of these: nobody knows whether they were sent.
        skipped: Of these: settled by an earlier run of the job.
        in_flight: Items taken that have no result yet.
        total: How many there are in all; None if the source does not say.
        rate: Items sent per second, over the last few seconds.
        eta: Seconds until the end at this rate; None if nobody can say.
        waiting_for: What keeps it waiting, in words; empty if nothing does.
    """

    done: int = 0
    ok: int = 0
    failed: Mapping[str, int] = attrs.field(factory=dict[str, int])
    unknown: int = 0
    skipped: int = 0
    in_flight: int = 0
    total: int | None = None
    rate: float = 0.0
    eta: float | None = None
    waiting_for: str = ""


@attrs.frozen
class Moment:
    """A piece of the job's time.

    Attributes:
        second: When it began, in seconds since the start of the job.
        sent: Items that were answered in it.
        latency: Seconds from being handed over to the answer, on average.
        width: Seconds that it is long.
    """

    second: float
    sent: int
    latency: float
    width: float = 1.0


@attrs.frozen
class UnknownItem:
    """An item of which nobody knows whether it was sent.

    Attributes:
        key: Its name within the job.
        client_ref: By what a receipt would name it. Empty on beta.
        index: Which item it was, counted from 0.
        line: Where it stood in its file, counted from 1.
    """

    key: str
    client_ref: str
    index: int
    line: int | None = None


@attrs.frozen(kw_only=True)
class Report:
    """What became of a job.

    Attributes:
        job: Its name.
        total: Items that have a result.
        ok: Accepted by Nexmo.
        failed: Not sent, or refused, counted by the name of the error. Bad rows
            (`RowError`) and doubles (`DoubleError`) are among them.
        unknown: Nobody knows whether they were sent. A workflow that a kill or an abort
            cut off is among them: some of its steps may have been sent, the later ones
            were not.
        skipped: Settled by an earlier run of the job.
        unknown_items: Those of unknown outcome, 1,000 at most; the journal has all.
        started: When it began, UTC.
        ended: When it ended, UTC.
        stopped: Why it ended before its items did; empty if it did not.
        curve: How many were sent when, and how quickly they were answered.
        cost: What receipts have said so far that all its runs cost, for each currency;
            too low where some are still to come. Empty if none has said.
        resent: Of a job on more than one machine: sent again, and maybe twice, since
            the worker that was sending them had died. They are counted as ok, failed or
            unknown as well.
        resent_items: Those that were sent again, 1,000 at most.
    """

    job: str
    total: int
    ok: int
    failed: Mapping[str, int]
    unknown: int
    skipped: int
    unknown_items: tuple[UnknownItem, ...]
    started: datetime
    ended: datetime
    stopped: str = ""
    curve: tuple[Moment, ...] = ()
    cost: Mapping[str, str] = attrs.field(factory=dict[str, str])
    resent: int = 0
    resent_items: tuple[UnknownItem, ...] = ()

    @property
    def took(self) -> float:
        """Seconds from start to end."""
        return (self.ended - self.started).total_seconds()

    @property
    def is_complete(self) -> bool:
        """Whether every item was sent or settled: nothing is left to do."""
        return not (self.stopped or self.unknown or self.failed)

    def to_dict(self) -> dict[str, object]:
        """All of it as plain values, ready for JSON; times in ISO 8601."""
        told: dict[str, object] = attrs.asdict(self)
        return told | {
            "failed": dict(self.failed),
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat(),
            "took": self.took,
        }
