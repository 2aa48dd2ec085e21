"""The only room that reads time or sleeps.

Everything else is handed a clock, so that a test, or a sandbox, can move time by hand.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from contextlib import AbstractAsyncContextManager

#: How often the loop turns after each moved timer, so that whoever it woke can act.
TURNS: Final = 25

#: Seconds of the machine that everybody gets to act in before a wait is skipped.
BREATH: Final = 0.002

#: Where a manual clock starts unless told otherwise: 2026-01-01T00:00:00Z.
NEW_YEAR: Final = 1_767_225_600.0


class Clock(Protocol):
    """What the package knows of time. All numbers are seconds."""

    def wall(self) -> float:
        """Unix seconds, as printed on the wall: may jump when somebody sets it."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment: never jumps back. For measuring."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...

    def timeout(self, within: float | None) -> AbstractAsyncContextManager[object]:
        """Raise `TimeoutError` if the block takes longer. None: wait for ever."""
        ...


def instant(clock: Clock) -> datetime:
    """The clock's wall time as an aware UTC `datetime`."""
    return datetime.fromtimestamp(clock.wall(), UTC)


class SystemClock:
    """The machine's own time."""

    def wall(self) -> float:
        """Unix seconds of the machine."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment of the machine."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await asyncio.sleep(seconds)

    def timeout(self, within: float | None) -> AbstractAsyncContextManager[object]:
        """Raise `TimeoutError` if the block takes longer."""
        return asyncio.timeout(within)


@attrs.define(order=True)
class _Timer:
    due: float
    order: int
    ring: Callable[[], object] | None = attrs.field(order=False)

    def go(self) -> None:
        if self.ring is not None:
            self.ring()

    def cancel(self) -> None:
        self.ring = None


@asynccontextmanager
async def _limited(
    within: float | None, after: Callable[[float, Callable[[], object]], _Timer]
) -> AsyncGenerator[None]:
    """Raise `TimeoutError` when a timer rings before the block has ended."""
    now = asyncio.get_running_loop().time
    async with asyncio.timeout(None) as limit:
        if within is None:
            yield
            return
        timer = after(within, lambda: limit.reschedule(now()))
        try:
            yield
        finally:
            timer.cancel()


class ManualClock:
    """A clock that stands still until told to move.

    Args:
        start: Unix seconds on the wall at the beginning.
    """

    def __init__(self, start: float = NEW_YEAR) -> None:
        self._wall = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._timers: list[_Timer] = []

    def __repr__(self) -> str:
        """Show the time on the wall and how many are waiting for it to move."""
        return f"<ManualClock {instant(self).isoformat()} waiting={self.waiting}>"

    @property
    def waiting(self) -> int:
        """How many sleeps and timeouts wait for this clock to move."""
        return sum(timer.ring is not None for timer in self._timers)

    def wall(self) -> float:
        """Unix seconds, as set."""
        return self._wall

    def monotonic(self) -> float:
        """Seconds that this clock was moved so far."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved that far."""
        awake = asyncio.Event()
        timer = self._after(seconds, awake.set)
        try:
            await asyncio.sleep(0)
            await awake.wait()
        finally:
            timer.cancel()

    def timeout(self, within: float | None) -> AbstractAsyncContextManager[object]:
        """Raise `TimeoutError` once the clock has been moved that far."""
        return _limited(within, self._after)

    async def advance(self, seconds: float) -> None:
        """Move time on, waking every sleeper in order at its own moment."""
        if not seconds >= 0:
            raise ValueError(
                f"cannot advance by {seconds:g} s, jump sets the wall back"
            )
        end = self._elapsed + seconds
        await self._turn()
        while self._timers and self._timers[0].due <= end:
            timer = heapq.heappop(self._timers)
            if timer.ring is not None:
                self._move(timer.due)
                timer.ring()
                await self._turn()
        self._move(end)
        await self._turn()

    def jump(self, seconds: float) -> None:
        """Set the wall clock forth or back, as an administrator would.

        Nobody is woken: a sleep measures time that passes, not what the wall shows.
        """
        self._wall += seconds

    def _after(self, seconds: float, ring: Callable[[], object]) -> _Timer:
        timer = _Timer(self._elapsed + seconds, next(self._order), ring)
        if seconds > 0:
            heapq.heappush(self._timers, timer)
        else:
            ring()
        return timer

    def _move(self, to: float) -> None:
        self._wall += to - self._elapsed
        self._elapsed = to

    async def _turn(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)


