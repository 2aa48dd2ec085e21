"""Every point at which a worker can die, times every way in which it can be gone.

It takes minutes: `nox -s cluster`, or NEXMO_ASYNC_CLUSTER=1.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

import pytest
from cluster_stage import Stage

from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from blockbuster import BlockBuster
    from cluster_stage import Tally

    from nexmo_async.durable import OnUnknown
    from nexmo_async.testing.postgres import PostgresServer

pytestmark = pytest.mark.skipif(
    "NEXMO_ASYNC_CLUSTER" not in os.environ,
    reason="takes minutes: run `nox -s cluster`",
)

POINTS: Final = ("before arm", "after arm", "after accept", "after record")

#: A third is delivered, a third rejected, a third silent: two thirds need the SMS.
PEOPLE: Final = 60
DUE: Final = 100


@pytest.fixture(autouse=True)
def processes_may_be_started(nothing_blocks_the_loop: BlockBuster) -> None:
    nothing_blocks_the_loop.deactivate()


def demand(tally: Tally, in_flight: int, *, surplus: int = 0) -> None:
    print(tally)  # noqa: T201  the table of the matrix
    assert tally.lost == ()
    assert tally.overtaken == ()
    assert len(tally.surplus) <= surplus
    assert len(tally.doubled) <= in_flight
    assert tally.sent == DUE + len(tally.doubled) + len(tally.surplus)


@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("point", POINTS)
async def test_gone_for_good(database: str, point: str, workers: int) -> None:
    async with Stage(database, PEOPLE) as stage:
        await stage.work("w1", point=point, death=PEOPLE // 8)
        for number in range(2, workers + 1):
            await stage.work(f"w{number}", later=True)
        await stage.begin()
        await stage.death("w1")
        await stage.end()

        demand(await stage.tally(), in_flight=PEOPLE)


@pytest.mark.parametrize("point", POINTS)
async def test_restarted(database: str, point: str) -> None:
    async with Stage(database, PEOPLE) as stage:
        await stage.work("w1", point=point, death=PEOPLE // 8)
        await stage.work("w2", later=True)
        await stage.begin()
        await stage.death("w1")
        await stage.work("w1")
        await stage.end()

        demand(await stage.tally(), in_flight=PEOPLE)


@pytest.mark.parametrize("point", POINTS)
async def test_postgres_stopped_hard(
    postgres: PostgresServer, database: str, point: str
) -> None:
    async with Stage(database, PEOPLE) as stage:
        await stage.work("w1", point=point, death=PEOPLE // 8)
        await stage.work("w2", later=True)
        await stage.begin()
        await stage.death("w1")
        await postgres.stop(kill=True)
        await SystemClock().sleep(2.0)
        await postgres.start()
        await stage.end()

        # A receipt that could not be heeded comes again later than the step may take.
        demand(await stage.tally(), in_flight=PEOPLE, surplus=PEOPLE // 3)


@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_doubled_by_those_who_wait(database: str, point: str) -> None:
    policy: OnUnknown = "wait"
    async with Stage(database, PEOPLE, on_unknown=policy) as stage:
        await stage.work("w1", point=point, death=PEOPLE // 8)
        await stage.work("w2", later=True)
        await stage.begin()
        await stage.death("w1")
        await stage.end()
        tally = await stage.tally()

    print(tally)  # noqa: T201  the same
    assert tally.doubled == ()
    assert set(tally.overtaken) <= set(tally.lost)


async def test_paused_past_its_lease_and_woken(database: str) -> None:
    async with Stage(database, PEOPLE, within=8.0) as stage:
        stop = {"point": "after arm", "death": PEOPLE // 8, "signal": "SIGSTOP"}
        await stage.work("w1", lease=6.0, **stop)
        await stage.work("w2", later=True, lease=6.0)
        await stage.begin()
        await SystemClock().sleep(14.0)
        stage.signal("w1", signal.SIGCONT)
        await stage.end()

        demand(await stage.tally(), in_flight=PEOPLE)


async def test_clocks_that_differ_while_silence_is_waited_for(database: str) -> None:
    async with Stage(database, PEOPLE, within=8.0) as stage:
        await stage.work("fast", skew=1.5)
        await stage.work("slow", skew=-1.5, later=True)
        await stage.begin()
        await stage.end()

        demand(await stage.tally(), in_flight=0)
