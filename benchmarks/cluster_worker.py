"""A worker of the cluster's benchmark: ours, or what one writes without us.

Says "ready <bytes of memory>", and does so again for each line on stdin.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from dbos import DBOS
from pgqueuer import PgQueuer
from pgqueuer.db import PsycopgDriver

from nexmo_async import Basic, Nexmo, Sms
from nexmo_async.durable import Lane
from nexmo_async.durable.bulk import BULK_LANE
from nexmo_async.durable.dbos import DbosEngine

if TYPE_CHECKING:
    from pgqueuer.models import Job


async def ours(nexmo: Nexmo, said: dict[str, Any]) -> None:
    """Our engine."""
    lanes = [Lane(BULK_LANE, at_once=said["at_once"])]
    async with DbosEngine(said["url"], worker=said["name"], lanes=lanes) as engine:
        engine.sends(nexmo.messages.send)
        await asyncio.gather(engine.run(), speak())


async def raw_dbos(nexmo: Nexmo, said: dict[str, Any]) -> None:
    """DBOS as in its tutorial: a workflow for each message, its send a step."""

    @DBOS.step(name="bench.send")
    async def send(number: int) -> str:
        return (await nexmo.messages.send(message(number))).message_uuid

    @DBOS.workflow(name="bench.message")
    async def one(number: int) -> str:
        return await send(number)

    DBOS(
        config={
            "name": "bench",
            "system_database_url": said["url"],
            "executor_id": said["name"],
            "application_version": "1",
            "console_log_level": "ERROR",
        }
    )
    DBOS.launch()
    await asyncio.to_thread(
        DBOS.register_queue,
        "bench",
        worker_concurrency=said["at_once"],
        polling_interval_sec=0.1,
        on_conflict="always_update",
    )
    assert one is not None
    await speak()
    await asyncio.Event().wait()


async def pgqueuer(nexmo: Nexmo, said: dict[str, Any]) -> None:
    """PgQueuer as in its tutorial: a job for each message."""
    line = await psycopg.AsyncConnection.connect(said["url"], autocommit=True)
    queue = PgQueuer(PsycopgDriver(line))

    @queue.entrypoint("send")
    async def send(job: Job) -> None:
        await nexmo.messages.send(message(int(job.payload or b"0")))

    await asyncio.gather(queue.run(batch_size=said["at_once"]), speak())


def message(number: int) -> Sms:
    """A message to somebody else each time."""
    return Sms(to=f"4477{number:08}", sender="ACME", content="Your parcel is there.")


async def speak() -> None:
    """Say how much memory is in use, whenever asked."""
    while True:
        print("ready", resident(), flush=True)
        if not await asyncio.to_thread(sys.stdin.readline):
            return


def resident() -> int:
    """Bytes of memory in use."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


async def main(said: dict[str, Any]) -> None:
    """Work as told."""
    kinds = {"ours": ours, "dbos": raw_dbos, "pgqueuer": pgqueuer}
    async with Nexmo(Basic("key", "secret"), base_url=said["base_url"]) as nexmo:
        await kinds[said["kind"]](nexmo, said)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
