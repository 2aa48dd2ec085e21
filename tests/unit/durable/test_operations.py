"""What an operator sees and does, on a real database."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from nexmo_async.clock import SystemClock
from nexmo_async.durable import Job, Lane
from nexmo_async.durable.dbos import APPLICATION, DbosEngine
from nexmo_async.durable.lanes import read, spelled
from nexmo_async.durable.leases import Leases, claim
from nexmo_async.durable.pruning import PRUNER, group
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KIND: Final = "operations.v1"
DAY: Final = 86_400.0

SLOW: Final = Lane("slow", 5, per=2.0, at_once=3)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[DbosEngine]:
    async with DbosEngine(database, worker="w1", lanes=[SLOW]) as engine:
        yield engine


async def ask(database: str, query: Any, *values: object) -> list[Any]:  # noqa: ANN401  as of psycopg
    async with await psycopg.AsyncConnection.connect(database) as line:
        done = await line.execute(query, values)
        return await done.fetchall() if done.description else []


async def over(database: str, engine: DbosEngine, *keys: str, days: float) -> None:
    """Jobs that were done so many days ago."""
    at = int((SystemClock().wall() - days * DAY) * 1000)
    for key in keys:
        await engine.submit(Job(KIND, "{}"), key=key)
    query = """UPDATE dbos.workflow_status SET status = 'SUCCESS', completed_at = %s
        WHERE workflow_uuid = ANY(%s)"""
    await ask(database, query, at, list(keys))


async def keys(database: str) -> set[str]:
    rows = await ask(database, "SELECT workflow_uuid FROM dbos.workflow_status")
    return {key for (key,) in rows}


# --- Lanes. ---


@pytest.mark.parametrize("at_once", [None, 1, 64])
@pytest.mark.parametrize("is_paused", [True, False])
def test_a_pause_keeps_the_limit_that_it_hides(
    at_once: int | None, *, is_paused: bool
) -> None:
    kept = spelled(at_once, is_paused=is_paused)

    assert read(kept) == (at_once, is_paused)
    assert (kept is not None and kept < 0) is is_paused


async def test_a_lane_is_paused_and_resumed_by_its_name(engine: DbosEngine) -> None:
    operations = engine.operations

    assert await operations.pause(["slow"]) == ["slow"]
    assert await operations.pause(["slow"]) == []
    lanes = await operations.lanes()
    assert lanes["slow"].is_paused
    assert lanes["slow"].lane == SLOW
    assert not lanes["nexmo_async"].is_paused
    assert "nexmo_async" in await operations.pause()
    assert {"nexmo_async", "slow"} <= set(await operations.resume())
    assert (await operations.lanes())["slow"].lane == SLOW


async def test_a_lane_that_nobody_opened_cannot_be_paused(engine: DbosEngine) -> None:
    with pytest.raises(ConfigurationError, match=r"'fast'.*nexmo_async, .*slow"):
        await engine.operations.pause(["fast"])


async def test_a_worker_that_starts_leaves_a_paused_lane_paused(
    database: str, engine: DbosEngine
) -> None:
    await engine.operations.pause(["slow"])
    quick = Lane("slow", at_once=9)
    async with DbosEngine(database, worker="w2", lanes=[quick]) as other:
        kept = (await other.operations.lanes())["slow"]
        assert (kept.is_paused, kept.lane) == (True, quick)
        await other.operations.resume(["slow"])
        assert (await engine.operations.lanes())["slow"].lane == quick


async def test_a_worker_takes_nothing_from_a_paused_lane(engine: DbosEngine) -> None:
    done: asyncio.Queue[str] = asyncio.Queue()

    async def do(key: str, _: str) -> str:
        done.put_nowait(key)
        return key

    engine.handle(KIND, do)
    await engine.operations.pause(["slow"])
    async with asyncio.TaskGroup() as group_:
        running = group_.create_task(engine.run())
        await engine.submit(Job(KIND, "{}"), key="a:1", lane="slow")
        await engine.submit(Job(KIND, "{}"), key="b:1")
        assert await asyncio.wait_for(done.get(), 20) == "b:1"
        first = await engine.status("a:1")
        await engine.operations.resume()
        assert await asyncio.wait_for(done.get(), 20) == "a:1"
        running.cancel()

    assert first is not None
    assert first.state == "queued"


async def test_what_is_done_as_its_worker_stops_is_written_down(
    engine: DbosEngine,
) -> None:
    begun = asyncio.Event()

    async def do(key: str, _: str) -> str:
        begun.set()
        return key

    engine.handle(KIND, do)
    running = asyncio.ensure_future(engine.run())
    await engine.submit(Job(KIND, "{}"), key="a:1")
    await begun.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    job = await engine.status("a:1")

    assert job is not None
    assert (job.state, job.result) == ("done", "a:1")


async def test_a_worker_that_is_stopped_lets_its_jobs_end_and_gives_its_lease_back(
    database: str, engine: DbosEngine
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def do(key: str, _: str) -> str:
        begun.set()
        await may_end.wait()
        return key

    engine.handle(KIND, do)
    async with asyncio.TaskGroup() as group_:
        running = group_.create_task(engine.run())
        await engine.submit(Job(KIND, "{}"), key="a:1")
        await begun.wait()
        running.cancel()
        await asyncio.sleep(0)
        may_end.set()
    job = await engine.status("a:1")

    assert job is not None
    assert (job.state, job.result) == ("done", "a:1")
    async with Leases(database, APPLICATION) as other:
        await claim(other, "w1")


# --- The census. ---


async def test_everything_is_counted(database: str, engine: DbosEngine) -> None:
    await engine.submit(Job(KIND, "{}"), key="a:1", delay=600)
    await engine.submit(Job(KIND, "{}"), key="b:1", lane="slow")
    await over(database, engine, "c:1", "d:1", days=0)
    for key in ("e:1", "f:1", "g:1"):
        await engine.submit(Job(KIND, "{}"), key=key)
    await engine.park(["e:1"], "it was bad")
    await engine.cancel("f:1")
    query = """UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = 'dead'
        WHERE workflow_uuid = 'g:1'"""
    await ask(database, query)
    now = SystemClock().wall()
    async with Leases(database, APPLICATION) as alive:
        await claim(alive, "w1")
        census = await engine.census()

    assert census.lanes["nexmo_async"] == {"waiting": 1, "running": 1}
    assert census.lanes["slow"] == {"queued": 1}
    assert (census.open, census.waiting) == (3, 1)
    assert census.workers == {"w1": 0, "dead": 1}
    assert list(census.alive) == ["w1"]
    assert census.rate == 0.2
    assert census.due is not None
    assert now + 500 < census.due < now + 700
    assert census.oldest is not None
    assert now - 100 < census.oldest <= now + 1
    assert (census.failed, census.parked) == (0, 1)
    assert census.reasons == {"e:1": "it was bad"}


async def test_another_program_on_the_database_is_not_counted(
    database: str, engine: DbosEngine
) -> None:
    await engine.submit(Job(KIND, "{}"), key="a:1", delay=600)
    async with DbosEngine(database, application="other") as other:
        census = await other.census()

    assert (census.open, census.lanes, census.alive) == (0, {}, {})


# --- Pruning. ---


def test_the_links_of_a_run_belong_together() -> None:
    assert group("run:1") == group("run:12") == "run"
    assert group("alone") == "alone"


async def test_what_is_over_for_long_is_forgotten(
    database: str, engine: DbosEngine
) -> None:
    await over(database, engine, "old:1", "old:2", days=31)
    await over(database, engine, "new:1", days=29)
    await engine.submit(Job(KIND, "{}"), key="open:1", delay=600)

    assert await engine.operations.prune(30 * DAY) == 2
    assert await keys(database) == {"new:1", "open:1"}
    assert await engine.submit(Job(KIND, "{}"), key="old:1")


async def test_nothing_is_forgotten_of_a_run_that_goes_on(
    database: str, engine: DbosEngine
) -> None:
    await over(database, engine, "run:1", "run:2", days=31)
    await engine.submit(Job(KIND, "{}"), key="run:3", delay=600)

    assert await engine.operations.prune(DAY) == 0
    assert await keys(database) == {"run:1", "run:2", "run:3"}


async def test_a_job_that_was_called_off_is_over(
    database: str, engine: DbosEngine
) -> None:
    await engine.submit(Job(KIND, "{}"), key="a:1", delay=600)
    await engine.cancel("a:1")
    back = "UPDATE dbos.workflow_status SET completed_at = 1 WHERE completed_at > 1"
    await ask(database, back)

    assert await engine.operations.prune(DAY) == 1


async def test_thousands_are_forgotten_in_batches(
    database: str, engine: DbosEngine
) -> None:
    await over(database, engine, "a:1", days=40)
    many = """INSERT INTO dbos.workflow_status
        (workflow_uuid, status, name, application_name, completed_at, created_at)
        SELECT 'b:' || n, status, name, application_name, completed_at - n / 9, 1
        FROM dbos.workflow_status, generate_series(1, 1700) AS n"""
    await ask(database, many)

    assert await engine.operations.prune(30 * DAY) == 1701
    assert await keys(database) == set()


async def test_one_forgets_at_a_time(database: str, engine: DbosEngine) -> None:
    async with Leases(database, APPLICATION) as other:
        assert await other.take(PRUNER)

        assert await engine.operations.prune(DAY) is None


async def test_nothing_is_forgotten_that_receipts_may_still_ask_for(
    engine: DbosEngine,
) -> None:
    with pytest.raises(ConfigurationError, match="less than a day"):
        await engine.operations.prune(3600.0)


# --- Clocks. ---


@pytest.mark.parametrize(("skew", "way"), [(3600.0, "ahead of"), (-60.0, "behind")])
async def test_a_process_whose_clock_is_wrong_is_refused(
    database: str, monkeypatch: pytest.MonkeyPatch, skew: float, way: str
) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + skew)
    with pytest.raises(ConfigurationError, match=f"clock: is .* s {way} that of"):
        async with DbosEngine(database):
            pass


async def test_a_second_does_not_matter(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 1.0)
    async with DbosEngine(database) as engine:
        assert await engine.status("a:1") is None


async def test_a_worker_ends_when_somebody_sets_its_clock(
    engine: DbosEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    running = asyncio.ensure_future(engine.run())
    while engine.health is None or not engine.health.is_well:
        await SystemClock().sleep(0.01)
    monkeypatch.setattr(time, "time", lambda: now() + 3600.0)

    with pytest.raises(ConfigurationError, match="clock: is 3600 s ahead"):
        await running


# --- Leases. ---


async def test_a_worker_waits_until_its_old_connection_is_known_to_be_gone(
    database: str,
) -> None:
    async with Leases(database, APPLICATION) as new:
        async with Leases(database, APPLICATION) as old:
            await claim(old, "w1")
            with pytest.raises(ConnectionError, match="old connection"):
                await claim(new, "w1", again=True)
        async with SystemClock().timeout(10):
            has_it = False
            while not has_it:
                with suppress(ConnectionError):  # the server has not noticed yet
                    await claim(new, "w1", again=True)
                    has_it = True

        assert list(await new.alive()) == ["w1"]


# --- Many that wait. ---


async def test_a_worker_that_starts_does_not_touch_what_waits(
    database: str, engine: DbosEngine
) -> None:
    await engine.submit(Job(KIND, "{}"), key="a:1", delay=6000)
    many = """INSERT INTO dbos.workflow_status (workflow_uuid, status, name,
          application_name, queue_name, delay_until_epoch_ms, created_at, updated_at)
        SELECT 'w' || n || ':2', status, name, application_name, queue_name,
          delay_until_epoch_ms, 1, 1
        FROM dbos.workflow_status, generate_series(1, 2999) AS n"""
    await ask(database, many)

    async def do(key: str, _: str) -> str:
        return key

    engine.handle(KIND, do)
    async with asyncio.TaskGroup() as group_:
        running = group_.create_task(engine.run())
        await engine.submit(Job(KIND, "{}"), key="now:1")
        while (job := await engine.status("now:1")) is None or job.state != "done":
            await SystemClock().sleep(0.02)
        running.cancel()
    census = await engine.census()
    touched = "SELECT count(*) FROM dbos.workflow_status WHERE updated_at > 1"

    assert census.waiting == 3000
    assert await ask(database, touched) == [(2,)]
