"""What only an engine on a database can get wrong."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs
import psycopg
import pytest

from nexmo_async.clock import SystemClock
from nexmo_async.durable import Job, working
from nexmo_async.durable.dbos import APPLICATION, LINKS, POLL, DbosEngine
from nexmo_async.durable.leases import Leases, claim
from nexmo_async.durable.sweeping import DIED, Suspects, Swept
from nexmo_async.errors import ConfigurationError
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.models.message import Message
    from nexmo_async.testing.postgres import PostgresServer

PERSON: Final = "447700900000"
FLOW: Final = Workflow(
    Step(
        WhatsApp(to=PERSON, sender="447700900990", content="hi"),
        until="delivered",
        within=600,
    ),
    Step(Sms(to=PERSON, sender="ACME", content="hi")),
)
KIND: Final = "test.v1"


@attrs.frozen
class Accepted:
    message_uuid: str


class Office:
    """Takes all messages, and tells of each."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Message] = asyncio.Queue()

    async def send(self, message: Message, *, total: float | None) -> Accepted:
        assert total is not None
        self.sent.put_nowait(message)
        return Accepted(f"m-{message.client_ref}")


@asynccontextmanager
async def at_work(engine: DbosEngine) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        try:
            yield
        finally:
            running.cancel()


async def until(engine: DbosEngine, key: str, state: str) -> None:
    async with asyncio.timeout(20):
        while (job := await engine.status(key)) is None or job.state != state:
            await SystemClock().sleep(0.02)


async def change(database: str, what: str) -> None:
    """Do to the rows what a crash would have done."""
    async with await psycopg.AsyncConnection.connect(database) as line:
        query: Any = f"UPDATE dbos.workflow_status SET {what}"  # noqa: S608  ours
        await line.execute(query)


@pytest.mark.parametrize("worker", ["local", ""])
async def test_a_worker_needs_an_id_of_its_own(worker: str) -> None:
    with pytest.raises(ConfigurationError, match="worker"):
        await DbosEngine("postgresql://host/name", worker=worker).run()


def test_only_postgresql_will_do() -> None:
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        DbosEngine("sqlite:///jobs.db")


async def test_a_second_live_worker_of_the_same_id_is_refused_by_name(
    database: str,
) -> None:
    async with DbosEngine(database, worker="w1") as other:
        async with Leases(database, APPLICATION) as alive:
            await claim(alive, "w1")
            with pytest.raises(ConfigurationError, match=r"'w1'.*live worker \(.+:"):
                await other.run()
        other.handle(KIND, _echo)
        async with at_work(other):  # the first one has ended
            await other.submit(Job(KIND, "{}"), key="k:1")
            await until(other, "k:1", "done")


async def _echo(key: str, _: str) -> str:
    return key


async def test_a_webhook_in_a_process_without_a_worker_lets_the_next_step_run(
    database: str,
) -> None:
    office = Office()
    async with DbosEngine(database, worker="w1") as worker, DbosEngine(database) as web:
        worker.sends(office.send)
        async with at_work(worker):
            run = await web.start(FLOW, name="r")
            first = await asyncio.wait_for(office.sent.get(), 20)
            await web.receipts(MemoryReceipts()).record(_receipt(first, "rejected"))
            second = await asyncio.wait_for(office.sent.get(), 20)
            await web.receipts(MemoryReceipts()).record(_receipt(second, "delivered"))
            result = await asyncio.wait_for(run.result(), 20)

    assert [first.client_ref, second.client_ref] == ["r:1", "r:2"]
    assert (result.outcome, result.channel) == ("reached", "sms")


def _receipt(message: Message, status: str) -> Receipt:
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


async def test_jobs_are_written_as_json(database: str) -> None:
    async with DbosEngine(database) as engine:
        await engine.start(FLOW, name="r")
        async with await psycopg.AsyncConnection.connect(database) as line:
            query = """SELECT status.serialization, inputs.inputs
                FROM dbos.workflow_status AS status JOIN dbos.workflow_input AS inputs
                USING (workflow_uuid)"""
            rows = await (await line.execute(query)).fetchall()

    [(form, inputs)] = rows
    assert form == "portable_json"
    assert isinstance(json.loads(json.loads(inputs)["positionalArgs"][0]), dict)


