from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx
import pytest

from nexmo_async.sandbox import document

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox, Webhook
    from nexmo_async.sandbox.records import Api

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
            "whatsapp": {
                "waba_id": "100000000000001",
                "sender": {"wa_id": "447700900000"},
            },
            "_self": {"href": f"{box.base_url}/v1/messages/{uuid}"},
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
    with pytest.raises(ValueError, match="channel must be one of sms, mms, rcs"):
        await box.inbound(channel="pigeon", sender="1", to="2", text="hi")


async def test_a_text_has_words(box: Sandbox) -> None:
    with pytest.raises(ValueError, match="text is required"):
        await box.inbound(channel="sms", sender="1", to="2")


async def test_a_picture_is_written_without_any(
    box: Sandbox, receiver: Receiver
) -> None:
    box.inbound_url = receiver.url

    await box.inbound(
        channel="mms", sender="1", to="2", type="image", image={"caption": "a cat"}
    )
    async with httpx.AsyncClient() as client:
        picture = await client.get(receiver.bodies[0]["image"]["url"])

    assert receiver.bodies[0]["image"]["caption"] == "a cat"
    assert picture.headers["content-type"] == "image/png"
