from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

PERSON: Final = "447700900000"


def nested(channel: str, **failover: object) -> dict[str, Any]:
    key = "id" if channel == "messenger" else "number"
    from_key = "id" if channel in ("messenger", "viber_service_msg") else "number"
    body: dict[str, Any] = {
        "to": {"type": channel, key: PERSON},
        "from": {"type": channel, from_key: "447700900001"},
        "message": {"content": {"type": "text", "text": "hi"}},
    }
    return {**body, "failover": failover} if failover else body


def workflow(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"template": "failover", "workflow": list(steps)}


READ_THEN_SMS: Final = workflow(
    nested("messenger", expiry_time=600, condition_status="read"), nested("sms")
)
DELIVERED_THEN_SMS: Final = workflow(
    nested("viber_service_msg", expiry_time=600, condition_status="delivered"),
    nested("sms"),
)


def flat(channel: str, **rest: object) -> dict[str, Any]:
    return {
        "channel": channel,
        "message_type": "text",
        "to": PERSON,
        "from": "447700900001",
        "text": "hi",
        **rest,
    }


def sent(box: Sandbox) -> list[tuple[str, str]]:
    return [(message.channel, message.status) for message in box.messages()]


def reports(box: Sandbox) -> list[dict[str, Any]]:
    kept = box.store.webhooks(kind="report")
    return [decoded(webhook.body) for webhook in kept]


