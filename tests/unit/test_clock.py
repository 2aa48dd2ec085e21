from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from nexmo_async.clock import NEW_YEAR, FastClock, ManualClock, SystemClock, instant


class Diary:
    """Writes down who woke, and when."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.lines: list[tuple[str, float]] = []

    async def sleep(self, name: str, seconds: float) -> None:
        await self.clock.sleep(seconds)
        self.lines.append((name, self.clock.monotonic()))


def test_a_manual_clock_starts_at_new_year() -> None:
    assert instant(ManualClock()) == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_manual_clock_starts_where_it_is_told() -> None:
    assert instant(ManualClock(0.0)) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_manual_clock_measures_from_nought() -> None:
    assert ManualClock().monotonic() == 0.0


async def test_a_manual_clock_stands_still_until_moved(clock: ManualClock) -> None:
    diary = Diary(clock)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(diary.sleep("early", 0.001))
        await clock.advance(0)

        assert diary.lines == []

        await clock.advance(1)


async def test_advancing_moves_the_wall_and_the_measure(clock: ManualClock) -> None:
    await clock.advance(90)

    assert clock.wall() == NEW_YEAR + 90
    assert clock.monotonic() == 90


async def test_sleepers_wake_in_order_each_at_its_own_moment(
    clock: ManualClock,
) -> None:
    diary = Diary(clock)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(diary.sleep("last", 30))
        tasks.create_task(diary.sleep("first", 10))
        tasks.create_task(diary.sleep("second", 20))
        await clock.advance(60)

    assert diary.lines == [("first", 10.0), ("second", 20.0), ("last", 30.0)]


async def test_sleepers_of_one_moment_wake_as_they_lay_down(
    clock: ManualClock,
) -> None:
    diary = Diary(clock)
    async with asyncio.TaskGroup() as tasks:
        for name in ("ann", "bob", "cid"):
            tasks.create_task(diary.sleep(name, 5))
        await clock.advance(5)

    assert diary.lines == [("ann", 5.0), ("bob", 5.0), ("cid", 5.0)]


async def test_a_sleep_that_leads_to_another_is_woken_twice_in_one_advance(
    clock: ManualClock,
) -> None:
    diary = Diary(clock)

    async def twice() -> None:
        await diary.sleep("once", 10)
        await diary.sleep("twice", 10)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(twice())
        await clock.advance(25)

    assert diary.lines == [("once", 10.0), ("twice", 20.0)]
    assert clock.monotonic() == 25.0


async def test_a_sleep_is_not_woken_a_moment_early(clock: ManualClock) -> None:
    diary = Diary(clock)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(diary.sleep("ann", 10))
        await clock.advance(9.999)

        assert diary.lines == []

        await clock.advance(0.001)

    assert diary.lines == [("ann", 10.0)]


@pytest.mark.parametrize("seconds", [0, -1])
async def test_a_sleep_of_nothing_does_not_wait_for_the_clock(
    clock: ManualClock, seconds: float
) -> None:
    await clock.sleep(seconds)

    assert clock.waiting == 0


async def test_a_sleep_of_nothing_lets_the_others_run(clock: ManualClock) -> None:
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await clock.sleep(0)

    assert ran.is_set()


async def test_a_cancelled_sleep_no_longer_waits(clock: ManualClock) -> None:
    task = asyncio.create_task(clock.sleep(10))
    await clock.advance(1)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.waiting == 0


async def test_a_cancelled_sleep_does_not_hold_up_the_clock(clock: ManualClock) -> None:
    diary = Diary(clock)
    task = asyncio.create_task(diary.sleep("gone", 5))
    await clock.advance(1)
    task.cancel()
    await asyncio.gather(task, diary.sleep("here", 0), return_exceptions=True)
    await clock.advance(10)

    assert clock.monotonic() == 11.0
    assert diary.lines == [("here", 1.0)]


async def test_waiting_counts_sleeps_and_timeouts(clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(clock.sleep(10))
        async with clock.timeout(20):
            await clock.advance(0)

            assert clock.waiting == 2

        await clock.advance(10)

    assert clock.waiting == 0


async def test_a_jump_moves_the_wall_but_wakes_nobody(clock: ManualClock) -> None:
    """An administrator sets the wall clock; time itself has not passed."""
    diary = Diary(clock)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(diary.sleep("ann", 10))
        await clock.advance(0)
        clock.jump(3600)
        await clock.advance(0)

        assert diary.lines == []
        assert clock.wall() == NEW_YEAR + 3600
        assert clock.monotonic() == 0.0

        await clock.advance(10)


def test_a_jump_may_go_back(clock: ManualClock) -> None:
    clock.jump(-60)

    assert clock.wall() == NEW_YEAR - 60


@pytest.mark.parametrize("seconds", [-1, float("nan")])
async def test_time_never_advances_backwards(
    clock: ManualClock, seconds: float
) -> None:
    with pytest.raises(ValueError, match="cannot advance by"):
        await clock.advance(seconds)


def test_a_manual_clock_shows_its_time_and_who_waits() -> None:
    assert repr(ManualClock()) == "<ManualClock 2026-01-01T00:00:00+00:00 waiting=0>"


async def test_a_timeout_raises_once_its_time_has_come(clock: ManualClock) -> None:
    async def forever() -> None:
        async with clock.timeout(30):
            await asyncio.Event().wait()

    task = asyncio.create_task(forever())
    await clock.advance(29.9)

    assert not task.done()

    await clock.advance(0.1)

    with pytest.raises(TimeoutError):
        await task


async def test_a_timeout_reaches_into_nested_code(clock: ManualClock) -> None:
    async def deep(level: int) -> None:
        if level:
            await deep(level - 1)
        await clock.sleep(3600)

    async def limited() -> None:
        async with clock.timeout(5):
            await deep(3)

    task = asyncio.create_task(limited())
    await clock.advance(5)

    with pytest.raises(TimeoutError):
        await task
    assert clock.waiting == 0


async def test_the_inner_of_two_timeouts_can_be_survived(clock: ManualClock) -> None:
    async def two_tries() -> str:
        async with clock.timeout(100):
            try:
                async with clock.timeout(10):
                    await clock.sleep(3600)
            except TimeoutError:
                await clock.sleep(5)
                return f"second try at {clock.monotonic():g}"
        return "never here"

    task = asyncio.create_task(two_tries())
    await clock.advance(20)

    assert await task == "second try at 15"


async def test_the_outer_of_two_timeouts_ends_both(clock: ManualClock) -> None:
    async def nested() -> None:
        async with clock.timeout(10), clock.timeout(100):
            await clock.sleep(3600)

    task = asyncio.create_task(nested())
    await clock.advance(10)

    with pytest.raises(TimeoutError):
        await task


async def test_a_timeout_leaves_quick_code_alone(clock: ManualClock) -> None:
    async with clock.timeout(10):
        pass
    await clock.advance(100)

    assert clock.waiting == 0


async def test_a_timeout_of_none_never_comes(clock: ManualClock) -> None:
    async def patient() -> float:
        async with clock.timeout(None):
            await clock.sleep(1_000_000)
        return clock.monotonic()

    task = asyncio.create_task(patient())
    await clock.advance(1_000_000)

    assert await task == 1_000_000


async def test_a_timeout_of_nothing_ends_at_the_first_wait(clock: ManualClock) -> None:
    async def late() -> None:
        async with clock.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await late()


async def test_a_cancellation_from_outside_stays_a_cancellation(
    clock: ManualClock,
) -> None:
    async def limited() -> None:
        async with clock.timeout(10):
            await clock.sleep(3600)

    task = asyncio.create_task(limited())
    await clock.advance(1)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.waiting == 0


async def test_an_error_inside_a_timeout_goes_through(clock: ManualClock) -> None:
    async def broken() -> None:
        async with clock.timeout(10):
            raise LookupError("nothing to do with time")

    with pytest.raises(LookupError):
        await broken()
    assert clock.waiting == 0


def test_an_instant_is_aware_and_in_utc(clock: ManualClock) -> None:
    assert instant(clock).tzinfo is UTC


def test_the_machine_shows_the_present() -> None:
    assert instant(SystemClock()) > datetime(2025, 1, 1, tzinfo=UTC)


def test_the_machine_never_measures_backwards() -> None:
    clock = SystemClock()
    before = clock.monotonic()

    assert clock.monotonic() >= before


async def test_the_machine_sleeps_at_least_as_long_as_told() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.002)

    assert clock.monotonic() - before >= 0.002


async def test_the_machine_raises_a_timeout_too() -> None:
    async def forever() -> None:
        async with SystemClock().timeout(0.001):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await forever()


async def test_the_machine_waits_for_ever_if_told_none() -> None:
    async with SystemClock().timeout(None) as limit:
        assert isinstance(limit, asyncio.Timeout)
        assert limit.when() is None


async def test_an_hour_on_a_fast_clock_passes_in_milliseconds() -> None:
    machine, clock = SystemClock(), FastClock(3_600_000)
    fast, slow = clock.monotonic(), machine.monotonic()
    async with machine.timeout(10):
        await clock.sleep(3600)

    assert clock.monotonic() - fast >= 3600
    assert machine.monotonic() - slow < 10


async def test_a_fast_timeout_is_measured_by_the_fast_clock() -> None:
    async def forever() -> None:
        async with FastClock(3_600_000).timeout(3600):
            await asyncio.Event().wait()

    async with SystemClock().timeout(10):
        with pytest.raises(TimeoutError):
            await forever()


async def test_a_fast_timeout_of_none_never_comes() -> None:
    async with FastClock(2).timeout(None) as limit:
        assert isinstance(limit, asyncio.Timeout)
        assert limit.when() is None


def test_a_fast_clock_starts_at_the_present() -> None:
    """Receipts in a demonstration bear today's date."""
    assert instant(FastClock(1)) > datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_fast_clock_must_go_forward(speed: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        FastClock(speed)
