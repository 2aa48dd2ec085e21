from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import httpx
import pytest

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

NESTED: Final[dict[str, Any]] = {
    "from": {"type": "sms", "number": "447700900001"},
    "to": {"type": "sms", "number": "447700900000"},
    "message": {"content": {"type": "text", "text": "hi"}},
}
FLAT: Final[dict[str, Any]] = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
STEP: Final[dict[str, Any]] = {
    **NESTED,
    "failover": {"expiry_time": 600, "condition_status": "delivered"},
}
WORKFLOW: Final[dict[str, Any]] = {"template": "failover", "workflow": [STEP, NESTED]}

DOORS: Final = [
    ("/beta/messages", NESTED, "message_uuid"),
    ("/v0.1/messages", NESTED, "message_uuid"),
    ("/v1/messages", FLAT, "message_uuid"),
    ("/beta/workflows", WORKFLOW, "workflow_uuid"),
    ("/v0.1/dispatch", WORKFLOW, "dispatch_uuid"),
]
PATHS: Final = [path for path, _, _ in DOORS]
OLD_PATHS: Final = [path for path in PATHS if path != "/v1/messages"]


@pytest.mark.parametrize(("path", "body", "key"), DOORS, ids=PATHS)
async def test_each_door_answers_202_with_one_uuid(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], key: str
) -> None:
    answer = await api.post(path, json=body)

    assert answer.status_code == 202
    assert list(answer.json()) == [key]
    assert UUID(answer.json()[key]).version == 4


@pytest.mark.parametrize(("path", "body", "key"), DOORS, ids=PATHS)
async def test_each_door_opens_for_a_token(
    api: httpx.AsyncClient, token: str, path: str, body: dict[str, Any], key: str
) -> None:
    request = api.build_request(
        "POST", path, json=body, headers={"Authorization": f"Bearer {token}"}
    )

    answer = await api.send(request, auth=None)

    assert answer.status_code == 202
    assert key in answer.json()


@pytest.mark.parametrize(("path", "body"), [door[:2] for door in DOORS], ids=PATHS)
async def test_each_door_stays_shut_for_a_wrong_secret(
    api: httpx.AsyncClient, box: Sandbox, path: str, body: dict[str, Any]
) -> None:
    answer = await api.post(path, json=body, auth=(box.api_key, "wrong"))

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()) == ["type", "title", "detail", "instance"]
    assert answer.json()["title"] == "You did not provide correct credentials."
    assert box.messages() == []


@pytest.mark.parametrize("path", OLD_PATHS)
@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"null", b"\xff", b"NaN"])
async def test_what_is_no_object_is_400_before_v1(
    api: httpx.AsyncClient, path: str, raw: bytes
) -> None:
    answer = await api.post(
        path, content=raw, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["title"] == "Invalid JSON"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"null", b"\xff", b"NaN"])
async def test_what_is_no_object_is_422_on_v1(
    api: httpx.AsyncClient, raw: bytes
) -> None:
    answer = await api.post(
        "/v1/messages", content=raw, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["type"].endswith("#invalid-json")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_another_content_type_is_415(
    api: httpx.AsyncClient, path: str, kind: str
) -> None:
    answer = await api.post(path, content=b"{}", headers={"Content-Type": kind})

    assert answer.status_code == 415
    assert answer.json()["type"].endswith("#content-type-header")


async def test_a_charset_does_not_change_the_content_type(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.post(
        "/v1/messages",
        json=FLAT,
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )

    assert answer.status_code == 202


async def test_no_content_type_is_415(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/messages", content=b"{}")

    assert answer.status_code == 415


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_verb_is_405_and_told_the_right_one(
    api: httpx.AsyncClient, path: str, verb: str
) -> None:
    answer = await api.request(verb, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.json()["type"].endswith("#wrong-verb")


@pytest.mark.parametrize("path", ["/v1", "/v2/messages", "/v1/messages/", "/beta"])
async def test_an_unknown_address_is_404(api: httpx.AsyncClient, path: str) -> None:
    """A slash at the end is another address: the service forgives none."""
    answer = await api.post(path, json=FLAT)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Not Found"


@pytest.mark.parametrize("path", PATHS)
async def test_more_than_a_mebibyte_is_413(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.post(
        path,
        content=b'{"text":"' + b"a" * (1 << 20) + b'"}',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("path", PATHS)
async def test_json_nested_too_deep_is_refused(
    api: httpx.AsyncClient, path: str
) -> None:
    answer = await api.post(
        path,
        content=b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == (422 if path == "/v1/messages" else 400)


async def test_the_body_of_the_2018_preview_without_to_is_400(
    api: httpx.AsyncClient,
) -> None:
    body = {key: value for key, value in NESTED.items() if key != "to"}

    answer = await api.post("/beta/messages", json=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "type": "https://www.nexmo.com/messages/Errors#InvalidParams",
        "title": "Invalid Parameters",
        "detail": "to is required.",
        "instance": answer.headers["x-request-id"],
        "invalid_parameters": [{"name": "to", "reason": "is required."}],
    }


async def test_a_refused_workflow_names_its_first_mistake_as_an_object(
    api: httpx.AsyncClient,
) -> None:
    """So it is in the spec of workflows; the messages have a list."""
    answer = await api.post("/v0.1/dispatch", json={"template": "x", "workflow": []})

    assert answer.status_code == 400
    assert answer.json()["invalid_parameters"] == {
        "name": "template",
        "reason": "must be one of failover.",
    }


async def test_each_answer_carries_a_trace_and_the_sandbox_own_time(
    api: httpx.AsyncClient,
) -> None:
    good = await api.post("/v1/messages", json=FLAT)
    bad = await api.get("/nowhere")

    assert good.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert bad.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert UUID(good.headers["x-request-id"]) != UUID(bad.headers["x-request-id"])


async def test_a_real_socket_answers_with_one_date(box: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{box.base_url}/v1/messages",
            json=FLAT,
            auth=(box.api_key, box.api_secret),
        )

    assert answer.status_code == 202
    assert answer.headers.get_list("date") == ["Thu, 01 Jan 2026 00:00:00 GMT"]


async def test_an_accepted_message_is_remembered_with_its_request(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    answer = await api.post("/v1/messages", json={**FLAT, "client_ref": "mine"})
    (message,) = box.messages()

    assert message.message_uuid == answer.json()["message_uuid"]
    assert message.api == "v1"
    assert message.channel == "sms"
    assert message.message_type == "text"
    assert message.to == "447700900000"
    assert message.sender == "447700900001"
    assert message.client_ref == "mine"
    assert message.status == "accepted"
    assert message.events == []
    assert message.request == {**FLAT, "client_ref": "mine"}


async def test_the_2018_preview_knows_no_client_reference(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    await api.post("/beta/messages", json={**NESTED, "client_ref": "mine"})

    assert box.messages()[0].client_ref is None


async def test_half_a_surrogate_pair_survives_the_way_in_and_out(
    api: httpx.AsyncClient,
) -> None:
    raw = (
        b'{"channel":"sms","message_type":"text","to":"447700900000",'
        b'"from":"447700900001","text":"\\ud83d"}'
    )

    sent = await api.post(
        "/v1/messages", content=raw, headers={"Content-Type": "application/json"}
    )
    seen = await api.get("/_sandbox/messages")

    assert sent.status_code == 202
    assert b'"text":"\\ud83d"' in seen.content
