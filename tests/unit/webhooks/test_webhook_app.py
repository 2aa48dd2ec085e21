from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from nexmo_async.errors import ConfigurationError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.webhooks import WebhookApp, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nexmo_async.testing import ManualClock

SECRET = "a signature secret of more than 32 bytes"
OLD_SECRET = "an older secret, also longer than 32 bytes"
NEW_YEAR = 1_767_225_600.0

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


@attrs.define
class Caller:
    """Nexmo's side: calls an app as a web server would, and keeps what it did."""

    app: WebhookApp
    done: list[str] = attrs.field(factory=list)

    async def call(
        self,
        *chunks: bytes,
        headers: Sequence[tuple[bytes, bytes]] = (),
        method: str = "POST",
        hang_up: bool = False,
        pause: Callable[[], Any] | None = None,
    ) -> int:
        """Send these chunks of a body; return the status."""
        left = list(chunks)
        status = 0

        async def receive() -> dict[str, Any]:
            if not left and hang_up:
                return {"type": "http.disconnect"}
            if pause is not None:
                await pause()
            body = left.pop(0)
            more = bool(left) or hang_up
            return {"type": "http.request", "body": body, "more_body": more}

        async def send(event: Any) -> None:  # noqa: ANN401  ASGI's dictionaries
            nonlocal status
            status = event.get("status", status)
            self.done.append(event["type"])

        scope = {"type": "http", "method": method, "headers": list(headers)}
        await self.app(scope, receive, send)
        return status

    async def post(self, event: object, secret: str = SECRET, **claims: object) -> int:
        """Send a signed event; return the status."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return await self.call(body, headers=[signature(body, secret, **claims)])


def signature(
    body: bytes, secret: str = SECRET, **claims: object
) -> tuple[bytes, bytes]:
    stated = {"api_key": "abcd1234", "now": NEW_YEAR, **claims}
    return b"authorization", sign(body, secret=secret, **stated).encode()  # type: ignore[arg-type]  claims are free


@pytest.fixture
def receipts(clock: ManualClock) -> MemoryReceipts:
    return MemoryReceipts(clock=clock)


@pytest.fixture
def caller(receipts: MemoryReceipts, clock: ManualClock) -> Caller:
    return Caller(WebhookApp(receipts, {"abcd1234": SECRET}, clock=clock))


async def test_a_signed_receipt_is_taken_and_recorded(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.post(DELIVERED)

    [told] = await receipts.history("order-7")
    assert status == 200
    assert told.status == "delivered"


async def test_a_body_may_come_in_pieces(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    body = json.dumps(DELIVERED).encode()

    status = await caller.call(body[:10], b"", body[10:], headers=[signature(body)])

    assert status == 200
    assert len(receipts) == 1


BODY = json.dumps(DELIVERED).encode()
DEEP = b'{"message_uuid":"m-1","status":"delivered","x":' + b"[" * 10_000
DEEP += b"]" * 10_000 + b"}"
NAN = b'{"message_uuid":"m-1","status":"delivered","to":"1","from":"2","x":NaN}'

#: Every body that is signed well and can still not be taken: (body, status).
UNREADABLE = {
    "not JSON": b"status=delivered",
    "empty": b"",
    "invalid UTF-8": b'{"message_uuid":"\xff\xfe"}',
    "10,000 levels deep": DEEP,
    "NaN": NAN,
    "a list": b"[]",
    "a text": b'"delivered"',
    "null": b"null",
    "no uuid": b'{"status":"delivered"}',
    "a uuid that is no text": b'{"message_uuid":{},"status":"delivered"}',
    "a number of 5,000 digits": b'{"message_uuid":' + b"1" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_signed_body_that_is_no_event_is_answered_400(
    kind: str, caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.post(UNREADABLE[kind])

    assert status == 400
    assert len(receipts) == 0


async def test_a_body_of_two_megabytes_is_answered_413_before_it_is_all_read(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    chunks = [b"x" * 65_536] * 32

    status = await caller.call(*chunks, headers=[signature(b"".join(chunks))])

    assert status == 413
    assert len(receipts) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_any_verb_but_post_is_answered_405(
    method: str, caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.call(BODY, headers=[signature(BODY)], method=method)

    assert status == 405
    assert len(receipts) == 0


async def test_a_body_that_comes_too_slowly_is_answered_408(
    caller: Caller, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    chunks = [BODY[place : place + 1] for place in range(len(BODY))]

    async def a_second() -> None:
        await clock.sleep(1.0)

    calling = asyncio.create_task(
        caller.call(*chunks, headers=[signature(BODY)], pause=a_second)
    )
    await clock.advance(9.5)
    assert not calling.done()
    await clock.advance(0.5)

    assert await calling == 408
    assert len(receipts) == 0
    assert clock.waiting == 0


async def test_a_caller_who_hangs_up_halfway_is_no_event(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.call(BODY[:20], headers=[signature(BODY)], hang_up=True)

    assert status == 408
    assert len(receipts) == 0


async def test_no_signature_is_answered_503_so_that_it_comes_again(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    """A fault inside Nexmo may drop the signature of a true event."""
    status = await caller.call(BODY)

    assert status == 503
    assert len(receipts) == 0


async def test_two_signatures_are_answered_401(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    pair = signature(BODY)

    status = await caller.call(BODY, headers=[pair, (b"Authorization", pair[1])])

    assert status == 401
    assert len(receipts) == 0


async def test_a_bad_signature_is_answered_401_and_logged_without_secrets(
    caller: Caller, receipts: MemoryReceipts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    status = await caller.post(DELIVERED, secret=OLD_SECRET)

    [record] = caplog.records
    assert status == 401
    assert len(receipts) == 0
    assert record.message == "webhook refused"
    assert record.__dict__["problem"] == "the signature was made with another secret"
    assert SECRET not in repr(record.__dict__)


async def test_a_changed_byte_is_answered_401(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    changed = BODY.replace(b"delivered", b"deliveree")

    status = await caller.call(changed, headers=[signature(BODY)])

    assert status == 401
    assert len(receipts) == 0


async def test_while_secrets_are_exchanged_both_are_accepted(
    receipts: MemoryReceipts, clock: ManualClock
) -> None:
    secrets = {"abcd1234": [SECRET, OLD_SECRET], "beef5678": "another account's"}
    caller = Caller(WebhookApp(receipts, secrets, clock=clock))

    new = await caller.post(DELIVERED)
    old = await caller.post({**DELIVERED, "status": "read"}, secret=OLD_SECRET)

    assert (new, old) == (200, 200)
    assert len(await receipts.history("m-1")) == 2


async def test_after_the_exchange_the_old_secret_is_refused(caller: Caller) -> None:
    assert await caller.post(DELIVERED, secret=OLD_SECRET) == 401


async def test_each_kind_of_event_reaches_its_own_handler(
    receipts: MemoryReceipts, clock: ManualClock
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
        await Caller(app).post(event) for event in (DELIVERED, WRITTEN, REPORTED)
    ]

    assert statuses == [200, 200, 200]
    assert [type(event) for event in handed] == [Receipt, Inbound, Report]


@pytest.mark.parametrize("event", [DELIVERED, WRITTEN, REPORTED])
async def test_without_a_handler_every_event_is_taken(
    event: object, caller: Caller
) -> None:
    assert await caller.post(event) == 200


async def test_handlers_run_after_the_answer(
    receipts: MemoryReceipts, clock: ManualClock
) -> None:
    """Nexmo waits for 15 seconds at most; a handler may take longer."""

    async def slow(_: Receipt) -> None:
        caller.done.append("handler")

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=slow, clock=clock)
    caller = Caller(app)
    await caller.post(DELIVERED)

    assert caller.done == ["http.response.start", "http.response.body", "handler"]


async def test_a_receipt_is_recorded_before_it_is_answered(clock: ManualClock) -> None:
    class Notes(MemoryReceipts):
        async def record(self, receipt: Receipt) -> bool:
            caller.done.append("recorded")
            return await super().record(receipt)

    caller = Caller(WebhookApp(Notes(clock=clock), {"abcd1234": SECRET}, clock=clock))
    await caller.post(DELIVERED)

    assert caller.done[0] == "recorded"


async def test_a_handler_that_raises_is_logged_and_loses_nothing(
    receipts: MemoryReceipts, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def fall(_: Receipt) -> None:
        raise KeyError("mine")

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=fall, clock=clock)

    status = await Caller(app).post(DELIVERED)

    assert status == 200
    assert len(receipts) == 1
    assert [record.message for record in caplog.records] == ["webhook handler failed"]
    assert "KeyError: 'mine'" in caplog.text


async def test_a_double_is_taken_but_handed_on_once(
    receipts: MemoryReceipts, clock: ManualClock
) -> None:
    handed: list[Receipt] = []

    async def hand(receipt: Receipt) -> None:
        handed.append(receipt)

    app = WebhookApp(receipts, {"abcd1234": SECRET}, on_status=hand, clock=clock)
    statuses = [await Caller(app).post(DELIVERED) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(handed) == 1


async def test_a_store_that_fails_is_answered_503_so_that_it_comes_again(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
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

    assert await Caller(app).post(DELIVERED) == 503
    assert handed == []
    assert "webhook not recorded" in caplog.text


@pytest.mark.parametrize(
    ("secrets", "problem"),
    [
        ({}, "secrets: are empty"),
        ({"abcd1234": ""}, "secrets: hold none for abcd1234"),
        ({"abcd1234": []}, "secrets: hold none for abcd1234"),
        ({"abcd1234": [""]}, "secrets: hold none for abcd1234"),
        ({"abcd1234": None}, "secrets: hold none for abcd1234"),
        ({"abcd1234": SECRET, "beef5678": ""}, "secrets: hold none for beef5678"),
    ],
)
def test_without_a_secret_anybody_could_call_so_it_is_refused(
    secrets: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        WebhookApp(MemoryReceipts(), secrets)


async def test_it_answers_the_lifespan_of_its_server(caller: Caller) -> None:
    told = ["lifespan.startup", "lifespan.shutdown"]
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": told.pop(0)}

    async def send(event: Any) -> None:  # noqa: ANN401  ASGI's dictionaries
        said.append(event["type"])

    await caller.app({"type": "lifespan"}, receive, send)

    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_it_takes_no_websockets(caller: Caller) -> None:
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError

    async def send(event: Any) -> None:  # noqa: ANN401  ASGI's dictionaries
        said.append(event["type"])

    await caller.app({"type": "websocket"}, receive, send)

    assert said == ["websocket.close"]


def test_its_repr_shows_no_secret(caller: Caller) -> None:
    assert SECRET not in repr(caller.app)
