"""Takes one item after the other from its source, when there is nothing against it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import TYPE_CHECKING, Final, cast

import attrs

from nexmo_async.bulk.item import BadRow, Item
from nexmo_async.bulk.job.guard import Guard, Hold
from nexmo_async.transport.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nexmo_async.bulk.item import Items
    from nexmo_async.bulk.job.control import Control
    from nexmo_async.clock import Clock
    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow

_END: Final = object()

#: Seconds of the first wait after a failure that concerns all, and of the longest.
FIRST_BACK_OFF: Final = 1.0
LONGEST_BACK_OFF: Final = 30.0


@attrs.define
class Taken:
    """An item that was taken from its source.

    Attributes:
        index: Which one it is, counted from 0.
        message: The message or workflow; None for a bad row.
        at: When, on the monotonic clock.
        key: Its name within the job, if it was given one.
        line: Where it stood in its file, counted from 1.
        bad: The row, if it is none.
    """

    index: int
    message: Message | Workflow | None
    at: float
    key: str = ""
    line: int | None = None
    bad: BadRow | None = None


@attrs.define
class Trouble:
    """What keeps all items back: no connection, no turn. Others wait it out as well.

    Attributes:
        reason: What it is, in words; empty if there is none.
        since: When it began, on the monotonic clock.
        until: When to try again.
    """

    reason: str = ""
    since: float = 0.0
    until: float = 0.0
    _times: int = 0

    def met(self, reason: str, now: float, wait: float | None = None) -> None:
        """It has been met, once more; a whole wave of failures counts once."""
        if not self.reason:
            self.since = now
        if now >= self.until:
            longer = min(FIRST_BACK_OFF * 2**self._times, LONGEST_BACK_OFF)
            self.until = now + (longer if wait is None else wait)
            self._times += 1
        self.reason = reason

    def over(self) -> None:
        """Something went through."""
        self.reason, self.until, self._times = "", 0.0, 0

    def hold(self, now: float) -> Hold | None:
        """How long to wait for another try."""
        if not self.reason or now >= self.until:
            return None
        return Hold(self.reason, self.until - now)


class Intake:
    """The source of a bulk, and what may keep it shut.

    Args:
        items: The source.
        control: What the user says.
        clock: What time is measured by.
        guards: Asked about each item.
        has_room: Whether another item may be taken, after so many.

    Attributes:
        taken: How many were taken.
        waiting_for: What it waits for, in words; empty if it does not.
        error: What the source raised; it has ended then.
        trouble: What keeps all items back.
    """

    def __init__(
        self,
        items: Items,
        control: Control,
        clock: Clock,
        guards: Sequence[Guard] = (),
        has_room: Callable[[int], bool] | None = None,
    ) -> None:
        self._sync: Iterator[object] = iter(())
        self._async: AsyncIterator[object] | None = None
        if isinstance(items, AsyncIterable):
            self._async = aiter(items)
        else:
            self._sync = iter(items)
        self._control = control
        self._clock = clock
        self._guards = guards
        self._has_room = has_room
        self._puller: asyncio.Task[object] | None = None
        self._window = Window(1, 1.0)
        self._is_over = False
        self._is_asked = False  # somebody waits in `take`
        self._is_free = False  # nothing is against it but room
        self.taken: int = 0
        self.waiting_for: str = ""
        self.error: Exception | None = None
        self.trouble: Trouble = Trouble()
        control.listen(self._hear)
        self._hear()

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes: the source has ended, or it was stopped."""
        return self._is_over or self._control.stopped is not None

    def at_once(self) -> Taken | None:
        """The next item, if it is at hand and nothing is against it; or `take` it."""
        if not self._is_free or self.trouble.reason:
            return None
        if self._has_room is not None and not self._has_room(self.taken):
            return None
        given = self._next()
        return None if given is _END else self._numbered(given, self._clock.monotonic())

    async def take(self) -> Taken | None:
        """The next item, once nothing is against it; None: nothing more comes.

        Only one may ask at a time; nobody gets any `at_once` meanwhile.
        """
        if self.is_over:
            return None
        self._is_asked = True
        self._hear()
        try:
            return await self._take()
        finally:
            self._is_asked = False
            self._hear()

    async def _take(self) -> Taken | None:
        at = self._clock.monotonic()
        if self._held(at) is not None and not await self._opened(self._held):
            return None
        source = self._async
        given = self._next() if source is None else await self._next_of(source)
        if given is _END or not await self._may_go(given):
            return None
        return self._numbered(given, at)

    def _numbered(self, given: object, at: float) -> Taken:
        index, self.taken = self.taken, self.taken + 1
        if isinstance(given, Item):
            return Taken(index, given.message, at, given.key, given.line)
        if isinstance(given, BadRow):
            return Taken(index, None, at, "", given.line, given)
        return Taken(index, _message(given), at)

    async def wait_out(self) -> bool:
        """Wait until it is worth trying again; False: it was stopped meanwhile."""
        while self._control.stopped is None:
            said = self._control.said
            hold = self.trouble.hold(self._clock.monotonic())
            if hold is None:
                return True
            await self._control.wait(self._clock, hold.seconds, since=said)
        return False

    async def _opened(self, why: Callable[[float], Hold | None]) -> bool:
        """Wait as long as there is something against it; False: nothing more comes."""
        try:
            while not self.is_over:
                said = self._control.said
                hold = why(self._clock.monotonic())
                if hold is None:
                    return True
                self.waiting_for = hold.reason
                await self._control.wait(self._clock, hold.seconds, since=said)
        finally:
            self.waiting_for = ""
        return False

    def _held(self, now: float) -> Hold | None:
        if self._control.paused is not None:
            return Hold(self._control.paused)
        if self._has_room is not None and not self._has_room(self.taken):
            return Hold("results to be taken")
        return self.trouble.hold(now) if self.trouble.reason else None

    def _guarded(self, item: Item) -> Hold | None:
        if self._control.paused is not None:
            return Hold(self._control.paused)
        now = self._clock.wall()
        for guard in self._guards:
            hold = guard.before(item, now)
            if hold is not None:
                return hold
        return None

    def _turn(self, now: float) -> Hold | None:
        """At most so many in any second, or one in any so many seconds."""
        rate = self._control.rate
        if rate is None:
            return None
        # Looked at anew after each word: a new rate holds at once.
        self._window.number = max(1, int(rate))
        self._window.per = self._window.number / rate
        due = self._window.opens(now)
        if due > now:
            return Hold(f"its turn at {rate:g} a second", due - now)
        self._window.used.append(now)
        return None

    def give_back(self) -> None:
        """An item took its turn and was not sent: another may have it."""
        if self._window.used:
            self._window.used.pop()
            self._control.ring()

    async def _may_go(self, given: object) -> bool:
        """Wait for the guards, and for its turn; False: nothing more is taken."""
        if isinstance(given, BadRow):
            return True
        if self._guards:
            item = given if isinstance(given, Item) else Item(_message(given))
            if not await self._opened(lambda _: self._guarded(item)):
                return False
        return self._control.rate is None or await self._opened(self._turn)

    def _next(self) -> object:
        """What a source at hand gives next."""
        try:
            pulled = next(self._sync, _END)
        except Exception as error:  # noqa: BLE001  the source's own; its owner raises it
            self.error, pulled = error, _END
        if pulled is _END:
            self._end()
        return pulled

    async def _next_of(self, source: AsyncIterator[object]) -> object:
        """What a source gives next that takes its time."""
        try:
            pulled = await self._pull_slowly(source)
        except Exception as error:  # noqa: BLE001  as above
            self.error, pulled = error, _END
        if pulled is _END:
            self._end()
        return pulled

    def _end(self) -> None:
        self._is_over = True
        self._hear()

    async def _pull_slowly(self, source: AsyncIterator[object]) -> object:
        """The next one; a stop takes back the question, as it may never be answered."""
        puller = self._puller = asyncio.current_task()
        self.waiting_for = "the source"
        try:
            return await anext(source, _END)
        except asyncio.CancelledError:
            if self._control.stopped is None or puller is None or puller.uncancel():
                raise
            return _END
        finally:
            self._puller, self.waiting_for = None, ""

    def _hear(self) -> None:
        control = self._control
        is_steered = control.paused is not None or control.rate is not None
        is_slow = self._async is not None or bool(self._guards) or self._is_asked
        self._is_free = not (is_steered or is_slow or self.is_over)
        if control.stopped is not None and self._puller is not None:
            puller, self._puller = self._puller, None
            puller.cancel()


def _message(given: object) -> Message | Workflow:
    """What was given; whether it is a message at all shows when it is sent."""
    return cast("Message | Workflow", given)
