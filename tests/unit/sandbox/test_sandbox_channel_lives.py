from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

PERSON: Final = "447700900000"
CHANNELS: Final[dict[str, dict[str, Any]]] = {
    "sms": {"to": PERSON, "from": "ACME"},
    "mms": {"to": PERSON, "from": "12345"},
    "rcs": {"to": PERSON, "from": "Acme"},
    "whatsapp": {"to": PERSON, "from": "447700900001"},
    "messenger": {"to": PERSON, "from": "2"},
    "viber_service": {"to": PERSON, "from": "16273"},
    "email": {
        "to": "ada@example.com",
        "from": "acme@example.org",
        "email": {"subject": "hi"},
    },
}
SCRIPTS: Final = ["read", "reject 1300", "undeliverable"]


async def lived(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, body: dict[str, Any]
) -> list[dict[str, Any]]:
    """All that is told of one message."""
    text = {"message_type": "text", "text": "hi"}
    await api.post("/v1/messages", json={**text, **body})
    await clock.advance(1)
    return [json.loads(webhook.body) for webhook in box.store.webhooks()]


@pytest.mark.parametrize(
    ("channel", "statuses"),
    [
        ("sms", ["submitted", "delivered"]),
        ("mms", ["submitted", "delivered"]),
        ("rcs", ["submitted", "delivered", "read"]),
        ("whatsapp", ["submitted", "delivered", "read"]),
        ("messenger", ["submitted", "delivered", "read"]),
        ("viber_service", ["submitted", "delivered", "read"]),
        ("email", ["submitted", "delivered", "read"]),
    ],
)
async def test_a_message_of_each_channel_lives_its_life(
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    channel: str,
    statuses: list[str],
) -> None:
    body = {"channel": channel, **CHANNELS[channel]}

    told = await lived(api, box, clock, body)

    assert [each["status"] for each in told] == statuses
    assert {each["channel"] for each in told} == {channel}
    assert {(each["to"], each["from"]) for each in told} == {(body["to"], body["from"])}
    assert len([each for each in told if "usage" in each]) == 1


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("channel", list(CHANNELS))
async def test_each_channel_can_be_told_of_in_the_old_format(
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    channel: str,
    script: str,
) -> None:
    body = {"channel": channel, "webhook_version": "v0.1", **CHANNELS[channel]}
    box.persona(body["to"], script)

    told = await lived(api, box, clock, body)

    name = "viber_service_msg" if channel == "viber_service" else channel
    assert {each["to"]["type"] for each in told} == {name}
    assert {each["from"]["type"] for each in told} == {name}


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [("reject 1300", "rejected", "1300"), ("undeliverable", "undeliverable", "1100")],
)
@pytest.mark.parametrize("channel", list(CHANNELS))
async def test_a_message_of_each_channel_can_fail(  # noqa: PLR0913, PLR0917 - a table
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    channel: str,
    script: str,
    status: str,
    code: str,
) -> None:
    body = {"channel": channel, **CHANNELS[channel]}
    box.persona(body["to"], script)

    told = await lived(api, box, clock, body)

    assert told[-1]["status"] == status
    assert told[-1]["error"]["title"] == code


async def test_an_rcs_that_is_rejected_falls_back_to_an_mms(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "rcs: reject 1300")
    card = {"title": "a", "text": "b", "media_url": "https://example.com/it.png"}
    picture = {
        "channel": "mms",
        "message_type": "image",
        "image": {"url": "https://example.com/it.png"},
        **CHANNELS["mms"],
    }
    body = {
        "channel": "rcs",
        "message_type": "card",
        "card": card,
        "failover": [picture],
        **CHANNELS["rcs"],
    }

    told = await lived(api, box, clock, body)

    assert [(each["channel"], each["status"]) for each in told] == [
        ("rcs", "submitted"),
        ("rcs", "rejected"),
        ("mms", "submitted"),
        ("mms", "delivered"),
    ]
    assert [each["workflow"]["items_number"] for each in told] == ["1", "1", "2", "2"]


@pytest.mark.parametrize("channel", ["mms", "rcs"])
async def test_what_does_not_arrive_in_its_time_is_rejected(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, channel: str
) -> None:
    box.persona(PERSON, "silent")
    await lived(api, box, clock, {"channel": channel, "ttl": 300, **CHANNELS[channel]})
    await clock.advance(300)
    (message,) = box.messages()

    assert message.events[-1].code == 1360
