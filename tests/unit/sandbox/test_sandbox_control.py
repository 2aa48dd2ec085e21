from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from nexmo_async.sandbox.control import is_local

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

FLAT: Final[dict[str, Any]] = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
SAID: Final = {
    "channel": "whatsapp",
    "from": "447700900000",
    "to": "447700900001",
    "text": "STOP",
}


async def test_all_messages_are_shown(api: httpx.AsyncClient) -> None:
    sent = await api.post("/v1/messages", json={**FLAT, "client_ref": "mine"})

    answer = await api.get("/_sandbox/messages")

    assert answer.json() == {
        "messages": [
            {
                "message_uuid": sent.json()["message_uuid"],
                "api": "v1",
                "channel": "sms",
                "message_type": "text",
                "to": "447700900000",
                "from": "447700900001",
                "text": "hi",
                "about": "",
                "status": "accepted",
                "code": None,
                "client_ref": "mine",
                "accepted_at": "2026-01-01T00:00:00+00:00",
                "updated_at": "2026-01-01T00:00:00+00:00",
                "revoked_at": None,
                "waits": 0.0,
                "workflow": None,
            }
        ],
        "total": 1,
        "counts": {
            "all": 1,
            "waiting": 1,
            "delivered": 0,
            "read": 0,
            "rejected": 0,
            "inbound": 0,
        },
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["447700900002", "447700900000"]),
        ({"q": "to:447700900002"}, ["447700900002"]),
        ({"q": "status:rejected"}, ["447700900002"]),
        ({"q": "status:delivered"}, ["447700900000"]),
        ({"q": "to:447700900000 status:rejected"}, []),
        ({"q": "to:nobody"}, []),
        ({"limit": "1"}, ["447700900002"]),
    ],
)
async def test_messages_are_found_by_recipient_and_status(
    api: httpx.AsyncClient, clock: ManualClock, query: dict[str, str], shown: list[str]
) -> None:
    await api.post("/_sandbox/personas", json={"447700900002": "reject 1300"})
    await api.post("/v1/messages", json=FLAT)
    await api.post("/v1/messages", json={**FLAT, "to": "447700900002"})
    await clock.advance(1)

    answer = await api.get("/_sandbox/messages", params=query)

    assert [message["to"] for message in answer.json()["messages"]] == shown


async def test_one_message_is_shown_with_all_that_happened(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona("447700900000", "reject 1300")
    sent = await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)
    uuid = sent.json()["message_uuid"]

    shown = (await api.get(f"/_sandbox/messages/{uuid}")).json()

    assert shown["request"] == FLAT
    assert shown["status"] == "rejected"
    assert shown["timeline"] == [
        {
            "status": "submitted",
            "at": "2026-01-01T00:00:00.050000+00:00",
            "code": None,
            "reason": None,
        },
        {
            "status": "rejected",
            "at": "2026-01-01T00:00:00.200000+00:00",
            "code": 1300,
            "reason": "The recipient is not on the provider's network",
        },
    ]
    assert [hook["body"]["status"] for hook in shown["webhooks"]] == [
        "submitted",
        "rejected",
    ]
    assert {hook["state"] for hook in shown["webhooks"]} == {"kept"}


async def test_the_attempts_to_tell_of_a_message_are_shown(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.status_url = "http://[::1"
    sent = await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)
    uuid = sent.json()["message_uuid"]

    shown = (await api.get(f"/_sandbox/messages/{uuid}")).json()
    (attempt,) = shown["webhooks"][0]["attempts"]

    assert shown["webhooks"][0]["state"] == "pending"
    assert attempt["answer"] is None
    assert attempt["at"] == "2026-01-01T00:00:00.050000+00:00"
    assert attempt["error"]


async def test_an_unknown_message_is_404(api: httpx.AsyncClient) -> None:
    answer = await api.get("/_sandbox/messages/nothing")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no message nothing"


async def test_somebody_writes(api: httpx.AsyncClient, box: Sandbox) -> None:
    answer = await api.post("/_sandbox/inbound", json=SAID)
    (webhook,) = box.store.webhooks(kind="inbound")

    assert answer.status_code == 202
    assert webhook.message_uuid == answer.json()["message_uuid"]
    assert b'"context_status":"none"' in webhook.body


