from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async.errors import ConfigurationError
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.webhooks import WebhookApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.testing import ManualClock
    from tests.unit.webhooks.conftest import Caller

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

    status = await caller.call(body[:10], b"", body[10:], headers=[caller.signed(body)])

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

    status = await caller.call(*chunks, headers=[caller.signed(b"".join(chunks))])

    assert status == 413
    assert len(receipts) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_any_verb_but_post_is_answered_405(
    method: str, caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.call(BODY, headers=[caller.signed(BODY)], method=method)

    assert status == 405
    assert len(receipts) == 0


async def test_a_body_that_comes_too_slowly_is_answered_503_so_that_it_comes_again(
    caller: Caller, receipts: MemoryReceipts, clock: ManualClock
) -> None:
    chunks = [BODY[place : place + 1] for place in range(len(BODY))]

    async def a_second() -> None:
        await clock.sleep(1.0)

    calling = asyncio.create_task(
        caller.call(*chunks, headers=[caller.signed(BODY)], pause=a_second)
    )
    await clock.advance(9.5)
    assert not calling.done()
    await clock.advance(0.5)

    assert await calling == 503
    assert len(receipts) == 0
    assert clock.waiting == 0


async def test_a_caller_who_hangs_up_halfway_is_no_event(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    status = await caller.call(BODY[:20], headers=[caller.signed(BODY)], hang_up=True)

    assert status == 503
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
    pair = caller.signed(BODY)

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

    status = await caller.call(changed, headers=[caller.signed(BODY)])

    assert status == 401
    assert len(receipts) == 0


async def test_while_secrets_are_exchanged_both_are_accepted(
    caller_of: Callable[[WebhookApp], Caller],
    receipts: MemoryReceipts,
    clock: ManualClock,
) -> None:
    secrets = {"abcd1234": [SECRET, OLD_SECRET], "beef5678": "another account's"}
    caller = caller_of(WebhookApp(receipts, secrets, clock=clock))

    new = await caller.post(DELIVERED)
    old = await caller.post({**DELIVERED, "status": "read"}, secret=OLD_SECRET)

    assert (new, old) == (200, 200)
    assert len(await receipts.history("m-1")) == 2


async def test_after_the_exchange_the_old_secret_is_refused(caller: Caller) -> None:
    assert await caller.post(DELIVERED, secret=OLD_SECRET) == 401


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
