"""What became of a job, by its slices: read on from where the last look ended."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk import Moment, Progress
from nexmo_async.durable.bulk.spelling import OK, RESENT, SKIPPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Seconds over which the rate now is measured.
LATELY: Final = 5.0

#: Moments that a curve has at most; then each two become one.
MOMENTS: Final = 3600

_NO_ERROR: Final = frozenset({OK, UNKNOWN, SKIPPED, RESENT})


@attrs.define
class Count:
    """How many items came to what.

    Attributes:
        words: How many are counted as what.
        earlier: How many an earlier run had settled.
    """

    words: Counter[str] = attrs.field(factory=Counter[str])
    earlier: int = 0
    _seconds: dict[int, list[float]] = attrs.field(factory=dict[int, list[float]])
    _lately: deque[tuple[float, int]] = attrs.field(factory=deque[tuple[float, int]])

    def add(
        self, counts: Mapping[str, int], ended: float, took: float, *, earlier: bool
    ) -> None:
        """One more slice, which ended at that Unix second."""
        if earlier:
            self.earlier += sum(n for word, n in counts.items() if word != RESENT)
            return
        self.words.update(counts)
        sent = counts.get(OK, 0) + counts.get(UNKNOWN, 0)
        second = self._seconds.setdefault(int(ended), [0.0, 0.0])
        second[0] += sent
        second[1] += took
        self._lately.append((ended, sent))

    @property
    def failed(self) -> dict[str, int]:
        """How many failed, by the name of the error."""
        return {word: n for word, n in self.words.items() if word not in _NO_ERROR}

    @property
    def done(self) -> int:
        """How many have a result."""
        settled = sum(n for word, n in self.words.items() if word != RESENT)
        return settled + self.earlier

    def progress(self, now: float, total: int | None, waiting_for: str) -> Progress:
        """How far it is."""
        while self._lately and self._lately[0][0] < now - LATELY:
            self._lately.popleft()
        rate = sum(sent for _, sent in self._lately) / LATELY
        left = None if total is None else max(0, total - self.done)
        return Progress(
            done=self.done,
            ok=self.words[OK],
            failed=self.failed,
            unknown=self.words[UNKNOWN],
            skipped=self.earlier,
            total=total,
            rate=rate,
            eta=left / rate if left is not None and rate > 0 else None,
            waiting_for=waiting_for,
        )

    def curve(self, began: float) -> tuple[Moment, ...]:
        """How many were sent when; empty seconds included."""
        if not self._seconds:
            return ()
        first, last = int(min(began, *self._seconds)), max(self._seconds)
        width = 1
        while (last - first) // width >= MOMENTS:
            width *= 2
        sums = [[0.0, 0.0] for _ in range((last - first) // width + 1)]
        for second, (sent, took) in self._seconds.items():
            place = sums[(second - first) // width]
            place[0] += sent
            place[1] += took
        return tuple(
            Moment(at * width, int(sent), took / sent if sent else 0.0, float(width))
            for at, (sent, took) in enumerate(sums)
        )
