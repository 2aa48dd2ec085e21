"""A producer's end: put messages in as they occur, each with a future of its result."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from nexmo_async.bulk.item import Item
from nexmo_async.errors import ClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType

    from nexmo_async.bulk.result import BulkResult
    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow


class BulkQueue:
    """Messages on their way, sent as they are put in. Made by `nexmo.bulk.open`.

    Leaving its block waits until everything is answered. Leaving it by an exception
    sends nothing more, waits for what is in flight, and cancels the other futures.

    Args:
        size: Messages that may wait to be sent.
        begin: Begins to send what is put in.
        stop: Sends no more than is in flight.
    """

    def __init__(
        self,
        size: int,
        begin: Callable[[BulkQueue], asyncio.Task[None]],
        stop: Callable[[], object],
    ) -> None:
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue(size)
        self._futures: dict[int, asyncio.Future[BulkResult]] = {}
        self._put = 0
        self._turn = asyncio.Lock()
        self._begin = begin
        self._stop = stop
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def __repr__(self) -> str:
        """Show how many wait for their answer."""
        return f"<BulkQueue unanswered={len(self._futures)}>"

    async def __aenter__(self) -> Self:
        """Begin to send."""
        self._task = self._begin(self)
        return self

    async def put(
        self, message: Message | Workflow | Item
    ) -> asyncio.Future[BulkResult]:
        """Have it sent, once there is room for it. The future never raises.

        Nothing has to be flushed: the future has its result as soon as there is an
        answer. A failure is a result as well.

        Raises:
            ClosedError: The block has been left.
        """
        item = message if isinstance(message, Item) else Item(message)
        async with self._turn:
            if self._is_over or self._task is None:
                raise ClosedError("the queue is not open")
            future: asyncio.Future[BulkResult]
            future = asyncio.get_running_loop().create_future()
            await self._queue.put(item)
            if self._is_over:
                raise ClosedError("the queue is not open")
            # Nobody can have taken it yet: this has not let go of the loop since.
            self._futures[self._put] = future
            self._put += 1
        return future

    async def drain(self) -> None:
        """Wait until everything that was put so far is answered."""
        futures = [future for future in self._futures.values() if not future.done()]
        if futures:
            await asyncio.wait(futures)

    def answered(self, result: BulkResult) -> None:
        """Hand a result to whoever waits for it."""
        future = self._futures.pop(result.index)
        if not future.done():
            future.set_result(result)

    async def items(self) -> AsyncIterator[Item]:
        """What was put in, in that order."""
        while (item := await self._queue.get()) is not None:
            yield item

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is on its way, and end."""
        task, self._task = self._task, None
        if task is None:
            return
        try:
            if kind is None:
                await self._queue.put(None)
            else:
                self._stop()
            await asyncio.wait({task})
        finally:
            self._is_over = True
            self._stop()
            while not self._queue.empty():
                self._queue.get_nowait()  # whoever waits to put learns of it
            for future in self._futures.values():
                future.cancel()
            self._futures.clear()
        task.result()
