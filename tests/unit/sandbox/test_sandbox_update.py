from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from nexmo_async.sandbox import document

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

TYPING: Final = {"status": "read", "replying_indicator": {"show": True, "type": "text"}}
READ: Final = {"status": "read"}
REVOKED: Final = {"status": "revoked"}
PARTIES: Final[dict[str, dict[str, str]]] = {
    "sms": {"to": "447700900000", "from": "ACME"},
    "mms": {"to": "447700900000", "from": "447700900001"},
    "rcs": {"to": "447700900000", "from": "Acme"},
    "whatsapp": {"to": "447700900000", "from": "447700900001"},
    "messenger": {"to": "1", "from": "2"},
    "viber_service": {"to": "447700900000", "from": "16273"},
    "email": {"to": "ada@example.com", "from": "acme@example.org"},
}


class Patch:
    """Sends PATCH with a token."""

    def __init__(self, api: httpx.AsyncClient, token: str) -> None:
        self._api = api
        self._headers = {"Authorization": f"Bearer {token}"}

    async def __call__(self, uuid: str, body: object) -> httpx.Response:
        path = f"/v1/messages/{uuid}"
        request = self._api.build_request(
            "PATCH", path, json=body, headers=self._headers
        )
        return await self._api.send(request, auth=None)


@pytest.fixture
def patch(api: httpx.AsyncClient, token: str) -> Patch:
    return Patch(api, token)


async def sent(api: httpx.AsyncClient, channel: str = "rcs", **rest: object) -> str:
    body: dict[str, Any] = {
        "channel": channel,
        "message_type": "text",
        "text": "hi",
        "email": {"subject": "hi"},
        **PARTIES[channel],
        **rest,
    }
    uuid: str = (await api.post("/v1/messages", json=body)).json()["message_uuid"]
    return uuid


async def heard(box: Sandbox, channel: str = "whatsapp") -> str:
    return await box.inbound(
        channel=channel, sender="447700900000", to="447700900001", text="hi"
    )


@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
async def test_what_somebody_wrote_is_marked_as_read(
    box: Sandbox, clock: ManualClock, patch: Patch, channel: str
) -> None:
    uuid = await heard(box, channel)
    await clock.advance(60)

    answer = await patch(uuid, READ)
    (said,) = box.store.inbound()

    assert answer.status_code == 202
    assert answer.content == b""
    assert said.read_at is not None
    assert said.read_at.isoformat() == "2026-01-01T00:01:00+00:00"


async def test_a_message_is_read_once_however_often_that_is_said(
    box: Sandbox, clock: ManualClock, patch: Patch
) -> None:
    uuid = await heard(box)
    await patch(uuid, READ)
    await clock.advance(60)
    answer = await patch(uuid, READ)
    (said,) = box.store.inbound()

    assert answer.status_code == 202
    assert str(said.read_at) == "2026-01-01 00:00:00+00:00"


async def seen(api: httpx.AsyncClient) -> tuple[bool, bool]:
    """Whether the one who wrote sees the ticks, and sees that a reply is written."""
    (said,) = (await api.get("/_sandbox/inbound")).json()["messages"]
    return said["read_at"] is not None, said["replying"]


async def test_a_reply_is_seen_being_written_for_25_seconds(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, patch: Patch
) -> None:
    uuid = await heard(box)
    before = await seen(api)
    answer = await patch(uuid, TYPING)
    during = await seen(api)
    await clock.advance(24.9)
    still = await seen(api)
    await clock.advance(0.1)
    after = await seen(api)

    assert answer.status_code == 202
    assert [before, during, still, after] == [
        (False, False),
        (True, True),
        (True, True),
        (True, False),
    ]


async def test_a_reply_ends_the_writing(
    api: httpx.AsyncClient, box: Sandbox, patch: Patch
) -> None:
    await patch(await heard(box), TYPING)
    await sent(api, "sms")
    other_channel = await seen(api)
    await sent(api, "whatsapp")

    assert other_channel == (True, True)
    assert await seen(api) == (True, False)


async def test_an_indicator_that_is_not_shown_is_not_seen(
    api: httpx.AsyncClient, box: Sandbox, patch: Patch
) -> None:
    indicator = {"show": False, "type": "text"}
    await patch(await heard(box), {**READ, "replying_indicator": indicator})

    assert await seen(api) == (True, False)


async def test_rcs_knows_no_indicator(
    api: httpx.AsyncClient, box: Sandbox, patch: Patch
) -> None:
    answer = await patch(await heard(box, "rcs"), TYPING)

    assert answer.status_code == 202
    assert await seen(api) == (True, False)


async def test_after_a_revoked_message_nothing_else_is_sent(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, patch: Patch
) -> None:
    """Only a rejected message is followed by the next one."""
    box.persona("447700900000", "reject 1300")
    following = {
        "channel": "sms",
        "message_type": "text",
        "text": "hi",
        **PARTIES["sms"],
    }
    uuid = await sent(api, failover=[following])

    await patch(uuid, REVOKED)
    await clock.advance(1000)

    assert [message.channel for message in box.messages()] == ["rcs"]


async def test_a_revoked_message_is_not_delivered(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, patch: Patch
) -> None:
    uuid = await sent(api)
    await clock.advance(0.05)

    answer = await patch(uuid, REVOKED)
    await clock.advance(1000)
    (message,) = box.messages()

    assert answer.status_code == 202
    assert answer.content == b""
    assert [event.status for event in message.events] == ["submitted"]
    assert message.revoked_at is not None


