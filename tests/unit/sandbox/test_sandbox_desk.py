from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from nexmo_async.clock import NEW_YEAR, ManualClock, MovableClock
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FLAT: Final[dict[str, Any]] = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
SAID: Final = {
    "channel": "whatsapp",
    "from": "447700900000",
    "to": "447700900001",
    "text": "hello",
}


async def send(api: httpx.AsyncClient, **changes: object) -> str:
    answer = await api.post("/v1/messages", json={**FLAT, **changes})
    return str(answer.json()["message_uuid"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"status": "read"}, "read", None),
        ({"status": "rejected", "code": 1300}, "rejected", 1300),
        ({"status": "undeliverable"}, "undeliverable", 1330),
    ],
)
async def test_a_receipt_is_written_by_hand(
    api: httpx.AsyncClient, body: dict[str, object], status: str, code: int | None
) -> None:
    uuid = await send(api)

    answer = await api.post(f"/_sandbox/messages/{uuid}/receipt", json=body)
    shown = answer.json()

    assert answer.status_code == 202
    assert (shown["status"], shown["code"]) == (status, code)
    assert shown["webhooks"][0]["body"]["status"] == status


async def test_after_a_receipt_by_hand_the_script_is_over(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    uuid = await send(api)
    await api.post(f"/_sandbox/messages/{uuid}/receipt", json={"status": "read"})
    await clock.advance(10)

    shown = (await api.get(f"/_sandbox/messages/{uuid}")).json()

    assert [event["status"] for event in shown["timeline"]] == ["read"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "accepted"},
        {"status": 7},
        {"status": "read", "code": 1300},
        {"status": "rejected", "code": "1300"},
        {"status": "rejected", "code": True},
        {"status": "rejected", "code": 0},
    ],
)
async def test_what_is_no_receipt_is_refused(
    api: httpx.AsyncClient, body: dict[str, object]
) -> None:
    uuid = await send(api)

    answer = await api.post(f"/_sandbox/messages/{uuid}/receipt", json=body)

    assert answer.status_code == 422


async def test_a_wait_ends_at_once_if_it_is_there(api: httpx.AsyncClient) -> None:
    uuid = await send(api)

    answer = await api.get("/_sandbox/messages/wait?q=status:accepted&within=0")

    assert answer.json()["messages"][0]["message_uuid"] == uuid


async def test_a_wait_ends_when_a_message_comes_to_match(box: Sandbox) -> None:
    auth = (box.api_key, box.api_secret)
    async with httpx.AsyncClient(base_url=box.base_url, auth=auth) as api:
        uuid = await send(api)
        path = f"/_sandbox/messages/{uuid}/receipt"
        with box.store.feed.read() as changes:
            await api.post(path, json={"status": "delivered"})
            await anext(changes)

        answer = await api.get("/_sandbox/messages/wait?q=status:delivered")

    assert answer.json()["total"] == 1


async def test_a_wait_for_nothing_is_408(api: httpx.AsyncClient) -> None:
    answer = await api.get("/_sandbox/messages/wait?q=nothing&within=0")

    assert answer.status_code == 408


async def test_the_answer_is_shown_with_the_request(api: httpx.AsyncClient) -> None:
    uuid = await send(api)

    shown = (await api.get(f"/_sandbox/messages/{uuid}")).json()

    assert shown["answer"] == {"status": 202, "body": {"message_uuid": uuid}}


