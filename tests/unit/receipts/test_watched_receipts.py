from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.models.receipt import Position, Receipt, Report
from nexmo_async.receipts.memory import MemoryReceipts

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock

SUBMITTED = Receipt(
    message_uuid="m-1",
    status="submitted",
    at=None,
    channel="sms",
    to="447700900000",
    sender="ACME",
    client_ref="r-1",
    workflow=Position("w-1"),
)
REPORT = Report(workflow_uuid="w-1", status="completed", at=None)

Told = list[Receipt | Report | None]


async def test_each_name_of_a_message_is_watched(clock: ManualClock) -> None:
    store, told = MemoryReceipts(clock=clock), Told()
    for name in ("m-1", "r-1", "w-1", "other"):
        store.watch(name, told.append)

    await store.record(SUBMITTED)

    assert told == [SUBMITTED] * 3


async def test_a_watch_that_was_closed_is_not_called(clock: ManualClock) -> None:
    store, told = MemoryReceipts(clock=clock), Told()
    store.watch("m-1", told.append).close()

    await store.record(SUBMITTED)

    assert told == []


async def test_a_watch_may_close_itself_and_hurts_nobody(clock: ManualClock) -> None:
    store, told = MemoryReceipts(clock=clock), Told()
    first = store.watch("m-1", lambda _: first.close())
    store.watch("m-1", told.append)

    await store.record(SUBMITTED)
    await store.record(attrs.evolve(SUBMITTED, status="delivered"))

    assert len(told) == 2


async def test_a_watch_that_another_one_closes_is_not_called_any_more(
    clock: ManualClock,
) -> None:
    """What it would touch may be gone already."""
    store, told = MemoryReceipts(clock=clock), Told()
    store.watch("m-1", lambda _: second.close())
    second = store.watch("m-1", told.append)

    await store.record(SUBMITTED)

    assert told == []


async def test_a_report_is_told_to_who_watches_the_workflow(clock: ManualClock) -> None:
    store, told = MemoryReceipts(clock=clock), Told()
    store.watch("w-1", told.append)
    async with store.subscribe("w-1"):
        await store.record(REPORT)

    assert told == [REPORT]
