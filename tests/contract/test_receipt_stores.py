from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.testing import check_receipt_store

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.receipts import ReceiptStore
    from nexmo_async.receipts.ears import Watch
    from nexmo_async.receipts.store import Heard
    from nexmo_async.testing.receipts import MakeStore
    from nexmo_async.wire.event import Event


async def memory(clock: Clock) -> ReceiptStore:
    return MemoryReceipts(clock=clock)


async def small_memory(clock: Clock) -> ReceiptStore:
    return MemoryReceipts(clock=clock, keep=3)


@pytest.mark.parametrize(("make_store", "keep"), [(memory, None), (small_memory, 3)])
async def test_every_store_meets_every_demand(
    make_store: MakeStore, keep: int | None
) -> None:
    await check_receipt_store(make_store, keep=keep, messages=100_000)


class TakesDoubles(MemoryReceipts):
    async def record(self, receipt: Receipt) -> bool:
        await super().record(receipt)
        return True


class ForgetsReferences(MemoryReceipts):
    async def history(self, message: str) -> tuple[Receipt, ...]:
        return tuple(
            receipt
            for receipt in await super().history(message)
            if receipt.message_uuid == message
        )


class SwallowsCancellation(MemoryReceipts):
    async def wait_for(self, message: str, until: str, within: float) -> Receipt:
        try:
            return await super().wait_for(message, until, within)
        except asyncio.CancelledError:
            raise TimeoutError from None


class NeverForgets(MemoryReceipts):
    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)


class TellsReceiptsOnly(MemoryReceipts):
    def watch(self, name: str, heard: Heard) -> Watch:
        return super().watch(
            name, lambda told: heard(None if isinstance(told, Report) else told)
        )


class TellsDoubles(MemoryReceipts):
    async def record(self, event: Event) -> bool:
        is_new = await super().record(event)
        if isinstance(event, Receipt) and not is_new:
            self._tell(event)
        return is_new


@pytest.mark.parametrize(
    ("habit", "complaint"),
    [
        (TakesDoubles, "a double is none"),
        (ForgetsReferences, "history has 2 names"),
        (SwallowsCancellation, "cancellation passes through"),
        (TellsReceiptsOnly, "a workflow's report is told, and once"),
        (TellsDoubles, "and by its client_ref|by its uuid"),
        (NeverForgets, "only the oldest of 4 messages is forgotten"),
    ],
)
async def test_the_kit_notices_a_bad_store(
    habit: type[MemoryReceipts], complaint: str
) -> None:
    async def make_store(clock: Clock) -> ReceiptStore:
        return habit(clock=clock)

    with pytest.raises(AssertionError, match=complaint):
        await check_receipt_store(make_store, keep=3, within=0.5)
