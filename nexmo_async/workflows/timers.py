"""Many deadlines, one sleeper."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.clock import Clock

#: Timers that ring before everybody else gets a turn.
BATCH: Final = 100

#: Cancelled timers that are worth a cleaning up.
STALE: Final = 64


@attrs.define(eq=False, weakref_slot=False)
class Timer:
    """One deadline."""

    ring: Callable[[], None] | None


class Timers:
    """Rings each timer at its moment. A hundred thousand of them cost one task.

    Args:
        clock: What time is measured by.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._heap: list[tuple[float, int, Timer]] = []
        self._stale = 0
        self._bell = asyncio.Event()

    def __len__(self) -> int:
        """How many are waited for."""
        return len(self._heap) - self._stale

    def at(self, due: float, ring: Callable[[], None]) -> Timer:
        """Ring at that moment of the monotonic clock. It must not raise."""
        timer = Timer(ring)
        heapq.heappush(self._heap, (due, next(self._order), timer))
        if self._heap[0][2] is timer:
            self._bell.set()
        return timer

    def cancel(self, timer: Timer) -> None:
        """Do not ring. Harmless if it has rung."""
        if timer.ring is None:
            return
        timer.ring = None
        self._stale += 1
        if self._stale > STALE and self._stale * 2 > len(self._heap):
            self._heap = [one for one in self._heap if one[2].ring is not None]
            heapq.heapify(self._heap)
            self._stale = 0

    async def run(self) -> None:
        """Ring, for ever."""
        while True:
            await self._ring_all()
            now = self._clock.monotonic()
            delay = self._heap[0][0] - now if self._heap else None
            self._bell.clear()
            try:
                async with self._clock.timeout(delay):
                    await self._bell.wait()
            except TimeoutError:
                continue

    async def _ring_all(self) -> None:
        rung = 0
        while self._heap and self._heap[0][0] <= self._clock.monotonic():
            _, _, timer = heapq.heappop(self._heap)
            ring, timer.ring = timer.ring, None
            if ring is None:
                self._stale -= 1
                continue
            ring()
            rung += 1
            if rung % BATCH == 0:
                await self._clock.sleep(0)
