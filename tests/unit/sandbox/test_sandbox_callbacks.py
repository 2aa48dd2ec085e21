from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import jwt
import pytest

from nexmo_async.sandbox import document
from nexmo_async.sandbox.auth import Account, read_public_key
from nexmo_async.sandbox.callbacks import Courier, again, pauses, session
from nexmo_async.sandbox.crew import crew
from nexmo_async.sandbox.store import Attempt, Store, Webhook

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox
    from nexmo_async.sandbox.store import Api

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
FLAT: Final[dict[str, Any]] = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
NESTED: Final[dict[str, Any]] = {
    "from": {"type": "sms", "number": "447700900001"},
    "to": {"type": "sms", "number": "447700900000"},
    "message": {"content": {"type": "text", "text": "hi"}},
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


class Sent(Protocol):
    """The fixture of that name."""

    async def __call__(self, path: str, body: dict[str, Any]) -> Webhook: ...


@pytest.fixture
def sent(api: httpx.AsyncClient, box: Sandbox, clock: ManualClock) -> Sent:
    """Send a message; here is the webhook of its first status."""

    async def send(path: str, body: dict[str, Any]) -> Webhook:
        await api.post(path, json=body)
        await clock.advance(0.05)
        return box.store.webhooks()[0]

    return send


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
        api_secret="x",
        application_id="a",
        public_key=read_public_key(keys[0]),
        signature_secret="x" * 32,
    )
    receiver.hold = asyncio.Event()
    store = Store()
    async with session(answer=0.01) as connections, crew() as hands:
        courier = Courier(account, clock, store, hands, connections)
        webhook = courier.send("status", receiver.url, {})
        await store.bell.until(lambda: webhook.attempts or None)

    receiver.hold.set()

    assert webhook.attempts[0].answer is None
    assert "Timeout" in (webhook.attempts[0].error or "")


async def test_without_an_address_the_event_is_kept(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)
    (webhook,) = box.store.webhooks()

    assert webhook.state == "kept"
    assert webhook.attempts == []
    assert document.decode(webhook.body)["status"] == "submitted"


async def test_the_address_may_change_at_any_time(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)

    box.status_url = receiver.url
    await clock.advance(1)
    told = await receiver.heard(2)

    assert [each["status"] for each in told] == ["delivered", "read"]
    assert box.status_url == receiver.url


async def test_the_address_of_a_message_beats_that_of_the_account(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, receiver: Receiver
) -> None:
    box.status_url = "http://127.0.0.1:1"
    body = {**FLAT, "webhook_url": receiver.url + "/mine"}

    await api.post("/v1/messages", json=body)
    await clock.advance(1)
    await receiver.heard(3)

    assert {webhook.url for webhook in box.store.webhooks()} == {receiver.url + "/mine"}


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/beta/messages", NESTED, dict),
        ("/v0.1/messages", NESTED, dict),
        ("/v1/messages", FLAT, str),
        ("/v1/messages", {**FLAT, "webhook_version": "v0.1"}, dict),
    ],
)
async def test_the_format_is_that_of_the_api_unless_the_message_says_otherwise(
    sent: Sent, path: str, body: dict[str, Any], kind: type
) -> None:
    webhook = await sent(path, body)

    assert isinstance(json.loads(webhook.body)["to"], kind)


async def test_who_writes_is_told_before_inbound_returns(
    box: Sandbox, receiver: Receiver
) -> None:
    box.inbound_url = receiver.url + "/inbound"

    uuid = await box.inbound(
        channel="whatsapp", sender="447700900000", to="447700900001", text="STOP"
    )

    assert box.inbound_url == receiver.url + "/inbound"
    assert receiver.bodies == [
        {
            "channel": "whatsapp",
            "message_uuid": uuid,
            "to": "447700900001",
            "from": "447700900000",
            "timestamp": "2026-01-01T00:00:00Z",
            "message_type": "text",
            "text": "STOP",
            "context_status": "none",
            "profile": {"name": "447700900000"},
        }
    ]


@pytest.mark.parametrize("api_generation", ["beta", "v0.1"])
async def test_who_writes_is_told_in_the_older_format_if_asked(
    box: Sandbox, receiver: Receiver, api_generation: Api
) -> None:
    box.inbound_url = receiver.url

    await box.inbound(
        channel="messenger", sender="1", to="2", text="hi", api=api_generation
    )

    assert receiver.bodies[0]["from"] == {"type": "messenger", "id": "1"}
    assert receiver.bodies[0]["message"] == {"content": {"type": "text", "text": "hi"}}


async def test_what_is_written_to_nobody_is_kept(box: Sandbox) -> None:
    uuid = await box.inbound(channel="sms", sender="1", to="2", text="hi")
    (webhook,) = box.store.webhooks(kind="inbound")

    assert (webhook.message_uuid, webhook.state) == (uuid, "kept")


async def test_nobody_writes_on_a_channel_that_does_not_exist(box: Sandbox) -> None:
    with pytest.raises(ValueError, match="no channel: 'pigeon'"):
        await box.inbound(channel="pigeon", sender="1", to="2", text="hi")
