from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.webhooks import WebhookApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.testing import ManualClock
    from tests.unit.webhooks.conftest import Caller

    CallerOf = Callable[[WebhookApp], Caller]

SECRET = "a signature secret of more than 32 bytes"

DELIVERED = {
    "message_uuid": "m-1",
    "to": "447700900000",
    "from": "447700900001",
    "timestamp": "2026-01-01T00:00:00Z",
    "status": "delivered",
    "channel": "sms",
    "client_ref": "order-7",
}
WRITTEN = {
    "message_uuid": "m-2",
    "to": "447700900001",
    "from": "447700900000",
    "timestamp": "2026-01-01T00:00:00Z",
    "channel": "sms",
    "message_type": "text",
    "text": "hello",
}
REPORTED = {
    "dispatch_uuid": "w-1",
    "template": "failover",
    "status": "completed",
    "timestamp": "2026-01-01T14:00:00.000Z",
}


async def test_each_kind_of_event_reaches_its_own_handler(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    handed: list[object] = []

    async def hand(event: object) -> None:
        handed.append(event)

    app = WebhookApp(
        receipts,
        {"abcd1234": SECRET},
        on_status=hand,
        on_inbound=hand,
        on_report=hand,
        clock=clock,
    )
    statuses = [
        await caller_of(app).post(event) for event in (DELIVERED, WRITTEN, REPORTED)
    ]

    assert statuses == [200, 200, 200]
    assert [type(event) for event in handed] == [Receipt, Inbound, Report]


@pytest.mark.parametrize("event", [DELIVERED, WRITTEN, REPORTED])
async def test_without_a_handler_every_event_is_taken(
    event: object, caller: Caller
) -> None:
    assert await caller.post(event) == 200


async def test_handlers_run_after_the_answer(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    """Nexmo waits for 15 seconds at most; a handler may take longer."""

    async def slow(_: Receipt) -> None:
        caller.done.append("handler")

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=slow, clock=clock)
    caller = caller_of(app)
    await caller.post(DELIVERED)

    assert caller.done == ["http.response.start", "http.response.body", "handler"]


async def test_a_receipt_is_recorded_before_it_is_answered(
    caller_of: CallerOf, clock: ManualClock
) -> None:
    class Notes(MemoryReceipts):
        async def record(self, receipt: Receipt) -> bool:
            caller.done.append("recorded")
            return await super().record(receipt)

    caller = caller_of(
        WebhookApp(Notes(clock=clock), {"abcd1234": SECRET}, clock=clock)
    )
    await caller.post(DELIVERED)

    assert caller.done[0] == "recorded"


async def test_a_handler_that_raises_is_logged_and_loses_nothing(
    caller_of: CallerOf,
    receipts: MemoryReceipts,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fall(_: Receipt) -> None:
        raise KeyError("mine")

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=fall, clock=clock)

    status = await caller_of(app).post(DELIVERED)

    assert status == 200
    assert len(receipts) == 1
    assert caplog.records[0].msg == "webhook handler failed: %s"
    assert "KeyError: 'mine'" in caplog.text
    assert app.statistics().raised == 1


async def test_a_double_is_taken_but_handed_on_once(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    handed: list[Receipt] = []

    async def hand(receipt: Receipt) -> None:
        handed.append(receipt)

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=hand, clock=clock)
    statuses = [await caller_of(app).post(DELIVERED) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(handed) == 1


async def test_a_store_that_fails_is_answered_503_so_that_it_comes_again(
    caller_of: CallerOf, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(MemoryReceipts):
        async def record(self, receipt: Receipt) -> bool:
            raise OSError("no space left", receipt.message_uuid)

    handed: list[Receipt] = []

    async def hand(receipt: Receipt) -> None:
        handed.append(receipt)

    app = WebhookApp(
        Full(clock=clock), {"abcd1234": SECRET}, on_status=hand, clock=clock
    )

    assert await caller_of(app).post(DELIVERED) == 503
    assert handed == []
    assert "webhook not recorded" in caplog.text


async def test_a_store_that_fails_shows_no_number_of_a_person(
    caller_of: CallerOf, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A database names the row that it refuses."""

    class Unique(MemoryReceipts):
        async def record(self, receipt: Receipt) -> bool:
            raise LookupError(f"the key (to)=({receipt.to}) exists already")

    app = WebhookApp(Unique(clock=clock), {"abcd1234": SECRET}, clock=clock)

    assert await caller_of(app).post(DELIVERED) == 503
    assert "LookupError: the key (to)=(...000) exists already" in caplog.text
    assert "447700900000" not in caplog.text
