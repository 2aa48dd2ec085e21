"""Decides who may go when: exact sliding windows, first come first served. No await.

A waiter passes its windows one by one, the narrowest first, and *holds* a place in
each until it has them all and has left; all of them begin to count at that moment.
So no window ever sees more than its number, nobody is overtaken for good, and each
waiter costs one turn of a heap per window, however many others wait.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

#: Windows that were used and are empty again are forgotten once there are so many.
SWEEP_FROM: Final = 1024

#: Waiters that gave up may stay in a queue until there are so many.
_SPARE: Final = 64


@attrs.define(eq=False)
class Waiter:
    """One request that waits for its places.

    Attributes:
        order: Who came earlier has the smaller number.
        windows: What it must pass, the narrowest first.
        wake: Called when it may go.
        passed: How many windows hold a place for it.
        is_waiting: False once it went or gave up.
    """

    order: int
    windows: Sequence[Window]
    wake: Callable[[], object]
    passed: int = 0
    is_waiting: bool = True


@attrs.define(eq=False)
class Window:
    """At most `number` in any `per` seconds, for one key.

    Attributes:
        used: When each of the last ones left, oldest first.
        held: Places kept for those that still need another window, or have not left.
        closed_until: Nobody passes before that moment.
        queue: Who waits here, by order of arrival, and who gave up since.
        waiting: How many of them still do.
        due: When it is to be looked at next; infinite if at no known time.
    """

    number: int
    per: float
    used: deque[float] = attrs.field(factory=deque[float])
    held: int = 0
    closed_until: float = -math.inf
    queue: list[tuple[int, Waiter]] = attrs.field(factory=list[tuple[int, Waiter]])
    waiting: int = 0
    due: float = math.inf

    def opens(self, now: float) -> float:
        """When the next place is free; infinite if only a held one can become so."""
        used = self.used
        while used and used[0] + self.per <= now:
            used.popleft()
        if len(used) + self.held < self.number:
            return max(now, self.closed_until)
        if not used:
            return math.inf
        return max(used[0] + self.per, self.closed_until)

    def count(self, now: float) -> int:
        """How many went within the last `per` seconds."""
        self.opens(now)
        return len(self.used)

    def close(self, until: float) -> None:
        """Let nobody pass before that moment."""
        self.closed_until = max(self.closed_until, until)

    def forget_one(self) -> None:
        """One of those who wait gave up; the queue is not left full of such."""
        self.waiting -= 1
        if len(self.queue) > 2 * self.waiting + _SPARE:
            self.queue = [
                (order, waiter)
                for order, waiter in self.queue
                if waiter.is_waiting and waiter.windows[waiter.passed] is self
            ]
            heapq.heapify(self.queue)

    def is_idle(self, now: float) -> bool:
        """Whether forgetting it would change nothing."""
        return self.opens(now) <= now and not (self.used or self.held or self.waiting)


class Windows:
    """All windows of a transport, and who waits for them. Moments are seconds."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Hashable], Window] = {}
        self._order = itertools.count()
        self._due: list[tuple[float, int, Window]] = []
        self._sweep_at = SWEEP_FROM

    def __len__(self) -> int:
        """How many windows are remembered."""
        return len(self._known)

    def items(self) -> Iterable[tuple[tuple[int, Hashable], Window]]:
        """Each window, by the number of its limit and its key."""
        return self._known.items()

    def window(  # noqa: PLR0913  a key of a limit, and who asks
        self,
        limit: int,
        key: Hashable,
        *,
        number: int,
        per: float,
        now: float,
        beside: Iterable[Window] = (),
    ) -> Window:
        """The window of a key under a limit, for one who has those beside it already.

        Nobody has a place there yet, and still they must not be forgotten.
        """
        found = self._known.get((limit, key))
        if found is None:
            if len(self._known) >= self._sweep_at:
                self._sweep(now, beside)
            found = self._known[limit, key] = Window(number, per)
        return found

    def enter(self, windows: Sequence[Window], now: float) -> bool:
        """Take places at once. False if somebody was here before, or none is free."""
        for window in windows:
            if window.waiting or window.opens(now) > now:
                return False
        for window in windows:
            window.held += 1
        return True

    def wait(
        self, windows: Sequence[Window], now: float, wake: Callable[[], object]
    ) -> Waiter:
        """Queue up; `wake` is called by `advance` when all places are there."""
        waiter = Waiter(next(self._order), windows, wake)
        self._queue(waiter, now)
        return waiter

    def go(self, waiter: Waiter) -> None:
        """Whoever was woken goes: the places are its own, until it has left."""
        waiter.windows, waiter.passed = (), 0

    def left(self, windows: Sequence[Window], now: float) -> None:
        """Whoever had these places has left, and counts from now on.

        It may have been held up between its turn and leaving, and the next one on its
        place may not: the server would see less than the window between the two.
        """
        for window in windows:
            window.held -= 1
            window.used.append(now)
            if window.waiting:
                self._plan(window, now)

    def give_back(self, windows: Sequence[Window], now: float) -> None:
        """Whoever had these places does not need them."""
        for window in windows:
            window.held -= 1
            self._plan(window, now)

    def leave(self, waiter: Waiter, now: float) -> None:
        """Give up: whatever was held for it is free again."""
        if waiter.is_waiting:
            waiter.is_waiting = False
            waiter.windows[waiter.passed].forget_one()
        self._release(waiter, 0, now)

    def advance(self, now: float) -> float:
        """Wake all who may go by now. When to look again; infinite if never."""
        while self._due and self._due[0][0] <= now:
            due, _, window = heapq.heappop(self._due)
            if window.due == due:
                window.due = math.inf
                self._serve(window, now)
        return self.due

    @property
    def due(self) -> float:
        """When to look again; infinite if never."""
        return self._due[0][0] if self._due else math.inf

    def _queue(self, waiter: Waiter, now: float) -> None:
        window = waiter.windows[waiter.passed]
        heapq.heappush(window.queue, (waiter.order, waiter))
        window.waiting += 1
        self._plan(window, now)

    def _plan(self, window: Window, now: float) -> None:
        due = window.opens(now)
        if window.waiting and due < window.due:
            window.due = due
            heapq.heappush(self._due, (due, next(self._order), window))

    def _serve(self, window: Window, now: float) -> None:
        while window.waiting and window.opens(now) <= now:
            _, waiter = heapq.heappop(window.queue)
            if waiter.is_waiting and waiter.windows[waiter.passed] is window:
                window.waiting -= 1
                window.held += 1
                waiter.passed += 1
                self._go_on(waiter, now)
        self._plan(window, now)

    def _go_on(self, waiter: Waiter, now: float) -> None:
        if waiter.passed < len(waiter.windows):
            self._queue(waiter, now)
            return
        for place, window in enumerate(waiter.windows):
            if window.closed_until > now:  # closed while it held a place there
                self._release(waiter, place, now)
                self._queue(waiter, now)
                return
        waiter.is_waiting = False
        waiter.wake()

    def _release(self, waiter: Waiter, place: int, now: float) -> None:
        self.give_back(waiter.windows[place : waiter.passed], now)
        waiter.passed = place

    def _sweep(self, now: float, beside: Iterable[Window]) -> None:
        wanted, looked_at = set(beside), 0
        for window in self._known.values():
            looked_at += len(window.queue)
            for _, waiter in window.queue:
                later = waiter.passed + 1
                if waiter.is_waiting and later < len(waiter.windows):
                    wanted.update(waiter.windows[later:])
        self._known = {
            key: window
            for key, window in self._known.items()
            if window in wanted or not window.is_idle(now)
        }
        # A long queue is not gone through for each few keys that are new.
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._known), looked_at)