async def test_a_new_release_does_what_the_old_one_has_planned(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    async with DbosEngine(database, worker="w1") as old:
        old.sends(office.send)
        async with at_work(old):
            await old.start(FLOW, name="r")
            await asyncio.wait_for(office.sent.get(), 20)
            await until(old, "r:1", "done")
    monkeypatch.setattr(working, "VERSION", "nexmo_async.2")
    async with DbosEngine(database, worker="w2") as new:
        new.sends(office.send)
        async with at_work(new):
            assert await new.advance("r:2")
            second = await asyncio.wait_for(office.sent.get(), 20)

    assert second.client_ref == "r:2"


async def test_a_worker_takes_no_more_jobs_at_once_than_its_lane_allows(
    database: str,
) -> None:
    begun, are_enough, may_end = set[str](), asyncio.Event(), asyncio.Event()

    async def waits(key: str, _: str) -> str:
        begun.add(key)
        if len(begun) == LINKS:
            are_enough.set()
        await may_end.wait()
        return "{}"

    async with DbosEngine(database, worker="w1") as engine:
        engine.handle(KIND, waits)
        await engine.submit_many([Job(KIND, "{}")] * (LINKS + 5), key_prefix="k")
        async with at_work(engine):
            await asyncio.wait_for(are_enough.wait(), 20)
            await SystemClock().sleep(5 * POLL)  # it has looked for more since
            assert len(begun) == LINKS
            may_end.set()
            for number in range(LINKS + 5):
                await until(engine, f"k:{number + 1}", "done")


async def test_of_two_sweepers_one_puts_the_jobs_of_the_dead_back(
    database: str,
) -> None:
    async with (
        DbosEngine(database, gone_after=0.0) as one,
        DbosEngine(database, gone_after=0.0) as other,
    ):
        for number in range(5):
            await one.submit(Job(KIND, "{}"), key=f"k:{number}")
        gone = "status='PENDING', executor_id='gone', started_at_epoch_ms=1"
        await change(database, gone)
        swept = await asyncio.gather(*(each.sweep() for each in (one, other) * 3))
        jobs = await one.read([f"k:{number}" for number in range(5)])

    assert sum(each.resumed for each in swept if each is not None) == 5
    assert {(job.state, job.lane) for job in jobs.values()} == {
        ("queued", "nexmo_async")
    }
    assert {job.facts[DIED] for job in jobs.values()} == {1}


async def test_jobs_of_the_living_are_left_alone_unless_one_is_stuck(
    database: str,
) -> None:
    engine = DbosEngine(database, worker="w1", gone_after=0.0)
    async with engine, Leases(database, APPLICATION) as alive:
        await claim(alive, "w1")
        for key in ("k:1", "k:2"):
            await engine.submit(Job(KIND, "{}"), key=key, delay=600)
        running = "status='PENDING', executor_id='w1', started_at_epoch_ms="
        minute_ago = int((SystemClock().wall() - 60) * 1000)
        await change(database, f"{running}{minute_ago}")
        assert await engine.sweep() == Swept()
        await change(database, f"{running}1")
        swept = await engine.sweep()

    assert swept == Swept(resumed=2)


async def test_a_job_that_kills_its_workers_is_parked_with_the_reason(
    database: str,
) -> None:
    async with DbosEngine(database, gone_after=0.0) as engine:
        await engine.submit(Job(KIND, "{}"), key="k:1")
        await engine.note("k:1", {DIED: 4})
        gone = "status='PENDING', executor_id='gone', started_at_epoch_ms=1"
        await change(database, gone)
        swept = await engine.sweep()
        job = await engine.status("k:1")

    assert swept == Swept(parked=1)
    assert job is not None
    assert (job.state, job.reason) == ("parked", "its worker died 5 times")


def test_a_worker_that_only_lost_its_connection_is_no_suspect_any_more() -> None:
    suspects = Suspects(gone_after=10.0)

    assert suspects.gone({"w1"}, now=0.0) == set()
    assert suspects.gone(set(), now=5.0) == set()
    assert suspects.gone({"w1"}, now=11.0) == set()
    assert suspects.gone({"w1"}, now=21.0) == {"w1"}


async def test_while_the_database_is_away_a_receipt_is_not_taken(
    postgres: PostgresServer, database: str
) -> None:
    message = attrs.evolve(FLOW.steps[0].message, client_ref="r:1")
    kept = MemoryReceipts()
    async with DbosEngine(database) as engine:
        await engine.start(FLOW, name="r")
        store = engine.receipts(kept)
        await postgres.stop(kill=True)
        with pytest.raises(Exception, match="connection"):
            await store.record(_receipt(message, "delivered"))
        assert len(kept) == 0  # so that Nexmo is answered 503, and brings it again
        await postgres.start()
        assert await store.record(_receipt(message, "delivered"))
