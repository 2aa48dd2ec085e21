from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from nexmo_async.clock import NEW_YEAR, MovableClock, instant


@pytest.fixture
def frozen() -> MovableClock:
    return MovableClock(frozen=True, start=NEW_YEAR)


async def test_a_frozen_clock_stands_still(frozen: MovableClock) -> None:
    assert instant(frozen) == datetime(2026, 1, 1, tzinfo=UTC)
    assert frozen.monotonic() == 0
    assert frozen.frozen


async def test_moving_it_wakes_each_sleeper_at_its_own_moment(
    frozen: MovableClock,
) -> None:
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await frozen.sleep(seconds)
        woken.append(frozen.monotonic())

    async with asyncio.TaskGroup() as group:
        for seconds in (3, 1, 2):
            group.create_task(sleeper(seconds))
        await asyncio.sleep(0)
        await frozen.advance(3)

    assert woken == [1, 2, 3]


async def test_what_is_begun_on_the_way_ends_on_the_way(frozen: MovableClock) -> None:
    moments: list[float] = []

    async def ladder() -> None:
        for _ in range(3):
            await frozen.sleep(10)
            moments.append(frozen.wall() - NEW_YEAR)

    async with asyncio.TaskGroup() as group:
        group.create_task(ladder())
        await frozen.advance(60)

    assert moments == [10, 20, 30]
    assert frozen.monotonic() == 60


async def test_it_waits_for_those_who_are_busy(frozen: MovableClock) -> None:
    answered, moments = asyncio.Event(), list[float]()

    async def asks_the_network() -> None:
        await frozen.sleep(1)
        with frozen.busy():
            await answered.wait()
        moments.append(frozen.monotonic())

    async with asyncio.TaskGroup() as group:
        group.create_task(asks_the_network())
        moving = group.create_task(frozen.advance(100))
        for _ in range(200):
            await asyncio.sleep(0)
        assert not moving.done()
        answered.set()

    assert moments == [1]
    assert frozen.monotonic() == 100


async def test_a_timeout_ends_when_it_was_moved_that_far(frozen: MovableClock) -> None:
    async def late() -> None:
        with pytest.raises(TimeoutError):
            async with frozen.timeout(5):
                await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(late())
        await asyncio.sleep(0)
        await frozen.advance(5)


async def test_without_a_limit_nothing_times_out(frozen: MovableClock) -> None:
    async with frozen.timeout(None):
        await frozen.sleep(0)


async def test_who_was_cancelled_is_not_woken(frozen: MovableClock) -> None:
    task = asyncio.create_task(frozen.sleep(1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    await frozen.advance(2)

    assert task.cancelled()


async def test_it_goes_on_faster_than_the_machine() -> None:
    clock = MovableClock(speed=10_000)
    began = clock.monotonic()
    await clock.sleep(60)

    assert clock.monotonic() - began >= 60


async def test_a_sleeper_wakes_when_a_frozen_clock_runs_again(
    frozen: MovableClock,
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(frozen.sleep(60))
        await asyncio.sleep(0)
        frozen.run(speed=100_000)

    assert frozen.monotonic() >= 60
    assert not frozen.frozen


async def test_freezing_keeps_the_time() -> None:
    clock = MovableClock(speed=1000)
    clock.freeze()
    first = clock.wall()
    await asyncio.sleep(0)

    assert clock.wall() == first


async def test_a_running_clock_can_be_moved_as_well() -> None:
    clock = MovableClock()
    task = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    await clock.advance(3600)
    await task

    assert 3600 <= clock.monotonic() < 3700


async def test_two_cannot_move_it_at_once(frozen: MovableClock) -> None:
    first = asyncio.create_task(frozen.advance(1))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="being moved already"):
        await frozen.advance(1)
    await first


@pytest.mark.parametrize("seconds", [-1, float("nan")])
async def test_it_cannot_be_moved_back(frozen: MovableClock, seconds: float) -> None:
    with pytest.raises(ValueError, match="cannot advance"):
        await frozen.advance(seconds)


@pytest.mark.parametrize("speed", [0, -1])
def test_a_speed_is_above_nothing(speed: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        MovableClock(speed=speed)


async def test_a_wait_that_is_skipped_moves_the_clock() -> None:
    clock = MovableClock(start=NEW_YEAR, skip=3600)
    for _ in range(3):
        await clock.sleep(1000)

    assert 3000 <= clock.monotonic() < 3600


async def test_a_wait_is_not_skipped_while_somebody_is_busy() -> None:
    clock = MovableClock(start=NEW_YEAR, skip=3600)
    waiting = asyncio.create_task(clock.sleep(1000))
    with clock.busy():
        real = asyncio.get_running_loop()
        breath = asyncio.Event()
        real.call_later(0.02, breath.set)
        await breath.wait()
        was = waiting.done()
    await waiting

    assert not was


async def test_a_wait_that_is_longer_takes_its_time() -> None:
    clock = MovableClock(start=NEW_YEAR, skip=10)
    waiting = asyncio.create_task(clock.sleep(1000))
    await clock.sleep(5)
    was = waiting.done()
    waiting.cancel()

    assert not was
    assert clock.monotonic() < 10
