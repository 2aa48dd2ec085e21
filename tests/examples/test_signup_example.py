"""The sign-up service, served on a port, against the sandbox."""

from __future__ import annotations

import re
import runpy
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from nexmo_async.sandbox import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.sandbox import Sandbox

PROGRAM = Path(__file__).parents[2] / "examples/signup_service.py"

ANA = "447700900000"
NEITHER = "whatsapp: reject 1300; viber: reject 1300; sms: deliver"


@pytest.fixture
async def service(
    box: Sandbox, env: dict[str, str]
) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser at the service."""
    del env  # the service reads it from the variables
    box.persona(ANA, NEITHER)
    app = runpy.run_path(str(PROGRAM))["app"]
    async with serve(app) as url, aiohttp.ClientSession(url) as session:
        box.status_url = f"{url}/webhooks/"
        yield session


@asynccontextmanager
async def signed_up(service: aiohttp.ClientSession) -> AsyncIterator[str]:
    """The path of a sign-up whose code has arrived."""
    async with service.post(f"/sign-ups/{ANA}") as answer:
        assert answer.status == 202
        path = f"/sign-ups/{(await answer.json())['id']}"
    async with service.get(path) as answer:
        assert (await answer.text()).splitlines()[-1] == "sms reached"
    yield path


async def verified(service: aiohttp.ClientSession, path: str, code: str) -> int:
    async with service.post(f"{path}/verify", params={"code": code}) as answer:
        return answer.status


def code_of(box: Sandbox) -> str:
    found = re.search(r"\d{6}", box.messages()[-1].text)
    assert found is not None
    return found[0]


async def test_the_code_goes_on_until_a_channel_reaches_the_person(
    box: Sandbox, service: aiohttp.ClientSession
) -> None:
    async with signed_up(service):
        channels = [sent.channel for sent in box.messages()]

    assert channels == ["whatsapp", "viber_service", "sms"]


async def test_the_code_that_was_sent_is_the_right_one_once(
    box: Sandbox, service: aiohttp.ClientSession
) -> None:
    async with signed_up(service) as path:
        answers = [await verified(service, path, code_of(box)) for _ in range(2)]

    assert answers == [200, 404]


async def test_nobody_guesses_more_than_three_times(
    box: Sandbox, service: aiohttp.ClientSession
) -> None:
    async with signed_up(service) as path:
        guesses = [await verified(service, path, "no code") for _ in range(3)]
        after = await verified(service, path, code_of(box))

    assert (guesses, after) == ([403, 403, 403], 404)


async def test_who_typed_the_code_in_is_sent_nothing_more(
    box: Sandbox, service: aiohttp.ClientSession
) -> None:
    box.persona(ANA, "whatsapp: deliver")
    async with service.post(f"/sign-ups/{ANA}") as answer:
        path = f"/sign-ups/{(await answer.json())['id']}"
    async with service.get(path) as steps:
        async for step in steps.content:
            if step == b"whatsapp on its way\n":
                break
        answered = await verified(service, path, code_of(box))
        rest = (await steps.text()).splitlines()

    assert answered == 200
    assert rest[-1] == "whatsapp called off"
    assert [sent.channel for sent in box.messages()] == ["whatsapp"]


async def test_a_number_that_is_none_is_refused(
    box: Sandbox, service: aiohttp.ClientSession
) -> None:
    async with service.post("/sign-ups/twelve") as answer:
        status = answer.status

    assert status == 400
    assert box.messages() == []
