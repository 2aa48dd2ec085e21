"""Each web example, started as a user would start it, against the sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from nexmo_async.sandbox import Sandbox
    from nexmo_async.testing.redis import RedisServer

    Started = Callable[..., AbstractAsyncContextManager[str]]

UVICORN = ("-m", "uvicorn", "--port", "{port}")

#: How each one is started, and where its webhooks are.
ONE_PROCESS = {
    "fastapi": ((*UVICORN, "web_fastapi:app"), "/webhooks/"),
    "django": ((*UVICORN, "web_django:application"), "/webhooks"),
    "aiohttp": (("web_aiohttp.py", "{port}"), "/webhooks/"),
}


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("framework", ONE_PROCESS)
async def test_a_code_is_sent_and_the_answer_tells_that_it_arrived(
    framework: str, box: Sandbox, started: Started, browser: aiohttp.ClientSession
) -> None:
    command, webhooks = ONE_PROCESS[framework]
    async with started(*command) as url:
        box.status_url = url + webhooks
        async with browser.post(f"{url}/codes/447700900000") as answer:
            said = await answer.json()

    assert said == {"status": "delivered"}


async def test_a_code_that_is_rejected_is_told_as_such(
    box: Sandbox, started: Started, browser: aiohttp.ClientSession
) -> None:
    box.persona("447700900003", "reject 1300")
    async with started(*ONE_PROCESS["fastapi"][0]) as url:
        box.status_url = f"{url}/webhooks/"
        async with browser.post(f"{url}/codes/447700900003") as answer:
            said = await answer.json()

    assert "ended as rejected with 1300" in said["status"]


async def test_each_step_is_told_as_it_happens(
    box: Sandbox, started: Started, browser: aiohttp.ClientSession
) -> None:
    async with started(*ONE_PROCESS["fastapi"][0]) as url:
        box.status_url = f"{url}/webhooks/"
        async with browser.post(f"{url}/steps/447700900000") as answer:
            said = await answer.text()

    assert said.split() == ["submitted", "delivered"]


async def test_a_question_is_answered_with_the_answer(
    box: Sandbox, started: Started, browser: aiohttp.ClientSession
) -> None:
    async with (
        started(*ONE_PROCESS["fastapi"][0]) as url,
        asyncio.TaskGroup() as group,
    ):
        box.inbound_url = f"{url}/webhooks/"
        asking = group.create_task(browser.post(f"{url}/questions/447700900000"))
        await box.inbound(
            channel="sms",
            sender="447700900000",
            to="447700900001",
            text="At two is fine.",
        )
        said = await (await asking).json()

    assert said == {"answer": "At two is fine."}


async def test_four_workers_share_their_receipts_through_redis(
    box: Sandbox,
    started: Started,
    redis: RedisServer,
    browser: aiohttp.ClientSession,
) -> None:
    command = (*UVICORN, "--workers", "4", "web_starlette_workers:app")
    async with started(*command, up=4, REDIS_URL=redis.url) as url:
        box.status_url = f"{url}/webhooks/"
        async with asyncio.TaskGroup() as group:
            sending = [
                group.create_task(_code(browser, f"{url}/codes/4477009{number:05}"))
                for number in range(40)
            ]

    said = [task.result() for task in sending]
    assert {each["status"] for each in said} == {"delivered"}
    assert len({each["worker"] for each in said}) > 1


async def _code(browser: aiohttp.ClientSession, url: str) -> dict[str, str]:
    async with browser.post(url) as answer:
        found: dict[str, str] = await answer.json()
        return found
