from __future__ import annotations

import asyncio
import hashlib
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import jwt
import pytest

from nexmo_async.sandbox.auth import Account, read_public_key
from nexmo_async.sandbox.callbacks import Courier, again, pauses
from nexmo_async.sandbox.crew import crew
from nexmo_async.sandbox.post import post
from nexmo_async.sandbox.records import Attempt, Webhook
from nexmo_async.sandbox.store import Store

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
FLAT: Final[dict[str, Any]] = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}


class Receiver(Protocol):
    """The fixture of that name."""

    url: str
    answers: list[int]
    requests: list[tuple[dict[str, str], bytes]]
    hold: asyncio.Event | None

    @property
    def bodies(self) -> list[dict[str, Any]]: ...
    async def heard(self, count: int) -> list[dict[str, Any]]: ...


async def settled(box: Sandbox, position: int = 0) -> Webhook:
    """One webhook, as soon as nothing more will be tried."""

    def look() -> Webhook | None:
        webhook = box.store.webhooks()[position]
        return None if webhook.state == "pending" else webhook

    return await box.store.bell.until(look)


async def attempted(box: Sandbox, count: int) -> Webhook:
    """The first webhook, as soon as it was tried that often."""

    def look() -> Webhook | None:
        webhook = box.store.webhooks()[0]
        return webhook if len(webhook.attempts) >= count else None

    return await box.store.bell.until(look)


def test_the_ladder_doubles_from_5_seconds_to_15_minutes() -> None:
    assert list(pauses())[:10] == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_the_ladder_ends_within_a_day() -> None:
    assert 86_400 - 900 < sum(pauses()) <= 86_400


@pytest.mark.parametrize(
    ("answer", "repeated"),
    [
        (None, True),
        (200, False),
        (205, False),
        (206, False),
        (302, False),
        (400, False),
        (401, False),
        (404, False),
        (429, True),
        (500, True),
        (503, True),
        (599, True),
    ],
)
def test_only_429_5xx_and_silence_are_tried_again(
    answer: int | None,
    repeated: bool,  # noqa: FBT001 - a table
) -> None:
    assert again(Attempt(at=AT, answer=answer)) is repeated


async def test_each_status_is_told_in_order(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = receiver.url + "/status"

    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)
    told = await receiver.heard(3)

    assert [each["status"] for each in told] == ["submitted", "delivered", "read"]


async def test_a_slow_answer_does_not_put_statuses_out_of_order(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = receiver.url
    receiver.hold = asyncio.Event()
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)
    early = await receiver.heard(1)

    receiver.hold.set()
    told = await receiver.heard(3)

    assert [each["status"] for each in early] == ["submitted"]
    assert [each["status"] for each in told] == ["submitted", "delivered", "read"]


async def test_a_webhook_is_signed_over_the_very_bytes(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = receiver.url
    await api.post("/v1/messages", json={**FLAT, "client_ref": "größer"})
    await clock.advance(0.05)
    await receiver.heard(1)
    headers, raw = receiver.requests[0]
    scheme, _, token = headers["authorization"].partition(" ")

    claims = jwt.decode(
        token,
        box.signature_secret,
        algorithms=["HS256"],
        options={"verify_iat": False},
    )

    assert scheme == "Bearer"
    assert headers["content-type"] == "application/json"
    assert "größer".encode() in raw
    assert claims.pop("jti")
    assert claims == {
        "iss": "Vonage",
        "iat": 1_767_225_600,
        "api_key": "abcd1234",
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        "payload_hash": hashlib.sha256(raw).hexdigest(),
    }


async def test_a_repeated_webhook_has_the_same_body_and_a_new_signature(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = receiver.url
    box.persona("447700900000", "silent")
    receiver.answers = [503]
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)
    await attempted(box, 1)
    await clock.advance(5)
    await receiver.heard(2)
    (first, body), (second, again_body) = receiver.requests

    assert body == again_body
    assert first["authorization"] != second["authorization"]


@pytest.mark.parametrize("answer", [200, 201, 202, 203, 204, 205])
async def test_an_answer_from_200_to_205_takes_the_event(
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    receiver: Receiver,
    answer: int,
) -> None:
    box.status_url = receiver.url
    receiver.answers = [answer]
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)

    webhook = await settled(box)

    assert webhook.state == "taken"
    assert [attempt.answer for attempt in webhook.attempts] == [answer]


@pytest.mark.parametrize("answer", [206, 302, 400, 401, 404])
async def test_another_answer_loses_the_event(
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    receiver: Receiver,
    answer: int,
) -> None:
    box.status_url = receiver.url
    box.persona("447700900000", "silent")
    receiver.answers = [answer]
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)

    webhook = await settled(box)
    await clock.advance(100)

    assert webhook.state == "refused"
    assert len(receiver.requests) == 1


async def test_the_attempts_are_kept_with_their_times(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = receiver.url
    box.persona("447700900000", "silent")
    receiver.answers = [503, 429, 200]
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)
    await attempted(box, 1)
    await clock.advance(5)
    await attempted(box, 2)
    await clock.advance(10)

    webhook = await settled(box)

    assert [(a.at.second, a.answer) for a in webhook.attempts] == [
        (0, 503),
        (5, 429),
        (15, 200),
    ]
    assert webhook.state == "taken"


async def test_a_closed_port_is_tried_again(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        box.status_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        await api.post("/v1/messages", json=FLAT)
        await clock.advance(0.05)
        await attempted(box, 1)
        await clock.advance(5)
        webhook = await attempted(box, 2)

    assert [attempt.answer for attempt in webhook.attempts] == [None, None]
    assert "ClientConnectorError" in (webhook.attempts[0].error or "")


async def test_after_a_day_the_event_is_dropped(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona("447700900000", "silent")
    box.status_url = "http://[::1"
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(100_000)

    webhook = await settled(box)

    assert webhook.state == "dropped"
    assert len(webhook.attempts) == len(list(pauses())) + 1


async def test_an_answer_that_does_not_come_is_a_failure(
    keys: tuple[bytes, str], clock: ManualClock, receiver: Receiver
) -> None:
    account = Account(
        api_key="abcd1234",
        api_secrets=("x",),
        application_id="a",
        public_key=read_public_key(keys[0]),
        signature_secret="x" * 32,
    )
    receiver.hold = asyncio.Event()
    store = Store()
    async with post(answer=0.01) as connections, crew() as hands:
        courier = Courier(account, clock, store, hands, connections)
        webhook = courier.send("status", receiver.url, {})
        await store.bell.until(lambda: webhook.attempts or None)

    receiver.hold.set()

    assert webhook.attempts[0].answer is None
    assert "Timeout" in (webhook.attempts[0].error or "")
