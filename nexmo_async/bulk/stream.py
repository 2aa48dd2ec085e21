"""Results as they come, or in the order of their items."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.bulk.result import BulkResult


class Results:
    """What is ready to be taken. It holds no more than `most`.

    Args:
        most: Items that may be under way or ready, but not taken.
        is_ordered: Whether results are given out in the order of their items.
        freed: Called when there is room again.
    """

    def __init__(
        self, most: int, freed: Callable[[], object], *, is_ordered: bool
    ) -> None:
        self._most = most
        self._freed = freed
        self._is_ordered = is_ordered
        self._early: dict[int, BulkResult] = {}
        self._ready: deque[BulkResult] = deque()
        self._given = 0
        self._next = 0
        self._is_full = False
        self._is_over = False
        self._bell: asyncio.Future[None] | None = None

    def has_room(self, taken: int) -> bool:
        """Whether another item may be taken, after so many."""
        self._is_full = taken - self._given >= self._most
        return not self._is_full

    def put(self, result: BulkResult) -> None:
        """One more."""
        if not self._is_ordered:
            self._ready.append(result)
        else:
            self._early[result.index] = result
            while self._next in self._early:
                self._ready.append(self._early.pop(self._next))
                self._next += 1
        if self._ready:
            self._ring()

    def end(self) -> None:
        """No more will come."""
        self._is_over = True
        self._ring()

    async def wait(self) -> bool:
        """Until there is one to take; False: there is none any more."""
        while not self._ready:
            if self._is_over:
                return False
            self._bell = asyncio.get_running_loop().create_future()
            try:
                await self._bell
            finally:
                self._bell = None
        return True

    def take(self) -> BulkResult | None:
        """The next one; None: `wait` for it."""
        if not self._ready:
            return None
        self._given += 1
        if self._is_full:
            self._freed()
        return self._ready.popleft()

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)
