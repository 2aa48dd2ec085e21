from __future__ import annotations

import asyncio
import inspect
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import httpx
import jwt
import pytest

import nexmo_async.sandbox
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock

FLAT: Final[dict[str, Any]] = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}


async def test_what_is_not_given_is_made_up() -> None:
    async with Sandbox() as box:
        assert len(box.api_key) == 8
        assert len(box.api_secret) == 16
        assert UUID(box.application_id).version == 4
        assert len(box.signature_secret) >= 32
        assert box.private_key is not None
        assert box.private_key.startswith("-----BEGIN PRIVATE KEY-----")
        assert box.status_url is None
        assert box.inbound_url is None


async def test_the_made_up_key_signs_tokens_that_open() -> None:
    async with Sandbox() as box, httpx.AsyncClient() as client:
        date = await client.get(f"{box.base_url}/_sandbox/messages")
        claims = {"application_id": box.application_id, "jti": "1", "iat": 0}
        claims["iat"] = int(httpx_date(date))
        token = jwt.encode(claims, box.private_key or "", algorithm="RS256")
        answer = await client.post(
            f"{box.base_url}/v1/messages",
            json=FLAT,
            headers={"Authorization": f"Bearer {token}"},
        )

    assert answer.status_code == 202


def httpx_date(answer: httpx.Response) -> float:
    return parsedate_to_datetime(answer.headers["date"]).timestamp()


async def test_who_brings_a_key_keeps_the_other_half(box: Sandbox) -> None:
    assert box.private_key is None


def test_a_key_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="public_key is no public key in PEM"):
        Sandbox(public_key="nonsense")


def test_a_persona_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="reject CODE"):
        Sandbox(personas={"447700900000": "explode"})


def test_a_closed_sandbox_says_how_to_open_it() -> None:
    box = Sandbox()

    with pytest.raises(RuntimeError, match=r"use `async with Sandbox\(\) as box`"):
        _ = box.base_url


async def test_an_open_sandbox_cannot_be_opened(box: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="this sandbox is open already"):
        await box.__aenter__()


async def test_a_sandbox_may_be_opened_again(keys: tuple[bytes, str]) -> None:
    box = Sandbox(public_key=keys[0])
    async with box:
        first = box.base_url
    async with box, httpx.AsyncClient() as client:
        answer = await client.get(f"{box.base_url}/_sandbox/messages")

    assert first.startswith("http://127.0.0.1:")
    assert answer.status_code == 200


async def test_a_taken_port_is_a_clear_error(
    box: Sandbox, keys: tuple[bytes, str]
) -> None:
    port = int(box.base_url.rpartition(":")[2])

    with pytest.raises(OSError, match="cannot listen on"):
        async with Sandbox(public_key=keys[0], port=port):
            pass


async def test_a_sandbox_shows_no_secret(box: Sandbox) -> None:
    assert repr(box) == f"<Sandbox {box.base_url} messages=0>"
    assert repr(Sandbox()) == "<Sandbox closed messages=0>"


async def test_a_persona_may_be_given_at_birth(
    keys: tuple[bytes, str], clock: ManualClock
) -> None:
    async with (
        Sandbox(
            public_key=keys[0], clock=clock, personas={"447700900000": "reject 1300"}
        ) as box,
        httpx.AsyncClient(auth=(box.api_key, box.api_secret)) as client,
    ):
        await client.post(f"{box.base_url}/v1/messages", json=FLAT)
        await clock.advance(1)
        (message,) = box.messages()

    assert [(event.status, event.code) for event in message.events] == [
        ("submitted", None),
        ("rejected", 1300),
    ]


async def test_a_message_lives_as_usual_without_a_persona(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/v1/messages", json=FLAT)
    (message,) = box.messages()

    seen = [message.status]
    for delay in (0.05, 0.15, 0.15):
        await clock.advance(delay)
        seen.append(message.status)

    assert seen == ["accepted", "submitted", "delivered", "read"]


async def test_a_persona_of_one_is_not_that_of_another(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    box.persona("447700900003", "reject 1300")

    await api.post("/v1/messages", json=FLAT)
    await api.post("/v1/messages", json={**FLAT, "to": "447700900003"})
    await clock.advance(1)

    assert [message.status for message in box.messages()] == ["read", "rejected"]


async def test_leaving_ends_what_is_under_way(
    keys: tuple[bytes, str], clock: ManualClock
) -> None:
    async with (
        Sandbox(public_key=keys[0], clock=clock) as box,
        httpx.AsyncClient(auth=(box.api_key, box.api_secret)) as client,
    ):
        body = {**FLAT, "failover": [FLAT]}
        await client.post(f"{box.base_url}/v1/messages", json=body)
        before = len(asyncio.all_tasks())

    assert before > 1
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert clock.waiting == 0


async def test_what_fails_inside_leaves_as_it_is(keys: tuple[bytes, str]) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with Sandbox(public_key=keys[0]):
            raise KeyError("mine")


async def test_cancelling_passes_through(keys: tuple[bytes, str]) -> None:
    entered = asyncio.Event()

    async def for_ever() -> None:
        async with Sandbox(public_key=keys[0]):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(for_ever())
    await entered.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_starts_before_the_block(keys: tuple[bytes, str]) -> None:
    Sandbox(public_key=keys[0])

    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_the_door_is_sorted_and_complete() -> None:
    door = nexmo_async.sandbox

    assert sorted(door.__all__) == sorted(
        name
        for name, thing in vars(door).items()
        if name == "GRAMMAR" or inspect.isclass(thing) or inspect.isfunction(thing)
    )
