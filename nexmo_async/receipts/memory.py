"""Receipts in the memory of one process."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ConfigurationError, StillWaitingError
from nexmo_async.receipts.store import furthest, verdict

if TYPE_CHECKING:
    from nexmo_async.models.receipt import Receipt

#: Messages that are remembered at most; the longest untouched one goes first.
KEEP: Final = 100_000

#: Seconds that a message is remembered after its last receipt. A day: as long as
#: Nexmo goes on calling a webhook that does not answer.
KEEP_FOR: Final = 86_400.0


@attrs.define
class _Story:
    touched: float
    receipts: dict[Receipt, None] = attrs.field(factory=dict["Receipt", None])


class MemoryReceipts:
    """Keeps receipts in memory, for an application that is one process.

    Args:
        keep: Messages that are remembered at most.
        keep_for: Seconds that each is remembered after its last receipt.
        clock: What time is measured by.

    Raises:
        ConfigurationError: It could not keep a single message.
    """

    def __init__(
        self,
        *,
        keep: int = KEEP,
        keep_for: float = KEEP_FOR,
        clock: Clock | None = None,
    ) -> None:
        if keep < 1:
            raise ConfigurationError("keep", "must be at least 1")
        self._keep = keep
        self._keep_for = keep_for
        self._clock = clock or SystemClock()
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._named: dict[str, dict[str, None]] = {}
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def __len__(self) -> int:
        """How many messages are remembered."""
        return len(self._stories)

    def __repr__(self) -> str:
        """Show how many messages are remembered and how many are waited for."""
        return f"<MemoryReceipts messages={len(self)} waiting={len(self._waiting)}>"

    async def record(self, receipt: Receipt) -> bool:
        """Keep a receipt and wake whoever waits for it. False if it is a double."""
        story = self._story(receipt)
        if receipt in story.receipts:
            return False
        story.receipts[receipt] = None
        for key in (receipt.message_uuid, receipt.client_ref):
            for bell in self._waiting.get(key or "", ()):
                bell.set()
        return True

    async def wait_for(self, message: str, until: str, within: float) -> Receipt:
        """The receipt that says the message has come that far."""
        try:
            async with self._clock.timeout(within):
                return await self._arrival(message, until)
        except TimeoutError:
            last = furthest(await self.history(message))
            raise StillWaitingError(message, until, within, last) from None

    async def history(self, message: str) -> tuple[Receipt, ...]:
        """Every receipt of the message so far, in the order they came."""
        uuids = {message: None, **self._named.get(message, {})}
        return tuple(
            receipt
            for uuid in uuids
            if uuid in self._stories
            for receipt in self._stories[uuid].receipts
        )

    async def _arrival(self, message: str, until: str) -> Receipt:
        bell = asyncio.Event()
        bells = self._waiting.setdefault(message, set())
        bells.add(bell)
        try:
            while True:
                bell.clear()
                found = verdict(await self.history(message), until)
                if found is not None:
                    return found
                await bell.wait()
        finally:
            bells.discard(bell)
            if not bells:
                self._waiting.pop(message, None)

    def _story(self, receipt: Receipt) -> _Story:
        now, uuid = self._clock.monotonic(), receipt.message_uuid
        story = self._stories.get(uuid)
        if story is None:
            story = self._stories[uuid] = _Story(now)
        self._stories.move_to_end(uuid)
        story.touched = now
        if receipt.client_ref:
            self._named.setdefault(receipt.client_ref, {})[uuid] = None
        self._forget_old(now)
        return story

    def _forget_old(self, now: float) -> None:
        while self._stories:
            uuid, story = next(iter(self._stories.items()))
            is_old = now - story.touched > self._keep_for
            if not is_old and len(self._stories) <= self._keep:
                return
            del self._stories[uuid]
            for receipt in story.receipts:
                self._unname(receipt.client_ref or "", uuid)

    def _unname(self, name: str, uuid: str) -> None:
        named = self._named.get(name, {})
        named.pop(uuid, None)
        if not named:
            self._named.pop(name, None)
