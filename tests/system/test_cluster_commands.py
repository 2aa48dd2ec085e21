"""The commands of a cluster, as a shell sees them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from postgres_fixtures import database, databases, postgres

from nexmo_async.clock import SystemClock
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from blockbuster import BlockBuster

    from nexmo_async.sandbox import Sandbox
    from nexmo_async.testing.postgres import PostgresServer

__all__ = ["database", "databases", "postgres"]

#: Seconds after which a busy machine is given up; nothing waits for them to be over.
PATIENCE: Final = 120.0


@pytest.fixture(autouse=True)
def processes_may_be_started(nothing_blocks_the_loop: BlockBuster) -> None:
    nothing_blocks_the_loop.deactivate()


def account(box: Sandbox, database: str) -> dict[str, str]:
    return {
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_DATABASE": database,
    }


async def begin(*words: str, **env: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", "cluster", *words),
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def at_work(
    name: str, *words: str, **env: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A worker that says where its health is told, and is killed if it still runs."""
    worker = await begin("worker", "--id", name, "--health", "0", *words, **env)
    assert worker.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE):
            told = (await worker.stderr.readline()).decode()
            assert told.startswith(f"health of worker {name}: "), told
            url = told.split()[-1]
            while not (await health(url))[0]:
                await SystemClock().sleep(0.05)
            yield worker, url
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.communicate()


async def health(url: str) -> tuple[bool, dict[str, Any]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
    assert answer.status_code in {200, 503}
    return answer.status_code == 200, answer.json()


def flow(number: int) -> Workflow:
    to = f"4477009{number:05}"
    first = WhatsApp(to=to, sender="447700900990", content="hi")
    last = Sms(to=to, sender="ACME", content="hi")
    return Workflow(Step(first, until="delivered", within=600), Step(last))


async def sent(box: Sandbox, count: int) -> list[str | None]:
    while len(box.messages()) < count:
        await box.store.bell.wait()
    return [one.client_ref for one in box.messages()]


async def test_a_worker_sends_stands_still_and_survives_its_database(
    postgres: PostgresServer, database: str, box: Sandbox
) -> None:
    """One story, since a worker takes seconds to start."""
    env = account(box, database)
    words = ("status", "--watch", "--every", "0.1", "--json")
    shown = await begin(*words, NEXMO_DATABASE=database)
    assert shown.stdout is not None
    async with DbosEngine(database) as engine:
        async with at_work("w1", **env) as (worker, url):
            # It sends, and is seen.
            await engine.start(flow(1), name="r1")
            assert await sent(box, 1) == ["r1:1"]
            census = await engine.census()
            assert list(census.alive) == ["w1"]
            assert census.waiting == 1
            _, facts = await health(url)
            assert facts["lanes"]["nexmo_async"] == "open"
            assert facts["last_send"] is not None

            assert "nexmo_async" in await engine.operations.pause()

            # Whoever watches is told so, again and again, until Ctrl-C.
            told: dict[str, Any] = {}
            while not told.get("paused"):
                told = json.loads(await shown.stdout.readline())
            assert (told["waiting"], told["alive"].keys()) == (1, {"w1"})
            shown.send_signal(signal.SIGINT)
            await shown.communicate()
            assert shown.returncode == 0

            # Without a database it is ill, and well again when that is back.
            await postgres.stop(kill=True)
            is_well, facts = await health(url)
            assert (is_well, facts["database"]) == (False, "away")
            await postgres.start()
            while not (await health(url))[0]:
                await SystemClock().sleep(0.05)

            # Paused, also after that, it sends nothing, and nothing is lost.
            await engine.start(flow(2), name="r2")
            for _ in range(10):
                _, facts = await health(url)
                assert facts["lanes"]["nexmo_async"] == "paused"
                await SystemClock().sleep(0.05)
            assert (await engine.census()).lanes["nexmo_async"]["queued"] == 1
            assert len(box.messages()) == 1

            # It goes on where it stood.
            assert "nexmo_async" in await engine.operations.resume()
            assert await sent(box, 2) == ["r1:1", "r2:1"]

            worker.send_signal(signal.SIGTERM)
            await worker.wait()
            assert worker.returncode == 0
        assert (await engine.census()).alive == {}
