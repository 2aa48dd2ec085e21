from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async import Inbound, Nexmo, Raw, Sms
from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.errors import (
    ConfigurationError,
    MessageError,
    NotFoundError,
    RequestError,
    UnsupportedError,
)
from nexmo_async.messages.client import Messages, Post
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.testing import FakeTransport, answer
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock
    from nexmo_async.transport.base import Request
    from nexmo_async.wire.limits import Api

UUID = "11111111-2222-4333-8444-555555555555"
SMS = Sms(to="447700900000", sender="447700900001", content="hi")


def messages(
    transport: FakeTransport, clock: ManualClock, api: Api = "v1", *, jwt: bool = True
) -> Messages:
    post = Post(transport=transport, dialect=DIALECTS[api], clock=clock, timeout=7.0)
    return Messages(post, MemoryReceipts(clock=clock), jwt)


def inbound(region: str | None) -> Inbound:
    return Inbound(
        message_uuid=UUID,
        at=None,
        channel="whatsapp",
        to="447700900001",
        sender="447700900000",
        type="text",
        region=region,
    )


def told(request: Request) -> tuple[str, str, Any]:
    return request.method, request.path, json.loads(request.body)


async def test_a_message_is_marked_as_read(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202))

    await messages(transport, clock).mark_read(UUID)

    [request] = transport.requests
    assert told(request) == ("PATCH", f"/v1/messages/{UUID}", {"status": "read"})


async def test_it_may_show_that_an_answer_is_being_written(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202))

    await messages(transport, clock).mark_read(UUID, replying=True)

    assert json.loads(transport.requests[0].body) == {
        "status": "read",
        "replying_indicator": {"show": True, "type": "text"},
    }


async def test_a_message_is_revoked(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202), answer(202))
    sender = messages(transport, clock)

    await sender.revoke(UUID)
    await sender.revoke(UUID, region="us")

    assert told(transport.requests[0])[2] == {"status": "revoked"}
    assert [request.region for request in transport.requests] == ["", "us"]


async def test_what_was_sent_can_be_revoked_as_it_is(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202, {"message_uuid": UUID}), answer(202))
    sender = messages(transport, clock)

    await sender.revoke(await sender.send(SMS))

    assert transport.requests[1].path == f"/v1/messages/{UUID}"


async def test_an_inbound_message_knows_its_region(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202), answer(202))
    sender = messages(transport, clock)

    await sender.mark_read(inbound("ap"))
    await sender.mark_read(inbound("ap"), region="eu")

    assert [request.region for request in transport.requests] == ["ap", "eu"]


async def test_a_key_and_its_secret_may_not_change_a_message(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()

    with pytest.raises(ConfigurationError, match=r"auth: .* Jwt\("):
        await messages(transport, clock, jwt=False).mark_read(UUID)
    assert transport.requests == []


@pytest.mark.parametrize("api", ["beta", "v0.1"])
async def test_only_v1_can_change_a_message(api: Api, clock: ManualClock) -> None:
    transport = FakeTransport()

    with pytest.raises(UnsupportedError, match=r"message: cannot be changed"):
        await messages(transport, clock, api).revoke(UUID)
    assert transport.requests == []


async def test_an_empty_id_is_refused(clock: ManualClock) -> None:
    """It would change the address of the request, not the message."""
    with pytest.raises(MessageError, match="message: is empty"):
        await messages(FakeTransport(), clock).revoke("")


async def test_an_id_cannot_lead_to_another_path(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202))

    await messages(transport, clock).revoke("../applications?x=1")

    path = transport.requests[0].path
    assert path == "/v1/messages/..%2Fapplications%3Fx%3D1"


PROBLEMS = {404: NotFoundError, 422: RequestError}


@pytest.mark.parametrize(("status", "kind"), PROBLEMS.items())
async def test_a_refused_update_says_why(
    status: int, kind: type[Exception], clock: ManualClock
) -> None:
    problem = {"type": "", "title": "Operation not supported"}
    transport = FakeTransport(answer(status, problem, x_request_id="bf0c"))

    with pytest.raises(kind, match="Operation not supported") as caught:
        await messages(transport, clock).mark_read(UUID)
    assert getattr(caught.value, "request_id", None) == "bf0c"


async def test_extra_members_are_added_on_top(clock: ManualClock) -> None:
    transport = FakeTransport()

    await messages(transport, clock).send(SMS, extra={"new": {"a": 1}})

    assert json.loads(transport.requests[0].body)["new"] == {"a": 1}


@pytest.mark.parametrize("key", ["to", "from", "channel", "message_type", "client_ref"])
async def test_extra_members_cannot_say_what_the_message_says(
    key: str, clock: ManualClock
) -> None:
    transport = FakeTransport()

    with pytest.raises(MessageError, match=f"extra: cannot say '{key}'"):
        await messages(transport, clock).send(SMS, extra={key: "x"})
    assert transport.requests == []


async def test_a_raw_message_is_found_by_a_reference_like_any_other(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()
    sender = messages(transport, clock)

    sent = await sender.send(Raw({"channel": "fax", "client_ref": "theirs"}))
    other = await sender.send(Raw({"channel": "fax"}))

    assert sent.client_ref == "theirs"
    assert json.loads(transport.requests[1].body)["client_ref"] == other.client_ref


async def test_a_client_can_ask_for_anything_else() -> None:
    transport = FakeTransport(answer(200, {"ok": True}))
    async with Nexmo(Basic("key", "secret"), transport=transport) as nexmo:
        response = await nexmo.request("post", "/v1/new", json={"a": 1})

    assert json.loads(response.body) == {"ok": True}
    assert told(transport.requests[0]) == ("POST", "/v1/new", {"a": 1})


async def test_a_request_without_a_body_has_none() -> None:
    transport = FakeTransport(answer(200))
    async with Nexmo(Basic("key", "secret"), transport=transport) as nexmo:
        await nexmo.request("GET", "/v1/new")

    assert transport.requests[0].body == b""


@pytest.mark.parametrize("path", ["", "v1/new", "@example.com/", ".example.com/"])
async def test_a_path_cannot_name_another_host(path: str) -> None:
    """The credentials would go there."""
    transport = FakeTransport()
    async with Nexmo(Basic("key", "secret"), transport=transport) as nexmo:
        with pytest.raises(ConfigurationError, match="path: must begin with a slash"):
            await nexmo.request("GET", path)

    assert transport.requests == []


async def test_a_client_with_a_secret_may_not_update() -> None:
    async with Nexmo(Basic("key", "secret"), transport=FakeTransport()) as nexmo:
        with pytest.raises(ConfigurationError, match="auth"):
            await nexmo.messages.mark_read(UUID)


async def test_a_client_with_a_token_may_update(private_pem: str) -> None:
    transport = FakeTransport(answer(202))
    async with Nexmo(Jwt(UUID, private_pem), transport=transport) as nexmo:
        await nexmo.messages.mark_read(UUID)

    assert transport.requests[0].method == "PATCH"