class FastClock:
    """The machine's time, sped up: a day-long failover in minutes.

    Args:
        speed: Seconds of this clock in one second of the machine.
    """

    def __init__(self, speed: float) -> None:
        self._speed = _above_nothing(speed)
        self._wall = time.time()
        self._start = time.monotonic()

    def wall(self) -> float:
        """Unix seconds: the machine's when this clock was made, faster since."""
        return self._wall + self.monotonic()

    def monotonic(self) -> float:
        """Seconds of this clock since it was made."""
        return (time.monotonic() - self._start) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait that long by this clock."""
        await asyncio.sleep(seconds / self._speed)

    def timeout(self, within: float | None) -> AbstractAsyncContextManager[object]:
        """Raise `TimeoutError` if the block takes longer by this clock."""
        return asyncio.timeout(None if within is None else within / self._speed)


class MovableClock:
    """The machine's time, until somebody freezes it, speeds it up or moves it.

    Args:
        speed: Seconds of this clock in one second of the machine.
        frozen: Stand still until told to move.
        start: Unix seconds on the wall at the beginning; None: the machine's.
        skip: Waits that end in fewer seconds than that take no time: when everybody
            had a moment to act, the clock moves on by itself.
    """

    def __init__(
        self,
        *,
        speed: float = 1.0,
        frozen: bool = False,
        start: float | None = None,
        skip: float = 0.0,
    ) -> None:
        self._speed = _above_nothing(speed)
        self._skip = skip
        self._frozen = frozen
        self._start = time.time() if start is None else start
        self._elapsed = 0.0
        self._since = time.monotonic()
        self._order = itertools.count()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._rings_at = 0.0
        self._moving = False
        self._busy = 0
        self._idle = asyncio.Event()

    @property
    def speed(self) -> float:
        """Seconds of this clock in one second of the machine, when it is not frozen."""
        return self._speed

    @property
    def frozen(self) -> bool:
        """Does it stand still until told to move?"""
        return self._frozen

    def wall(self) -> float:
        """Unix seconds of this clock."""
        return self._start + self.monotonic()

    def monotonic(self) -> float:
        """Seconds of this clock since it was made."""
        if self._frozen or self._moving:
            return self._elapsed
        return self._elapsed + (time.monotonic() - self._since) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait that long by this clock."""
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not awake.done():
                awake.set_result(None)

        timer = self._after(seconds, wake)
        try:
            await awake
        finally:
            timer.cancel()

    def timeout(self, within: float | None) -> AbstractAsyncContextManager[object]:
        """Raise `TimeoutError` if the block takes longer by this clock."""
        return _limited(within, self._after)

    @contextmanager
    def busy(self) -> Generator[None]:
        """Something takes no time of this clock: it is not moved on meanwhile."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()

    def freeze(self) -> None:
        """Stand still from now on."""
        self._stop()
        self._frozen = True

    def run(self, speed: float | None = None) -> None:
        """Go on from here, at the same speed or at another."""
        speed = self._speed if speed is None else _above_nothing(speed)
        self._stop()
        self._speed, self._frozen = speed, False
        self._set_alarm()

    async def advance(self, seconds: float) -> None:
        """Move time on, waking every sleeper in order at its own moment."""
        if not seconds >= 0:
            raise ValueError(f"cannot advance by {seconds:g} s")
        if self._moving:
            raise RuntimeError("this clock is being moved already")
        self._stop()
        self._moving = True
        try:
            await self._move(self._elapsed + seconds)
        finally:
            self._since = time.monotonic()
            self._moving = False
            self._set_alarm()

    async def _move(self, end: float) -> None:
        await self._settle()
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            if timer.ring is not None:
                self._elapsed = max(self._elapsed, due)
                timer.ring()
                await self._settle()
        self._elapsed = end

    async def _settle(self) -> None:
        """Let everybody act who was woken, and wait for those who are busy."""
        while True:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if not self._busy:
                return
            self._idle.clear()
            await self._idle.wait()

    def _after(self, seconds: float, ring: Callable[[], object]) -> _Timer:
        due, order = self.monotonic() + seconds, next(self._order)
        timer = _Timer(due, order, ring)
        if seconds <= 0:
            asyncio.get_running_loop().call_soon(timer.go)
            return timer
        heapq.heappush(self._timers, (due, order, timer))
        if self._alarm is None or due < self._rings_at:
            self._set_alarm()
        return timer

    def _stop(self) -> None:
        now = self.monotonic()
        self._elapsed, self._since = now, time.monotonic()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._timers and not self._frozen and not self._moving:
            self._rings_at = self._timers[0][0]
            left = self._rings_at - self.monotonic()
            pause = max(0.0, left) / self._speed
            if left < self._skip:
                pause = min(pause, BREATH)
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(pause, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        # The loop may be early by a hair, and so would all that is due then.
        now = max(self.monotonic(), self._rings_at)
        if self._skip and not self._busy:
            self._elapsed, self._since = now, time.monotonic()
        elif self._skip and self.monotonic() < now:
            self._set_alarm()
            return
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2].go()
        self._set_alarm()


def _above_nothing(speed: float) -> float:
    if not speed > 0:
        raise ValueError(f"speed is {speed}, must be above 0")
    return speed
