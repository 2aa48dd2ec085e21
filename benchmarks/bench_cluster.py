"""What do two workers on one PostgreSQL carry, and do they keep what they promise?

The provider, each worker and PostgreSQL are processes of their own; it is at the
provider that is counted. PostgreSQL forces all onto the disk, as in earnest. Raw DBOS
(a workflow for each message) and PgQueuer (a job for each) send with the same client.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import time
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

import attrs
import psycopg
from cluster_bounds import Answer, keep, told
from cluster_machines import Stage, asked
from cluster_rivals import put_dbos, put_pgqueuer
from pgqueuer import Queries
from pgqueuer.db import PsycopgDriver

from nexmo_async.bulk import Item
from nexmo_async.durable import InProcessEngine, Job, settle
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from nexmo_async.durable.runs import Durable


@attrs.frozen
class Sizes:
    """How much of each is measured."""

    paced: int = 450
    per_sender: int = 22
    bulk: int = 60_000
    rivals: int = 4_000
    enqueued: int = 1_000_000
    waiting: int = 3_000
    shown: int = 100_000
    receipts: int = 200


QUICK: Final = Sizes(150, 8, 12_000, 1_000, 50_000, 300, 5_000, 40)


def items(count: int, senders: int = 1) -> Iterator[Item]:
    """Messages to somebody else each time, by each sender in turn."""
    for number in range(count):
        to, sender = f"4477{number:08}", f"4478{number % senders:08}"
        yield Item(Sms(to=to, sender=sender, content="Your parcel is there."))


def most(times: list[float], seconds: float = 1.0) -> int:
    """The most in any so many seconds; times are in order."""
    ends = (bisect_left(times, at + seconds) for at in times)
    return max(end - place for place, end in enumerate(ends))


def pace(times: list[float]) -> float:
    """How many came in a second, the first not counted."""
    return (len(times) - 1) / (times[-1] - times[0])


async def limited(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """One rate over two workers."""
    url = await stage.database()
    await stage.work(url, "w1", "w2")
    async with DbosEngine(url) as engine:
        await engine.bulk.run(items(sizes.paced), job="limited", rate=30)
    times = sorted(at for _, _, at in await stage.taken())
    assert len(times) == sizes.paced
    return {
        "limit 30/s: most in any second": most(times),
        "limit 30/s: share used": pace(times) / 30,
    }


async def by_sender(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """A rate for each of fifty senders."""
    url = await stage.database()
    await stage.work(url, "w1", "w2", at_once=32)
    many = items(50 * sizes.per_sender, 50)
    async with DbosEngine(url) as engine:
        await engine.bulk.run(many, job="senders", per_sender=1)
    senders: dict[str, list[float]] = {}
    for sender, _, at in await stage.taken():
        senders.setdefault(sender, []).append(at)
    times = [sorted(each) for each in senders.values()]
    return {
        "50 senders at 1/s: most of one in any second": max(map(most, times)),
        "50 senders at 1/s: share used": statistics.mean(map(pace, times)),
        "50 senders at 1/s: share used by the slowest": min(map(pace, times)),
    }


async def unlimited(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """As fast as two workers can, against one workflow or job for each message."""
    url = await stage.database()
    await stage.work(url, "w1", "w2")
    async with DbosEngine(url) as engine:
        began = time.monotonic()
        await engine.bulk.run(items(sizes.bulk), job="bulk", slice=20)
        took = time.monotonic() - began
    times = sorted(at for _, _, at in await stage.taken())
    assert len(times) == sizes.bulk
    await stage.rest()
    ours = sizes.bulk / took
    raw = await rival(stage, "dbos", sizes.rivals, put_dbos)
    queue = await rival(stage, "pgqueuer", sizes.rivals, put_pgqueuer)
    return {
        "bulk without a limit: messages/s": ours,
        "bulk without a limit: messages/s at the provider": pace(times),
        "raw DBOS: messages/s": raw,
        "PgQueuer: messages/s": queue,
        "bulk against raw DBOS": ours / raw,
        "bulk against PgQueuer": ours / queue,
    }


async def rival(
    stage: Stage, kind: str, count: int, put: Callable[[str, int], Awaitable[None]]
) -> float:
    """Messages per second of another queue, from the first put to the last sent."""
    url = await stage.database()
    if kind == "pgqueuer":
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as line:
            await Queries(PsycopgDriver(line)).install()
    await stage.work(url, "w1", "w2", kind=kind, at_once=64)
    began = time.monotonic()
    await put(url, count)
    last = max(at for _, _, at in await stage.until(count))
    await stage.rest()
    return count / (last - began)


async def enqueued(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """A million items into the database, ready to be sent."""
    url = await stage.database()
    async with DbosEngine(url) as engine:
        began = time.monotonic()
        job = await engine.bulk.begin(items(sizes.enqueued), job="million")
        took = time.monotonic() - began
        began = time.monotonic()
        progress = await job.progress()
        shown = time.monotonic() - began
        assert progress.total == sizes.enqueued
    async with await psycopg.AsyncConnection.connect(url) as line:
        found = await line.execute("SELECT pg_database_size(current_database())")
        ((size,),) = await found.fetchall()
    return {
        "1,000,000 enqueued: seconds": took * 1_000_000 / sizes.enqueued,
        "1,000,000 enqueued: MiB in the database": size / 2**20,
        "1,000,000 enqueued: seconds to show its progress": shown,
    }


def failover(number: int) -> Workflow:
    """Viber, then SMS."""
    to = f"4477{number:08}"
    viber = Viber(to=to, sender="ACME", content="Your parcel is there.")
    sms = Sms(to=to, sender="ACME", content="Your parcel is there.")
    return Workflow(Step(viber, until="delivered", within=3600), Step(sms))


async def started(engine: Durable, count: int, first: int = 0) -> None:
    """Begin so many runs."""
    numbers = iter(range(first, first + count))
    while some := list(itertools.islice(numbers, 20)):
        await asyncio.gather(
            *(engine.start(failover(each), name=f"r{each}") for each in some)
        )


async def waiting(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """Runs that wait for a receipt, when their worker is killed and comes back."""
    url = await stage.database()
    async with DbosEngine(url) as engine:
        (worker,) = await stage.work(url, "w1")
        await started(engine, 20, first=sizes.waiting)  # all of the code is loaded
        await stage.until(20)
        before = int((await asked(worker)).split()[1])
        await started(engine, sizes.waiting)
        await stage.until(sizes.waiting)
        await settled(engine, sizes.waiting)
        after = int((await asked(worker)).split()[1])
        await stage.rest()
        await started(engine, 1, first=10 * sizes.waiting)
        began = time.monotonic()
        await stage.work(url, "w1")
        await stage.until(1)
        took = time.monotonic() - began
    return {
        "3,000 waiting: seconds to restart": took,
        "3,000 waiting: MiB grown": (after - before) / 2**20,
    }


async def settled(engine: DbosEngine, count: int) -> None:
    """Wait until no job runs, and so many wait."""
    while True:
        states = (await engine.census()).lanes.values()
        running = sum(each.get("running", 0) for each in states)
        if not running and sum(each.get("waiting", 0) for each in states) >= count:
            return
        await asyncio.sleep(0.2)


async def shown(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """How long it takes to count what waits."""
    url = await stage.database()
    async with DbosEngine(url) as engine:
        jobs = (Job("bench.v1", "{}") for _ in range(sizes.shown))
        began = time.monotonic()
        await engine.submit_many(jobs, key_prefix="wait")
        put = time.monotonic() - began
        later = int((time.time() + 3600) * 1000)
        async with await psycopg.AsyncConnection.connect(url) as line:
            await line.execute(
                "UPDATE dbos.workflow_status SET status = 'DELAYED', "
                "delay_until_epoch_ms = %s",
                (later,),
            )
        began = time.monotonic()
        census = await engine.census()
        took = time.monotonic() - began
        assert census.open == sizes.shown
    return {
        "100,000 waiting: seconds to show": took,
        "100,000 waiting: seconds to enqueue as jobs": put,
    }


async def receipts(stage: Stage, sizes: Sizes) -> dict[str, float]:
    """From a receipt that says no to the next message at the provider."""
    url = await stage.database()
    await stage.work(url, "w1", "w2")
    heard: dict[str, float] = {}
    async with DbosEngine(url) as engine:
        await started(engine, sizes.receipts)
        await stage.until(sizes.receipts)
        await settled(engine, sizes.receipts)
        for number in range(sizes.receipts):
            heard[f"4477{number:08}"] = time.monotonic()
            await settle(engine, rejected(number), engine.clock)
        taken = await stage.until(sizes.receipts)
    cluster = [at - heard[to] for _, to, at in taken]
    local = await in_process(sizes.receipts)
    return {
        "receipt to next send, cluster: p50 ms": statistics.median(cluster) * 1e3,
        "receipt to next send, cluster: p95 ms": p95(cluster) * 1e3,
        "receipt to next send, in process: p50 ms": statistics.median(local) * 1e3,
        "receipt to next send, in process: p95 ms": p95(local) * 1e3,
    }


def p95(values: list[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(values)[int(len(values) * 0.95)]


def rejected(number: int) -> Receipt:
    """The receipt of the first message of a run."""
    return Receipt(
        message_uuid="aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
        status="rejected",
        at=None,
        channel="viber_service",
        to=f"4477{number:08}",
        sender="ACME",
        client_ref=f"r{number}:1",
        code=1300,
    )


@attrs.frozen
class Accepted:
    """What a send gives back."""

    message_uuid: str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"


async def in_process(count: int) -> list[float]:
    """The same on the engine that needs no database."""
    sent: dict[str, list[float]] = {}

    async def send(message: Sms, *, total: float | None) -> Accepted:
        assert total is not None
        sent.setdefault(message.to, []).append(time.monotonic())
        return Accepted()

    engine, heard = InProcessEngine(), dict[str, float]()
    engine.sends(send)  # type: ignore[arg-type]  # it is asked for nothing else
    running = asyncio.create_task(engine.run())
    await started(engine, count)
    while len(sent) < count:  # noqa: ASYNC110  a benchmark may look
        await asyncio.sleep(0.01)
    for number in range(count):
        heard[f"4477{number:08}"] = time.monotonic()
        await settle(engine, rejected(number), engine.clock)
    while sum(map(len, sent.values())) < 2 * count:  # noqa: ASYNC110  the same
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
    return [sent[to][1] - at for to, at in heard.items()]


QUESTIONS: Final = {
    "limited": limited,
    "senders": by_sender,
    "unlimited": unlimited,
    "enqueued": enqueued,
    "waiting": waiting,
    "shown": shown,
    "receipts": receipts,
}


async def main() -> int:
    """Ask all questions, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[*QUESTIONS, []])
    parser.add_argument("--quick", action="store_true", help="less of each")
    given = parser.parse_args()
    sizes = QUICK if given.quick else Sizes()
    answers: dict[str, Answer] = {}
    async with Stage() as stage:
        for name in given.names or QUESTIONS:
            began = time.monotonic()
            found = await QUESTIONS[name](stage, sizes)
            await stage.rest()
            await stage.taken()
            answers[name] = Answer(found, round(time.monotonic() - began, 1))
            print(f"{name}: {answers[name].took} s", file=sys.stderr)
    broken = [each for answer in answers.values() for each in told(answer.found)]
    if not given.quick:
        print(keep(answers, attrs.asdict(sizes)))
    return len(broken)


if __name__ == "__main__":
    subprocess.run(["sync"], check=False)  # noqa: S607  what others left to write
    print(f"load before: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    sys.exit(asyncio.run(main()))