async def test_a_person_sees_both_sides_in_order(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    await send(api)
    await clock.advance(1)
    await api.post("/_sandbox/inbound", json=SAID)
    await clock.advance(1)
    await send(api, channel="sms", text="bye")
    await send(api, to="447700900002")

    shown = (await api.get("/_sandbox/people/447700900000")).json()

    assert [(one["direction"], one["channel"]) for one in shown["messages"]] == [
        ("outbound", "whatsapp"),
        ("inbound", "whatsapp"),
        ("outbound", "sms"),
    ]


async def test_a_workflow_is_shown_step_by_step(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    await api.put("/_sandbox/personas", json={FLAT["to"]: "whatsapp: silent"})

    def step(channel: str, **more: object) -> dict[str, object]:
        return {
            "from": {"type": channel, "number": "447700900001"},
            "to": {"type": channel, "number": "447700900000"},
            "message": {"content": {"type": "text", "text": "hi"}},
            **more,
        }

    patience = {"expiry_time": 60, "condition_status": "read"}
    steps = [step("whatsapp", failover=patience), step("sms")]
    body = {"template": "failover", "workflow": steps}
    made = await api.post("/v0.1/dispatch", json=body)
    identity = made.json()["dispatch_uuid"]
    await clock.advance(61)

    shown = (await api.get(f"/_sandbox/workflows/{identity}")).json()
    first, second = shown["steps"]

    assert shown["status"] == "completed"
    assert shown["cost"] == {"price": "0.0333", "currency": "EUR"}
    assert shown["report"]["status"] == "completed"
    assert (first["outcome"], first["within"]) == ("expired", 60)
    assert first["end"] == second["start"] == "2026-01-01T00:01:00+00:00"
    assert second["outcome"] == "delivered"


async def test_a_webhook_is_sent_again_by_hand(api: httpx.AsyncClient) -> None:
    uuid = await send(api)
    await api.post(f"/_sandbox/messages/{uuid}/receipt", json={"status": "read"})

    again = await api.post("/_sandbox/webhooks/1/resend", json={"url": "http://[::1"})

    assert len(again.json()["attempts"]) == 1
    assert again.json()["attempts"][0]["claims"]["iss"] == "Vonage"


async def test_a_webhook_without_an_address_cannot_be_sent_again(
    api: httpx.AsyncClient,
) -> None:
    uuid = await send(api)
    await api.post(f"/_sandbox/messages/{uuid}/receipt", json={"status": "read"})

    assert (await api.post("/_sandbox/webhooks/1/resend", json={})).status_code == 409


@pytest.mark.parametrize(
    "path",
    ["/_sandbox/workflows/x", "/_sandbox/messages/x"],
)
async def test_what_is_not_there_is_404(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize("number", ["x", "9", "-1", "9" * 5000])
async def test_no_number_of_a_webhook_is_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, number: str
) -> None:
    answer = await api.post(f"/_sandbox/webhooks/{number}/resend", json={})

    assert answer.status_code == 404


@pytest.mark.parametrize("limit", ["x", "-1", "10001", "", "1" * 5000])
async def test_a_bad_limit_is_refused(api: httpx.AsyncClient, limit: str) -> None:
    answer = await api.get("/_sandbox/messages", params={"limit": limit})

    assert answer.status_code == 422


async def test_an_export_has_one_line_for_each_message(api: httpx.AsyncClient) -> None:
    uuids = [await send(api), await send(api)]

    answer = await api.get("/_sandbox/export")
    lines = [json.loads(line) for line in answer.text.splitlines()]

    assert [line["message_uuid"] for line in lines] == uuids


async def test_secrets_are_told_only_if_asked_for(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    plain = await api.get("/_sandbox/info")
    asked = await api.get("/_sandbox/info?secrets=1")

    assert box.api_secret not in plain.text
    assert box.signature_secret not in plain.text
    assert asked.json()["api_secret"] == box.api_secret


async def test_the_addresses_are_set(api: httpx.AsyncClient, box: Sandbox) -> None:
    await api.put("/_sandbox/info", json={"status_url": "http://127.0.0.1:9/"})

    assert box.status_url == "http://127.0.0.1:9/"


async def test_the_description_names_every_door(api: httpx.AsyncClient) -> None:
    described = (await api.get("/_sandbox/openapi.json")).json()
    page = await api.get("/_sandbox/docs")

    assert "/_sandbox/messages/{uuid}/receipt" in described["paths"]
    assert all(
        operation["summary"]
        for verbs in described["paths"].values()
        for operation in verbs.values()
    )
    assert all(path in page.text for path in described["paths"])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[::1"])
async def test_a_foreign_origin_is_refused(api: httpx.AsyncClient, origin: str) -> None:
    answer = await api.get("/_sandbox/info", headers={"Origin": origin})

    assert answer.status_code == 403


async def test_the_own_origin_is_let_in(api: httpx.AsyncClient) -> None:
    answer = await api.get("/_sandbox/info", headers={"Origin": "http://localhost:1"})

    assert answer.status_code == 200


@pytest.fixture
async def guarded(keys: tuple[bytes, str]) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of a sandbox whose controls want a token."""
    async with Sandbox(public_key=keys[0], control_token="sesame") as box:
        transport = httpx.ASGITransport(app=box.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1"
        ) as client:
            yield client


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({"Authorization": "Bearer wrong"}, "", 401),
        ({"Authorization": "Bearer sesame"}, "", 200),
        ({}, "?token=sesame", 200),
        ({}, "?token=wrong", 401),
    ],
)
async def test_the_token_opens_the_controls(
    guarded: httpx.AsyncClient, headers: dict[str, str], query: str, status: int
) -> None:
    answer = await guarded.get(f"/_sandbox/info{query}", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/_sandbox/readyz", "/_sandbox/media/picture.png"])
async def test_readiness_and_files_need_no_token(
    guarded: httpx.AsyncClient, path: str
) -> None:
    assert (await guarded.get(path)).status_code == 200


async def test_every_change_is_an_event(box: Sandbox) -> None:
    auth = (box.api_key, box.api_secret)
    async with (
        httpx.AsyncClient(base_url=box.base_url, auth=auth) as api,
        api.stream("GET", "/_sandbox/events") as live,
    ):
        lines = live.aiter_lines()
        assert await anext(lines) == ": open"
        uuid = await send(api)
        told = [await anext(lines) for _ in range(3)]

    assert told[:2] == ["", "event: message"]
    assert json.loads(told[2].removeprefix("data: "))["message_uuid"] == uuid


async def test_the_clock_of_a_test_is_moved_by_the_api(api: httpx.AsyncClient) -> None:
    answer = await api.post("/_sandbox/clock", json={"advance": "15m"})

    assert answer.json() == {
        "now": "2026-01-01T00:15:00+00:00",
        "speed": 1.0,
        "frozen": True,
    }


async def test_the_pace_of_a_clock_that_was_given_is_not_ours(
    api: httpx.AsyncClient,
) -> None:
    assert (await api.post("/_sandbox/clock", json={"speed": 2})).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"advance": "soon"},
        {"advance": -1},
        {"advance": "400d"},
        {"speed": 0},
        {"speed": "fast"},
        {"freeze": 1},
        {"jump": 1},
    ],
)
async def test_what_no_clock_can_do_is_refused(
    api: httpx.AsyncClient, body: dict[str, object]
) -> None:
    assert (await api.post("/_sandbox/clock", json=body)).status_code == 422


async def test_a_clock_is_frozen_and_runs_again(keys: tuple[bytes, str]) -> None:
    clock = MovableClock(start=NEW_YEAR, frozen=True)
    async with Sandbox(public_key=keys[0], clock=clock) as box:
        transport = httpx.ASGITransport(app=box.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1"
        ) as api:
            runs = (await api.post("/_sandbox/clock", json={"speed": 60})).json()
            stands = (await api.post("/_sandbox/clock", json={"freeze": True})).json()

    assert (runs["speed"], runs["frozen"]) == (60, False)
    assert (stands["speed"], stands["frozen"]) == (60, True)
