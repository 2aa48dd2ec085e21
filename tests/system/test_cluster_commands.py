"""The commands of a cluster, as a shell sees them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from postgres_fixtures import postgres as started_postgres

from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from blockbuster import BlockBuster

    from nexmo_async.sandbox import Sandbox
    from nexmo_async.testing.postgres import PostgresServer

postgres = started_postgres


@pytest.fixture(autouse=True)
def processes_may_be_started(nothing_blocks_the_loop: BlockBuster) -> None:
    nothing_blocks_the_loop.deactivate()


async def begin(*words: str, **env: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", "cluster", *words),
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_worker_sends_and_its_state_is_shown(
    postgres: PostgresServer, box: Sandbox
) -> None:
    database = await postgres.create()
    account = {
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_DATABASE": database,
    }
    worker = await begin("worker", "--id", "w1", **account)
    async with DbosEngine(database) as engine:
        first = WhatsApp(to="447700900000", sender="447700900990", content="hi")
        last = Sms(to="447700900000", sender="ACME", content="hi")
        step = Step(first, until="delivered", within=600)
        await engine.start(Workflow(step, Step(last)), name="r")
        async with asyncio.timeout(60):
            while not box.messages():
                await box.store.bell.wait()
    shown = await begin("status", "--json", **account)
    said, _ = await shown.communicate()
    worker.send_signal(signal.SIGTERM)
    _, told = await worker.communicate()

    assert [one.client_ref for one in box.messages()] == ["r:1"]
    assert json.loads(said)["lanes"]["nexmo_async"]["waiting"] == 1
    assert "worker w1 sends" in told.decode()
    assert worker.returncode == 0


async def test_a_worker_called_local_is_refused_in_a_sentence() -> None:
    address = "postgresql://nobody@localhost/nothing"
    worker = await begin("worker", "--id", "local", "--database", address)
    _, told = await worker.communicate()

    assert worker.returncode == 1
    assert "every worker could be called" in told.decode()
