"""The handle of a job that runs: pause, stop, other speed, how far it is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nexmo_async.bulk.job.report import Progress
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.clock import Clock

#: Items under way at once unless told otherwise.
CONCURRENCY: Final = 64


class Control:
    """Steers one job while it runs. Make one and give it to `run`.

    All of it may be called at any time on the loop of the job, from a handler of a
    signal for instance; before the job begins as well.

    Args:
        concurrency: Items under way at once; None: as `run` says.
        rate: Items sent per second at most; None: as fast as the account's limits let
            it.

    Raises:
        ConfigurationError: A number is too small to mean anything.
    """

    def __init__(
        self, *, concurrency: int | None = None, rate: float | None = None
    ) -> None:
        self._concurrency = None if concurrency is None else at_least_one(concurrency)
        self._rate = _above_nothing(rate)
        self._paused: str | None = None
        self._stopped: str | None = None
        self._aborted = False
        self._bell = asyncio.Event()
        self._said = 0
        self._listeners: list[Callable[[], None]] = []
        self._look: Callable[[], Progress] = Progress

    def __repr__(self) -> str:
        """Show what it was told."""
        said = self._stopped or self._paused or "running"
        return f"<Control {said} concurrency={self.concurrency} rate={self._rate}>"

    @property
    def concurrency(self) -> int:
        """Items under way at once. Fewer: those in flight are finished first."""
        return self._concurrency or CONCURRENCY

    @concurrency.setter
    def concurrency(self, number: int) -> None:
        self._concurrency = at_least_one(number)
        self.ring()

    @property
    def rate(self) -> float | None:
        """Items sent per second at most; None: as the account's limits let it."""
        return self._rate

    @rate.setter
    def rate(self, number: float | None) -> None:
        self._rate = _above_nothing(number)
        self.ring()

    @property
    def paused(self) -> str | None:
        """Why it is paused; None if it is not."""
        return self._paused

    @property
    def stopped(self) -> str | None:
        """Why it was stopped; None if it was not."""
        return self._stopped

    @property
    def aborted(self) -> bool:
        """Whether it was stopped at once."""
        return self._aborted

    def pause(self, reason: str = "paused") -> None:
        """Send nothing new until resumed. What is in flight is finished."""
        self._paused = reason
        self.ring()

    def resume(self) -> None:
        """Go on: after `pause`, or ask a guard again that waits for a person."""
        self._paused = None
        self.ring()

    def stop(self, reason: str = "stopped") -> None:
        """Take nothing more; what is in flight is finished. Run it again to go on."""
        if self._stopped is None:
            self._stopped = reason
        self.ring()

    def abort(self, reason: str = "aborted") -> None:
        """Stop at once: what is in flight becomes unknown, as after a kill.

        This is what a second Ctrl-C is for. The journal is closed in order.
        """
        self._aborted = True
        self.stop(reason)

    def snapshot(self) -> Progress:
        """How far it is."""
        return self._look()

    def begin(self, look: Callable[[], Progress], concurrency: int) -> None:
        """Be the handle of a job: its own affair."""
        self._look = look
        if self._concurrency is None:
            self._concurrency = at_least_one(concurrency)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever something is said."""
        self._listeners.append(listener)

    def ring(self) -> None:
        """Let whoever waits look again."""
        self._said += 1
        self._bell.set()
        for listener in self._listeners:
            listener()

    @property
    def said(self) -> int:
        """How often something was said."""
        return self._said

    async def wait(self, clock: Clock, seconds: float | None, *, since: int) -> None:
        """Until more is said than `since`, or so many seconds are over."""
        if self._said != since:
            await clock.sleep(0)
            return
        self._bell.clear()
        with suppress(TimeoutError):
            async with clock.timeout(seconds):
                await self._bell.wait()


def at_least_one(concurrency: int) -> int:
    """Refuse to send nothing at once."""
    if concurrency < 1:
        raise ConfigurationError("concurrency", "must be at least 1")
    return concurrency


def _above_nothing(rate: float | None) -> float | None:
    if rate is not None and not rate > 0:
        raise ConfigurationError("rate", "must be more than 0 a second")
    return rate
