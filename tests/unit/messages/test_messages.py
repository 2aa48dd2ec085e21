from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from nexmo_async.errors import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    RequestError,
    StillWaitingError,
    UnknownOutcomeError,
    UnsupportedError,
)
from nexmo_async.messages.client import Messages, Post
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.receipt import Receipt, Status
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.testing import FakeTransport, answer
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock
    from nexmo_async.transport.base import Response
    from nexmo_async.wire.limits import Api

SMS = Sms(to="447700900000", sender="447700900001", content="hi")


def messages(transport: FakeTransport, clock: ManualClock, api: Api = "v1") -> Messages:
    post = Post(transport=transport, dialect=DIALECTS[api], clock=clock, timeout=7.0)
    return Messages(post, MemoryReceipts(clock=clock))


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("beta", "/beta/messages"),
        ("v0.1", "/v0.1/messages"),
        ("v1", "/v1/messages"),
    ],
)
async def test_each_generation_has_its_own_path(
    api: Api, path: str, clock: ManualClock
) -> None:
    transport = FakeTransport()

    await messages(transport, clock, api).send(SMS)

    [request] = transport.requests
    assert (request.method, request.path, request.timeout) == ("POST", path, 7.0)


async def test_the_answer_names_the_message(clock: ManualClock) -> None:
    sent = await messages(FakeTransport(), clock).send(SMS)

    assert sent.message_uuid == "message-1"
    assert sent.message is SMS


@pytest.mark.parametrize("api", ["v0.1", "v1"])
async def test_a_message_without_a_reference_gets_a_new_one(
    api: Api, clock: ManualClock
) -> None:
    transport = FakeTransport()
    sender = messages(transport, clock, api)

    refs = [(await sender.send(SMS)).client_ref for _ in range(3)]

    written = [json.loads(request.body)["client_ref"] for request in transport.requests]
    assert written == refs
    assert len(set(refs)) == 3
    assert {len(ref) for ref in refs} == {32}


async def test_your_own_reference_is_kept(clock: ManualClock) -> None:
    transport = FakeTransport()
    message = Sms(to="447700900000", sender="ACME", content="hi", client_ref="order-7")

    sent = await messages(transport, clock).send(message)

    assert sent.client_ref == "order-7"
    assert transport.requests[0].client_ref == "order-7"


async def test_beta_has_no_reference(clock: ManualClock) -> None:
    transport = FakeTransport()

    sent = await messages(transport, clock, "beta").send(SMS)

    assert sent.client_ref == ""
    assert "client_ref" not in json.loads(transport.requests[0].body)


async def test_what_a_generation_cannot_carry_is_refused_before_a_byte_is_sent(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()
    long = Sms(to="447700900000", sender="ACME", content="x" * 1001)

    with pytest.raises(UnsupportedError, match=r"api='v0\.1'"):
        await messages(transport, clock, "v0.1").send(long)
    assert transport.requests == []


async def test_viber_travels_under_the_name_of_each_generation(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()
    viber = Viber(to="447700900000", sender="12345", content="hi")
    await messages(transport, clock, "v0.1").send(viber)
    await messages(transport, clock, "v1").send(viber)

    nested, flat = (json.loads(request.body) for request in transport.requests)

    assert nested["to"]["type"] == "viber_service_msg"
    assert flat["channel"] == "viber_service"


@pytest.mark.parametrize(
    ("status", "kind", "sent"),
    [
        (400, RequestError, "no"),
        (401, AuthenticationError, "no"),
        (402, LowBalanceError, "no"),
        (403, ForbiddenError, "no"),
        (404, NotFoundError, "no"),
        (418, RefusedError, "no"),
        (422, RequestError, "no"),
        (429, RateLimitError, "no"),
        (451, ForbiddenError, "no"),
        (500, UnknownOutcomeError, "maybe"),
        (502, UnknownOutcomeError, "maybe"),
        (503, UnknownOutcomeError, "maybe"),
        (504, UnknownOutcomeError, "maybe"),
    ],
)
async def test_every_refusal_says_whether_it_was_sent(
    status: int, kind: type[NexmoError], sent: str, clock: ManualClock
) -> None:
    transport = FakeTransport(answer(status, {"title": "No", "detail": "Really"}))

    with pytest.raises(kind) as caught:
        await messages(transport, clock).send(SMS)

    assert type(caught.value) is kind
    assert caught.value.sent == sent
    assert "No" in str(caught.value)


async def test_429_says_how_long_to_stay_quiet(clock: ManualClock) -> None:
    transport = FakeTransport(answer(429, retry_after="15"))

    with pytest.raises(RateLimitError) as caught:
        await messages(transport, clock).send(SMS)

    assert caught.value.retry_after == 15.0


@pytest.mark.parametrize(
    "odd",
    [
        answer(202),
        answer(202, {}),
        answer(202, {"message_uuid": ""}),
        answer(200, {"message_uuid": None}),
        answer(202, {"message_uuid": ["m-1"]}),
    ],
)
async def test_a_yes_without_an_id_leaves_the_outcome_unknown(
    odd: Response, clock: ManualClock
) -> None:
    with pytest.raises(UnknownOutcomeError, match="without a message_uuid") as caught:
        await messages(FakeTransport(odd), clock).send(SMS)

    assert caught.value.client_ref != ""
    assert caught.value.fault == "nexmo"


async def test_until_waits_for_the_receipt(clock: ManualClock) -> None:
    sender = messages(FakeTransport(), clock)
    sent = await sender.send(SMS)
    waiting = asyncio.create_task(sent.until("delivered", within=60))
    await clock.advance(30)
    receipt = Receipt(
        message_uuid="message-1",
        status="delivered",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        channel="sms",
        to="447700900000",
        sender="447700900001",
    )
    await sender._receipts.record(receipt)  # noqa: SLF001  as a webhook would

    assert await waiting == receipt
    assert list(await sent.history()) == [receipt]


@pytest.mark.parametrize("status", ["arrived", {"delivered", "arrived"}])
async def test_until_does_not_wait_for_what_no_receipt_says(
    status: str | set[str], clock: ManualClock
) -> None:
    sent = await messages(FakeTransport(), clock).send(SMS)

    with pytest.raises(ValueError, match=r"'arrived', choose from .*message was sent"):
        await sent.until(cast("Status", status))


async def test_what_is_no_message_is_refused_by_name(clock: ManualClock) -> None:
    transport, text = FakeTransport(), cast("Sms", "hello")

    with pytest.raises(MessageError, match=r"is str, write Sms\(...\) or the like"):
        await messages(transport, clock).send(text)
    assert not transport.requests


@pytest.mark.parametrize("within", [90, timedelta(minutes=1, seconds=30)])
async def test_until_takes_seconds_or_a_timedelta(
    within: float | timedelta, clock: ManualClock
) -> None:
    sent = await messages(FakeTransport(), clock).send(SMS)
    waiting = asyncio.create_task(sent.until("read", within=within))
    await clock.advance(89)
    assert not waiting.done()
    await clock.advance(2)

    with pytest.raises(StillWaitingError, match="is not read after 90 s"):
        await waiting
