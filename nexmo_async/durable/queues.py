"""Who of those that are due may begin: by lane, priority, order and rate. No await."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from typing import TYPE_CHECKING

import attrs

from nexmo_async.durable.engine import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nexmo_async.workflows.timers import Timer


@attrs.define(eq=False)
class Queue:
    """What is due in one lane.

    Attributes:
        lane: Its rate and limit.
        running: How many are under way.
        alarm: What looks again when the rate allows more.
    """

    lane: Lane
    running: int = 0
    alarm: Timer | None = None
    _due: list[tuple[int, int, str]] = attrs.field(factory=list[tuple[int, int, str]])
    _gone: set[str] = attrs.field(factory=set[str])
    _begun: deque[float] = attrs.field(factory=deque[float])
    _order: Iterator[int] = attrs.field(factory=itertools.count)

    def add(self, key: str, priority: int) -> None:
        """Let one more queue here."""
        heapq.heappush(self._due, (priority, next(self._order), key))

    def remove(self, key: str) -> None:
        """Let it queue no longer."""
        self._gone.add(key)

    def may_begin(self, now: float) -> bool:
        """Whether there is one that may begin now."""
        self._sweep()
        at_once = self.lane.at_once
        if not self._due or (at_once is not None and self.running >= at_once):
            return False
        return self._free_at(now) <= now

    def take(self, now: float) -> str:
        """The one that begins now."""
        if self.lane.number is not None:
            self._begun.append(now)
        self.running += 1
        return heapq.heappop(self._due)[2]

    def opens(self, now: float) -> float | None:
        """When its rate lets the next one begin; None if nothing waits for that."""
        free = self._free_at(now)
        return free if self._due and free > now else None

    def _free_at(self, now: float) -> float:
        begun, per = self._begun, self.lane.per
        while begun and begun[0] + per <= now:
            begun.popleft()
        if self.lane.number is None or len(begun) < self.lane.number:
            return now
        return begun[0] + per

    def _sweep(self) -> None:
        while self._due and self._due[0][2] in self._gone:
            self._gone.discard(heapq.heappop(self._due)[2])


class Queues:
    """All lanes, those included that nobody has described."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._queues = {lane.name: Queue(lane) for lane in lanes}

    def __iter__(self) -> Iterator[Queue]:
        """Each of them."""
        return iter(tuple(self._queues.values()))

    def add(self, lane: str, key: str, priority: int) -> Queue:
        """Let one more queue there."""
        queue = self._queues.setdefault(lane, Queue(Lane(lane)))
        queue.add(key, priority)
        return queue

    def remove(self, lane: str, key: str) -> None:
        """Let it queue there no longer; harmless if it does not."""
        queue = self._queues.get(lane)
        if queue is not None:
            queue.remove(key)
