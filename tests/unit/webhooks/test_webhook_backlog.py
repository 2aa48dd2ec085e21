from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async.errors import ConfigurationError
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.webhooks import Statistics, WebhookApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.testing import ManualClock
    from nexmo_async.wire.event import Event
    from tests.unit.webhooks.conftest import Caller

    CallerOf = Callable[[WebhookApp], Caller]

SECRET = "a signature secret of more than 32 bytes"
SECRETS = {"abcd1234": SECRET}

WRITTEN = {
    "message_uuid": "i-1",
    "to": "447700900001",
    "from": "447700900000",
    "timestamp": "2026-01-01T00:00:00Z",
    "channel": "sms",
    "message_type": "text",
    "text": "hello",
}
REPORTED = {"dispatch_uuid": "w-1", "template": "failover", "status": "completed"}


def status(number: int) -> dict[str, str]:
    return {
        "message_uuid": f"m-{number}",
        "to": "447700900000",
        "from": "447700900001",
        "status": "delivered",
        "channel": "sms",
    }


class Slow:
    """A handler that ends when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.handled: list[Event] = []

    async def __call__(self, event: Event) -> None:
        await self.go.wait()
        self.handled.append(event)


async def turn() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_while_too_many_handlers_run_nothing_is_recorded_and_503_answered(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    slow = Slow()
    app = WebhookApp(receipts, SECRETS, on_status=slow, backlog=2, clock=clock)
    async with asyncio.TaskGroup() as group:
        for number in (1, 2):
            group.create_task(caller_of(app).post(status(number)))
        await turn()
        refused = await caller_of(app).post(status(3))
        slow.go.set()

    again = await caller_of(app).post(status(3))

    assert (refused, again) == (503, 200)
    assert len(slow.handled) == 3
    assert app.statistics() == Statistics(taken=3, full=1)


async def test_what_has_no_handler_is_taken_however_many_run(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    slow = Slow()
    app = WebhookApp(receipts, SECRETS, on_status=slow, backlog=1, clock=clock)
    async with asyncio.TaskGroup() as group:
        group.create_task(caller_of(app).post(status(1)))
        await turn()
        taken = await caller_of(app).post(WRITTEN)
        slow.go.set()

    assert taken == 200


async def test_a_double_gives_its_place_back(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    slow = Slow()
    slow.go.set()
    app = WebhookApp(receipts, SECRETS, on_status=slow, backlog=1, clock=clock)
    for _ in range(5):
        assert await caller_of(app).post(status(1)) == 200

    assert app.statistics() == Statistics(taken=1, doubles=4)


async def test_draining_waits_for_the_last_handler(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    slow = Slow()
    app = WebhookApp(receipts, SECRETS, on_status=slow, clock=clock)
    async with asyncio.TaskGroup() as group:
        group.create_task(caller_of(app).post(status(1)))
        await turn()
        draining = [group.create_task(app.drain()) for _ in range(2)]
        await turn()
        assert app.statistics().running == 1
        assert not any(task.done() for task in draining)
        slow.go.set()

    assert app.statistics().running == 0


async def test_with_nothing_running_draining_is_over_at_once(caller: Caller) -> None:
    await caller.app.drain()

    assert caller.app.statistics() == Statistics()


async def test_a_server_that_shuts_down_waits_for_handlers(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    slow = Slow()
    app = WebhookApp(receipts, SECRETS, on_status=slow, clock=clock)
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.shutdown"}

    async def send(event: Any) -> None:  # noqa: ANN401  ASGI's dictionaries
        said.append(event["type"])

    async with asyncio.TaskGroup() as group:
        group.create_task(caller_of(app).post(status(1)))
        await turn()
        group.create_task(app({"type": "lifespan"}, receive, send))
        await turn()
        assert said == []
        slow.go.set()

    assert said == ["lifespan.shutdown.complete"]


@pytest.mark.parametrize("event", [WRITTEN, REPORTED])
async def test_doubles_of_all_kinds_reach_their_handler_once(
    event: dict[str, str],
    caller_of: CallerOf,
    receipts: MemoryReceipts,
    clock: ManualClock,
) -> None:
    slow = Slow()
    slow.go.set()
    app = WebhookApp(receipts, SECRETS, on_inbound=slow, on_report=slow, clock=clock)
    for _ in range(3):
        assert await caller_of(app).post(event) == 200

    assert len(slow.handled) == 1


async def test_an_answer_that_cannot_be_sent_does_not_lose_the_event(
    caller: Caller, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    """It is recorded, so a second try would be a double."""
    slow = Slow()
    slow.go.set()
    app = WebhookApp(receipts, SECRETS, on_inbound=slow, clock=clock)
    body = b'{"message_uuid":"i-1","from":"447700900000","to":"1"}'
    headers = [caller.signed(body)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(_: object) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await app({"type": "http", "method": "POST", "headers": headers}, receive, send)

    assert len(slow.handled) == 1
    assert app.statistics().running == 0


async def test_a_handler_that_is_cancelled_is_gone(
    caller_of: CallerOf, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    app = WebhookApp(receipts, SECRETS, on_status=Slow(), clock=clock)
    calling = asyncio.create_task(caller_of(app).post(status(1)))
    await turn()
    calling.cancel()
    await asyncio.wait({calling})

    assert calling.cancelled()
    assert app.statistics().running == 0


async def test_a_log_of_a_handler_that_raises_shows_no_number_and_no_secret(
    caller_of: CallerOf,
    receipts: MemoryReceipts,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def fall(event: Inbound) -> None:
        raise LookupError(f"no customer {event.sender}")

    app = WebhookApp(receipts, SECRETS, on_inbound=fall, clock=clock)
    await caller_of(app).post(WRITTEN)

    said = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert "no customer ...000" in said
    assert "447700900000" not in said
    assert SECRET not in said


async def test_a_fault_of_ours_is_503_and_logged(
    caller_of: CallerOf, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(MemoryReceipts):
        async def record(self, event: Event) -> bool:
            raise KeyError(event.status if event else "")  # type: ignore[union-attr]  whatever

    app = WebhookApp(Odd(clock=clock), SECRETS, clock=clock)

    assert await caller_of(app).post(status(1)) == 503
    assert app.statistics() == Statistics(failed=1)
    assert "webhook not recorded" in caplog.text


async def test_what_a_person_wrote_is_there_for_who_awaits_it(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    await caller.post(WRITTEN)

    assert (await receipts.reply("447700900000", 0)).text == "hello"


async def test_a_framework_without_asgi_answers_inside_of_the_block(
    caller: Caller, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    done: list[str] = []

    async def hand(_: Receipt) -> None:
        done.append("handler")

    app = WebhookApp(receipts, SECRETS, on_status=hand, clock=clock)
    body = b'{"message_uuid":"m-1","status":"delivered"}'
    headers = {"Authorization": caller.signed(body)[1].decode()}
    async with app.take("POST", headers.items(), body) as status_of_it:
        done.append(f"answered {status_of_it}")

    assert done == ["answered 200", "handler"]


@pytest.mark.parametrize(
    ("method", "size", "answer"),
    [("GET", 0, 405), ("POST", 1_048_577, 413), ("POST", 1_048_576, 503)],
)
async def test_without_asgi_verb_and_size_are_checked_as_well(
    method: str, size: int, answer: int, caller: Caller
) -> None:
    async with caller.app.take(method, (), b"x" * size) as status_of_it:
        pass

    assert status_of_it == answer


@pytest.mark.parametrize("backlog", [0, -1])
def test_room_for_no_handler_is_refused(backlog: int) -> None:
    with pytest.raises(ConfigurationError, match="backlog: must be at least 1"):
        WebhookApp(MemoryReceipts(), SECRETS, backlog=backlog)
