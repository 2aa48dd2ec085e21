from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexmo_async.sandbox.rules.inbound import KINDS

if TYPE_CHECKING:
    import httpx

    from nexmo_async.sandbox import Sandbox

PATHS: Final = [
    "/beta/messages",
    "/beta/workflows",
    "/v0.1/messages",
    "/v0.1/dispatch",
    "/v1/messages",
    "/_sandbox/inbound",
    "/_sandbox/personas",
    "/_sandbox/reset",
]

CARD: Final[dict[str, Any]] = {
    "title": "a",
    "text": "b",
    "media_url": "https://a.b/c.png",
    "media_height": "TALL",
    "suggestions": [
        {
            "type": "view_location",
            "text": "Here",
            "postback_data": "x",
            "latitude": "51.5",
            "longitude": "0",
            "pin_label": "London",
        }
    ],
}

NESTED: Final[dict[str, Any]] = {
    "to": {"type": "viber_service_msg", "number": "447700900000"},
    "from": {"type": "viber_service_msg", "id": "ACME"},
    "message": {
        "content": {"type": "text", "text": "hi"},
        "viber_service_msg": {"category": "transaction", "ttl": 60},
    },
    "client_ref": "mine",
}
GOOD: Final[dict[str, Any]] = {
    "/beta/messages": NESTED,
    "/v0.1/messages": NESTED,
    "/v0.1/dispatch": {
        "template": "failover",
        "workflow": [
            {
                **NESTED,
                "failover": {"expiry_time": 60, "condition_status": "read"},
            },
            NESTED,
        ],
    },
    "/v1/messages": {
        "channel": "whatsapp",
        "message_type": "template",
        "to": "447700900000",
        "from": "447700900001",
        "template": {"name": "a:b", "parameters": ["x"]},
        "whatsapp": {"locale": "en_GB", "policy": "deterministic"},
        "client_ref": "mine",
        "webhook_url": "https://example.com",
        "webhook_version": "v1",
        "failover": [
            {
                "channel": "viber_service",
                "message_type": "video",
                "to": "447700900000",
                "from": "ACME",
                "video": {"url": "https://a.b/c.mp4", "thumb_url": "https://a.b/c"},
                "viber_service": {"duration": "6", "file_size": "5", "ttl": 60},
            },
            {
                "channel": "rcs",
                "message_type": "carousel",
                "to": "447700900000",
                "from": "ACME",
                "carousel": {"cards": [CARD, CARD]},
                "rcs": {"card_width": "SMALL"},
            },
            {
                "channel": "email",
                "message_type": "content",
                "to": "ada@example.com",
                "from": "acme@example.org",
                "content": [{"type": "html", "body": "a"}],
                "email": {"subject": "a", "cc": [{"address": "bob@example.com"}]},
            },
            {
                "channel": "mms",
                "message_type": "content",
                "to": "447700900000",
                "from": "12345",
                "content": [{"type": "image", "url": "https://a.b/c.png"}],
                "mms": {"participants": ["447700900000"]},
            },
        ],
    },
    "/_sandbox/inbound": {
        "channel": "whatsapp",
        "from": "1",
        "to": "2",
        "type": "image",
        "api": "v1",
        "image": {"caption": "a"},
        "profile": {"name": "Ada"},
        "context": {"message_uuid": "a"},
        "context_status": "available",
        "whatsapp": {"referral": {"body": "a"}},
    },
    "/_sandbox/personas": {"447700900000": "silent"},
}

JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)

ONE_BOX: Final = settings(
    # One sandbox serves all examples: they share nothing but its memory.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


async def status(api: httpx.AsyncClient, path: str, raw: bytes, kind: str) -> int:
    answer = await api.post(path, content=raw, headers={"Content-Type": kind})
    return answer.status_code


@ONE_BOX
@pytest.mark.parametrize("path", PATHS)
@given(raw=st.binary(), kind=st.sampled_from(["application/json", "text/plain", ""]))
async def test_no_bytes_at_any_door_are_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, path: str, raw: bytes, kind: str
) -> None:
    assert 200 <= await status(api, path, raw, kind) < 500


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value inside of a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    if isinstance(value, list):
        for position, inner in enumerate(value):
            found += places(inner, (*path, position))
    return found


@ONE_BOX
@pytest.mark.parametrize("path", list(GOOD))
@given(data=st.data())
async def test_no_json_at_any_door_is_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, path: str, data: st.DataObject
) -> None:
    """A good request, in which one value is replaced by anything."""
    body = copy.deepcopy(GOOD[path])
    *parents, last = data.draw(st.sampled_from(places(body)))
    here = body
    for step in parents:
        here = here[step]
    here[last] = data.draw(JSON)

    raw = json.dumps(body).encode()

    assert 200 <= await status(api, path, raw, "application/json") < 500


@ONE_BOX
@given(data=st.data())
async def test_no_json_in_an_update_is_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, box: Sandbox, token: str, data: st.DataObject
) -> None:
    indicator = {"show": True, "type": "text"}
    body: dict[str, Any] = {"status": "read", "replying_indicator": indicator}
    *parents, last = data.draw(st.sampled_from(places(body)))
    (body if not parents else indicator)[last] = data.draw(JSON)
    uuid = await box.inbound(channel="whatsapp", sender="1", to="2", text="hi")

    answer = await updated(api, token, f"/v1/messages/{uuid}", json.dumps(body))

    assert 200 <= answer < 500


@ONE_BOX
@given(raw=st.binary(), uuid=st.text(min_size=1))
async def test_no_update_of_no_message_is_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, token: str, raw: bytes, uuid: str
) -> None:
    path = f"/v1/messages/{quote(uuid.encode('utf-8', 'replace'), safe='')}"

    assert 400 <= await updated(api, token, path, raw) < 500
    assert 400 <= await updated(api, token, path, b"{}") < 500


@ONE_BOX
@given(member=JSON, kind=st.sampled_from(KINDS["v1"]["whatsapp"]))
async def test_whatever_is_accepted_inbound_is_told(
    api: httpx.AsyncClient, box: Sandbox, member: object, kind: str
) -> None:
    said = {"channel": "whatsapp", "from": "1", "to": "2", "type": kind, kind: member}
    before = len(box.store.webhooks())

    answer = await status(
        api, "/_sandbox/inbound", json.dumps(said).encode(), "application/json"
    )

    assert answer in (202, 400, 422)
    assert len(box.store.webhooks()) - before == (answer == 202)


async def updated(
    api: httpx.AsyncClient, token: str, path: str, raw: bytes | str
) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = api.build_request("PATCH", path, content=raw, headers=headers)
    return (await api.send(request, auth=None)).status_code


@pytest.mark.parametrize("path", list(GOOD))
async def test_the_good_requests_are_good(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.post(path, json=GOOD[path])

    assert answer.status_code in (202, 204)


@ONE_BOX
@given(
    header=st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
    ),
    scheme=st.sampled_from(["", "Basic ", "Bearer ", "Bearer a.b."]),
)
async def test_no_authorization_is_the_fault_of_the_sandbox(
    api: httpx.AsyncClient, header: str, scheme: str
) -> None:
    given_header = (b"Authorization", (scheme + header).encode("latin-1"))
    request = api.build_request("POST", "/v1/messages", headers=[given_header])

    answer = await api.send(request, auth=None)

    assert answer.status_code == 401