async def test_somebody_writes_in_the_older_format(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    await api.post("/_sandbox/inbound", json={**SAID, "api": "v0.1"})
    (webhook,) = box.store.webhooks(kind="inbound")

    assert b'"content":{"type":"text","text":"STOP"}' in webhook.body


async def test_somebody_sends_what_is_not_a_text(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    said = {key: SAID[key] for key in ("channel", "from", "to")}
    reply = {"id": "1", "title": "9am", "description": "tomorrow"}
    answer = await api.post(
        "/_sandbox/inbound", json={**said, "type": "reply", "reply": reply}
    )
    (webhook,) = box.store.webhooks(kind="inbound")

    assert answer.status_code == 202
    assert json.loads(webhook.body)["message_type"] == "reply"
    assert json.loads(webhook.body)["reply"] == reply


async def test_what_somebody_wrote_is_shown(api: httpx.AsyncClient) -> None:
    answer = await api.post("/_sandbox/inbound", json=SAID)

    shown = await api.get("/_sandbox/inbound")

    assert shown.json() == {
        "messages": [
            {
                "message_uuid": answer.json()["message_uuid"],
                "api": "v1",
                "channel": "whatsapp",
                "message_type": "text",
                "to": "447700900001",
                "from": "447700900000",
                "content": "STOP",
                "at": "2026-01-01T00:00:00+00:00",
                "read_at": None,
                "replying": False,
            }
        ],
        "total": 1,
    }


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"from": ""}, "from"),
        ({"to": 1}, "to"),
        ({"text": None}, "text"),
        ({"api": "v2"}, "api"),
    ],
)
async def test_who_writes_writes_in_order(
    api: httpx.AsyncClient, changes: dict[str, object], name: str
) -> None:
    answer = await api.post("/_sandbox/inbound", json={**SAID, **changes})

    assert answer.status_code == 422
    assert answer.json()["invalid_parameters"][0]["name"] == name


async def test_a_persona_is_set(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    answer = await api.post("/_sandbox/personas", json={FLAT["to"]: "reject 1300"})
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)

    assert answer.status_code == 204
    assert box.messages()[0].status == "rejected"


@pytest.mark.parametrize("script", ["explode", 7, ""])
async def test_a_bad_persona_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, script: object
) -> None:
    answer = await api.post(
        "/_sandbox/personas", json={FLAT["to"]: "silent", "other": script}
    )
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)

    assert answer.status_code == 422
    assert "reject CODE" in answer.json()["detail"]
    assert box.messages()[0].status == "delivered"


async def test_a_reset_forgets_everything(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/_sandbox/personas", json={FLAT["to"]: "reject 1300"})
    await api.post("/v1/messages", json={**FLAT, "failover": [FLAT]})
    await api.post("/_sandbox/inbound", json=SAID)

    answer = await api.post("/_sandbox/reset", json={})
    await clock.advance(1)

    assert answer.status_code == 204
    assert box.messages() == []
    assert box.store.inbound() == []
    assert box.store.workflows() == []
    assert box.store.webhooks() == []


async def test_after_a_reset_messages_live_again(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/_sandbox/reset", json={})
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)

    assert [message.status for message in box.messages()] == ["delivered"]


async def test_a_page_of_another_site_cannot_reset(api: httpx.AsyncClient) -> None:
    """A form can only be sent as what is not JSON; JSON is asked about before."""
    answer = await api.post("/_sandbox/reset", data={"a": "b"})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:80", "LOCALHOST:1", "[::1]:80", "127.9.9.9"]
)
def test_the_names_of_this_machine_are_local(host: str) -> None:
    assert is_local(host, "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "10.0.0.1",
        "[::1",
        "@localhost.example.com",
        "0.0.0.0",  # noqa: S104 - nothing is bound
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_local(host, "127.0.0.1")


def test_the_name_it_was_bound_to_is_local() -> None:
    assert is_local("sandbox.test:80", "Sandbox.test")


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/_sandbox/messages"),
        ("GET", "/_sandbox/messages/x"),
        ("POST", "/_sandbox/inbound"),
        ("GET", "/_sandbox/inbound"),
        ("GET", "/_sandbox/media/picture.png"),
        ("POST", "/_sandbox/personas"),
        ("POST", "/_sandbox/reset"),
    ],
)
async def test_a_foreign_host_is_refused(
    api: httpx.AsyncClient, verb: str, path: str
) -> None:
    answer = await api.request(verb, path, headers={"Host": "evil.example"}, json={})

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#forbidden")


async def test_the_control_needs_no_credentials(box: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{box.base_url}/_sandbox/messages")

    assert answer.json()["messages"] == []
