"""How those who wait hear of changes: a bell for all, a feed with what changed."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")

#: How many changes wait for one reader; then it is told to look at everything anew.
WAITING: Final = 1000

#: What a reader hears instead of the changes that it was too slow for.
RESYNC: Final = ("resync", None)


class Bell:
    """Wakes everybody who waits for a change."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] | None = None

    def ring(self) -> None:
        """Something changed."""
        waiting, self._waiting = self._waiting, None
        for sleeper in waiting or ():
            if not sleeper.done():
                sleeper.set_result(None)

    async def wait(self) -> None:
        """Wait for the next change."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(sleeper)
        try:
            await sleeper
        finally:
            if self._waiting and sleeper in self._waiting:
                self._waiting.remove(sleeper)

    async def until(self, look: Callable[[], T | None]) -> T:
        """Look now and after each change, until there is something to see."""
        while True:
            if (seen := look()) is not None:
                return seen
            await self.wait()


class Reader:
    """One who reads the changes, in order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._changes: deque[tuple[str, object]] = deque()
        self._bell = Bell()
        self._closed = False

    def tell(self, kind: str, thing: object) -> None:
        """One more change; too many become one: look at everything anew."""
        if len(self._changes) >= self._most:
            self._changes.clear()
            self._changes.append(RESYNC)
        else:
            self._changes.append((kind, thing))
        self._bell.ring()

    def close(self) -> None:
        """No more changes will come."""
        self._closed = True
        self._bell.ring()

    def __aiter__(self) -> Reader:
        """Read until the feed is closed."""
        return self

    async def __anext__(self) -> tuple[str, object]:
        """The kind of the next change, and what changed."""
        while not self._changes:
            if self._closed:
                raise StopAsyncIteration
            await self._bell.wait()
        return self._changes.popleft()


class Listener(Protocol):
    """One who hears of each change at once."""

    def tell(self, kind: str, thing: object) -> None:
        """Something changed."""
        ...

    def close(self) -> None:
        """No more changes will come."""
        ...


class Feed:
    """Tells every reader of every change; nobody waits for a slow one."""

    def __init__(self) -> None:
        self._readers: list[Listener] = []
        self._closed = False

    def publish(self, kind: str, thing: object = None) -> None:
        """Something changed."""
        for reader in self._readers:
            reader.tell(kind, thing)

    def hear(self, listener: Listener) -> None:
        """Tell somebody of all changes from now on."""
        self._readers.append(listener)

    @contextmanager
    def read(self, most: int = WAITING) -> Generator[Reader]:
        """Hear of all changes from now on, while the block lasts."""
        reader = Reader(most)
        self._readers.append(reader)
        if self._closed:
            reader.close()
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    def close(self) -> None:
        """Send all readers home."""
        self._closed = True
        for reader in self._readers:
            reader.close()
