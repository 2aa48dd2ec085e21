"""How raw DBOS and PgQueuer are given their work: a workflow, or a job, per message."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from dbos import DBOSClient
from pgqueuer import Queries
from pgqueuer.db import PsycopgDriver


async def put_dbos(url: str, count: int) -> None:
    """Enqueue one workflow for each message."""
    await asyncio.to_thread(_put_dbos, url, count)


def _put_dbos(url: str, count: int) -> None:
    client = DBOSClient(system_database_url=url, application_name="bench")
    for number in range(count):
        options: Any = {"workflow_name": "bench.message", "queue_name": "bench"}
        client.enqueue(options, number)
    client.destroy()


async def put_pgqueuer(url: str, count: int) -> None:
    """Enqueue one job for each message, as many as may be at once."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as line:
        payloads: list[bytes | None] = [str(number).encode() for number in range(count)]
        queries = Queries(PsycopgDriver(line))
        await queries.enqueue(["send"] * count, payloads, [0] * count)