def decoded(raw: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(raw)
    return body


async def test_a_workflow_ends_where_its_condition_is_met(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/v0.1/dispatch", json=READ_THEN_SMS)
    await clock.advance(10_000)

    assert sent(box) == [("messenger", "read")]
    assert [run.status for run in box.store.workflows()] == ["completed"]


async def test_a_rejected_step_is_followed_at_once(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "viber: reject 1300")

    await api.post("/v0.1/dispatch", json=DELIVERED_THEN_SMS)
    await clock.advance(0.2)

    assert sent(box) == [("viber_service_msg", "rejected"), ("sms", "accepted")]


async def test_an_undeliverable_step_is_followed_at_once(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "viber: undeliverable")

    await api.post("/beta/workflows", json=DELIVERED_THEN_SMS)
    await clock.advance(0.05)

    assert sent(box) == [("viber_service_msg", "undeliverable"), ("sms", "accepted")]


async def test_a_silent_step_is_followed_when_its_time_is_over(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "viber: silent")
    await api.post("/v0.1/dispatch", json=DELIVERED_THEN_SMS)

    await clock.advance(599.9)
    before = sent(box)
    await clock.advance(0.1)

    assert before == [("viber_service_msg", "submitted")]
    assert sent(box) == [("viber_service_msg", "submitted"), ("sms", "accepted")]


async def test_being_delivered_does_not_meet_the_condition_read(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "messenger: deliver")

    await api.post("/v0.1/dispatch", json=READ_THEN_SMS)
    await clock.advance(601)

    assert sent(box) == [("messenger", "delivered"), ("sms", "delivered")]


async def test_a_late_reader_gets_both(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    """There is no cancel: the first message lives on beside the second."""
    box.persona(PERSON, "messenger: read after 700s")

    await api.post("/v0.1/dispatch", json=READ_THEN_SMS)
    await clock.advance(800)

    assert sent(box) == [("messenger", "read"), ("sms", "delivered")]


async def test_the_first_message_is_there_when_the_202_is(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    await api.post("/v0.1/dispatch", json=READ_THEN_SMS)

    assert sent(box) == [("messenger", "accepted")]


async def test_the_final_report_lists_what_was_sent_and_what_it_cost(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "viber: reject 1300")

    answer = await api.post("/v0.1/dispatch", json=DELIVERED_THEN_SMS)
    await clock.advance(1)
    viber, sms = box.messages()

    assert reports(box) == [
        {
            "dispatch_uuid": answer.json()["dispatch_uuid"],
            "template": "failover",
            "status": "completed",
            "timestamp": "2026-01-01T00:00:00.400Z",
            "usage": {"price": "0.0333", "currency": "EUR"},
            "_links": {
                "messages": [
                    {
                        "message_uuid": viber.message_uuid,
                        "href": f"/messages/{viber.message_uuid}",
                        "channel": "viber_service_msg",
                        "usage": {"price": "0", "currency": "EUR"},
                        "status": "rejected",
                    },
                    {
                        "message_uuid": sms.message_uuid,
                        "href": f"/messages/{sms.message_uuid}",
                        "channel": "sms",
                        "usage": {"price": "0.0333", "currency": "EUR"},
                        "status": "delivered",
                    },
                ]
            },
        }
    ]


async def test_the_2018_preview_reports_a_workflow_uuid(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    answer = await api.post("/beta/workflows", json=READ_THEN_SMS)
    await clock.advance(1)

    assert [report["workflow_uuid"] for report in reports(box)] == [
        answer.json()["workflow_uuid"]
    ]


async def test_a_workflow_whose_last_step_fails_ends_in_error(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "reject 1300")

    await api.post("/v0.1/dispatch", json=DELIVERED_THEN_SMS)
    await clock.advance(1)

    assert [report["status"] for report in reports(box)] == ["error"]
    assert [run.status for run in box.store.workflows()] == ["error"]


async def test_silence_on_the_last_step_ends_without_a_report(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "silent")

    await api.post("/v0.1/dispatch", json=DELIVERED_THEN_SMS)
    await clock.advance(100_000)

    assert sent(box) == [("viber_service_msg", "submitted"), ("sms", "submitted")]
    assert reports(box) == []


async def test_a_status_of_a_workflow_links_to_it(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    answer = await api.post("/v0.1/dispatch", json=READ_THEN_SMS)
    await clock.advance(0.05)
    identity = answer.json()["dispatch_uuid"]

    status = decoded(box.store.webhooks(kind="status")[0].body)

    assert status["_links"] == {
        "workflow": {"dispatch_uuid": identity, "href": f"/workflows/{identity}"}
    }


async def test_a_message_with_a_fallback_is_answered_with_a_workflow_id(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    body = flat("whatsapp", failover=[flat("sms")])

    answer = await api.post("/v1/messages", json=body)

    assert answer.status_code == 202
    assert list(answer.json()) == ["message_uuid", "workflow_id"]
    assert answer.json()["message_uuid"] == box.messages()[0].message_uuid
    assert len(answer.json()["workflow_id"]) == 22


async def test_an_empty_list_of_fallbacks_is_no_workflow(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.post("/v1/messages", json=flat("whatsapp", failover=[]))

    assert list(answer.json()) == ["message_uuid"]


async def test_a_rejected_message_is_followed_by_its_fallback(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "whatsapp: reject 1340")

    await api.post("/v1/messages", json=flat("whatsapp", failover=[flat("sms")]))
    await clock.advance(1)

    assert sent(box) == [("whatsapp", "rejected"), ("sms", "delivered")]
    assert [run.status for run in box.store.workflows()] == ["completed"]
    assert reports(box) == []


async def test_an_undeliverable_message_is_not(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    """The documentation names `rejected`, and nothing else."""
    box.persona(PERSON, "whatsapp: undeliverable")

    await api.post("/v1/messages", json=flat("whatsapp", failover=[flat("sms")]))
    await clock.advance(10_000)

    assert sent(box) == [("whatsapp", "undeliverable")]
    assert [run.status for run in box.store.workflows()] == ["error"]


async def test_a_silent_message_is_followed_when_its_time_to_live_is_over(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "viber: silent")
    first = flat("viber_service", viber_service={"ttl": 60})

    await api.post("/v1/messages", json={**first, "failover": [flat("sms")]})
    await clock.advance(61)

    assert sent(box) == [("viber_service", "rejected"), ("sms", "delivered")]
    assert box.messages()[0].events[-1].code == 1360


async def test_each_status_says_its_place_in_the_workflow(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona(PERSON, "whatsapp: reject 1340")
    body = flat("whatsapp", failover=[flat("sms"), flat("viber_service")])

    answer = await api.post("/v1/messages", json=body)
    await clock.advance(1)
    told = [decoded(webhook.body) for webhook in box.store.webhooks(kind="status")]

    assert [
        (each["channel"], each["status"], each["workflow"]["items_number"])
        for each in told
    ] == [
        ("whatsapp", "submitted", "1"),
        ("whatsapp", "rejected", "1"),
        ("sms", "submitted", "2"),
        ("sms", "delivered", "2"),
    ]
    assert {each["workflow"]["items_total"] for each in told} == {"3"}
    assert {each["workflow"]["workflow_id"] for each in told} == {
        answer.json()["workflow_id"]
    }