async def test_a_delivered_message_stays_delivered(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, patch: Patch
) -> None:
    uuid = await sent(api)
    await clock.advance(0.2)

    answer = await patch(uuid, REVOKED)
    await clock.advance(1)
    (message,) = box.messages()

    assert answer.status_code == 202
    assert message.status == "read"
    assert message.revoked_at is None


@pytest.mark.parametrize(("age", "status"), [(86_400.0, 202), (86_401.0, 422)])
async def test_a_message_can_be_revoked_for_a_day(  # noqa: PLR0913, PLR0917 - a table
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    keys: tuple[bytes, str],
    age: float,
    status: int,
) -> None:
    box.persona("447700900000", "silent")
    uuid = await sent(api)
    await clock.advance(age)
    claims = {"application_id": box.application_id, "iat": clock.wall(), "jti": "1"}

    answer = await Patch(api, jwt.encode(claims, keys[1], "RS256"))(uuid, REVOKED)

    assert answer.status_code == status
    if status == 422:
        assert answer.json()["title"] == "Operation not supported"


@pytest.mark.parametrize("channel", [name for name in PARTIES if name != "rcs"])
@pytest.mark.parametrize("body", [READ, REVOKED])
async def test_nothing_else_that_was_sent_can_be_changed(
    api: httpx.AsyncClient, patch: Patch, channel: str, body: dict[str, str]
) -> None:
    answer = await patch(await sent(api, channel), body)

    assert answer.status_code == 422
    assert answer.json()["title"] == "Operation not supported"
    assert answer.json()["type"] == ""


@pytest.mark.parametrize("channel", ["sms", "mms", "messenger", "viber_service"])
async def test_nothing_else_that_was_written_can_be_read(
    box: Sandbox, patch: Patch, channel: str
) -> None:
    answer = await patch(await heard(box, channel), READ)

    assert answer.status_code == 422
    assert answer.json()["title"] == "Operation not supported"


@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
async def test_what_somebody_wrote_cannot_be_revoked(
    box: Sandbox, patch: Patch, channel: str
) -> None:
    answer = await patch(await heard(box, channel), REVOKED)

    assert answer.json()["title"] == "Operation not supported"


async def test_what_was_sent_by_rcs_cannot_be_read(
    api: httpx.AsyncClient, patch: Patch
) -> None:
    answer = await patch(await sent(api), READ)

    assert answer.json()["title"] == "Operation not supported"


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        ({}, "status", "is required."),
        ({"status": "seen"}, "status", "must be one of read, revoked."),
        ({"status": None}, "status", "must be one of read, revoked."),
        (
            {**READ, "replying_indicator": True},
            "replying_indicator",
            "must be an object.",
        ),
        (
            {**READ, "replying_indicator": {"type": "text"}},
            "replying_indicator.show",
            "is required.",
        ),
        (
            {**READ, "replying_indicator": {"show": "yes", "type": "text"}},
            "replying_indicator.show",
            "must be true or false.",
        ),
        (
            {**READ, "replying_indicator": {"show": True}},
            "replying_indicator.type",
            "is required.",
        ),
        (
            {**READ, "replying_indicator": {"show": True, "type": "audio"}},
            "replying_indicator.type",
            "must be one of text.",
        ),
    ],
)
async def test_a_bad_update_is_named_and_changes_nothing(
    box: Sandbox, patch: Patch, body: dict[str, Any], name: str, reason: str
) -> None:
    answer = await patch(await heard(box), body)
    (said,) = box.store.inbound()

    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid params"
    assert answer.json()["invalid_parameters"] == [{"name": name, "reason": reason}]
    assert said.read_at is None


async def test_an_unknown_message_is_404_and_named(patch: Patch) -> None:
    answer = await patch("nothing", READ)

    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"
    assert answer.json()["detail"] == "There is no message nothing"


async def test_the_key_and_the_secret_are_not_enough(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    answer = await api.patch(f"/v1/messages/{await heard(box)}", json=READ)

    assert answer.status_code == 401
    assert answer.json()["title"] == "Unauthorised"
    assert box.store.inbound()[0].read_at is None


async def test_an_update_must_be_json(api: httpx.AsyncClient, token: str) -> None:
    request = api.build_request(
        "PATCH",
        "/v1/messages/nothing",
        content=b"{",
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        },
    )

    answer = await api.send(request, auth=None)

    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid JSON"


@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
async def test_a_message_takes_no_other_verb(api: httpx.AsyncClient, verb: str) -> None:
    answer = await api.request(verb, "/v1/messages/nothing")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "PATCH"


async def test_the_link_of_a_message_is_where_it_is_marked_as_read(
    box: Sandbox, api: httpx.AsyncClient, token: str
) -> None:
    await heard(box)
    (webhook,) = box.store.webhooks(kind="inbound")
    link = document.decode(webhook.body)["_self"]
    assert isinstance(link, dict)
    headers = {"Authorization": f"Bearer {token}"}
    request = api.build_request("PATCH", link["href"], json=READ, headers=headers)

    answer = await api.send(request, auth=None)

    assert link["href"].startswith(box.base_url)
    assert answer.status_code == 202
