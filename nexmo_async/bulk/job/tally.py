"""Counts results as they come, in as much memory for a million as for one."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from nexmo_async.bulk.job.report import Moment, Progress

if TYPE_CHECKING:
    from nexmo_async.bulk.result import BulkResult

#: Moments that a curve has at most; then each two become one.
MOMENTS: Final = 3600

#: Seconds over which the rate now is measured.
LATELY: Final = 5.0


class Curve:
    """How many were sent when, and how quickly they were answered.

    Args:
        began: When second 0 was, on the monotonic clock.
    """

    def __init__(self, began: float) -> None:
        self._began = began
        self._width = 1.0
        self._counts: list[int] = []
        self._seconds: list[float] = []
        self._lately: deque[list[float]] = deque()

    def add(self, now: float, took: float) -> None:
        """One more was answered."""
        place = int((now - self._began) / self._width)
        while place >= MOMENTS:
            self._halve()
            place //= 2
        while len(self._counts) <= place:
            self._counts.append(0)
            self._seconds.append(0.0)
        self._counts[place] += 1
        self._seconds[place] += took
        second = float(int(now - self._began))
        if not self._lately or self._lately[-1][0] != second:
            self._lately.append([second, 0.0])
        self._lately[-1][1] += 1

    def rate(self, now: float) -> float:
        """Items answered per second, over the last few seconds."""
        age = now - self._began
        while self._lately and self._lately[0][0] + LATELY < age:
            self._lately.popleft()
        if not self._lately or age <= 0:
            return 0.0
        return sum(count for _, count in self._lately) / min(
            age, max(1.0, age - self._lately[0][0])
        )

    def moments(self) -> tuple[Moment, ...]:
        """The curve so far; times in which nothing was sent included."""
        return tuple(
            Moment(
                second=place * self._width,
                sent=count,
                latency=total / count if count else 0.0,
                width=self._width,
            )
            for place, (count, total) in enumerate(
                zip(self._counts, self._seconds, strict=True)
            )
        )

    def _halve(self) -> None:
        self._width *= 2
        self._counts = [sum(self._counts[at : at + 2]) for at in _even(self._counts)]
        self._seconds = [sum(self._seconds[at : at + 2]) for at in _even(self._seconds)]


class Tally:
    """What became of the items so far.

    Args:
        began: When the job began, on the monotonic clock.
        total: How many items there are; None if nobody knows.

    Attributes:
        set_aside: Items of unknown outcome that have no result yet.
    """

    def __init__(self, began: float, total: int | None) -> None:
        self._total = total
        self._curve = Curve(began)
        self.failed: Counter[str] = Counter()
        self.done: int = 0
        self.ok: int = 0
        self.unknown: int = 0
        self.skipped: int = 0
        self.set_aside: int = 0

    @property
    def curve(self) -> tuple[Moment, ...]:
        """How many were sent when."""
        return self._curve.moments()

    def add(self, result: BulkResult, now: float) -> None:
        """One more result."""
        self.done += 1
        if result.attempts:
            self._curve.add(now, result.took)
        if result.skipped:
            self.skipped += 1
        elif result.ok:
            self.ok += 1
        elif result.unknown:
            self.unknown += 1
        else:
            self.failed[result.reason] += 1

    def progress(self, now: float, taken: int, waiting_for: str) -> Progress:
        """How far it is."""
        rate, done = self._curve.rate(now), self.done + self.set_aside
        eta = None
        if self._total is not None and rate > 0:
            eta = max(0, self._total - done) / rate
        return Progress(
            done=done,
            ok=self.ok,
            failed=dict(self.failed),
            unknown=self.unknown + self.set_aside,
            skipped=self.skipped,
            in_flight=max(0, taken - done),
            total=self._total,
            rate=rate,
            eta=eta,
            waiting_for=waiting_for,
        )


def _even(values: list[int] | list[float]) -> range:
    return range(0, len(values), 2)
