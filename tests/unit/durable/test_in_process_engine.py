from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.durable import InProcessEngine, Job, Lane
from nexmo_async.errors import ClosedError, ConfigurationError
from nexmo_async.models.message import Sms
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from nexmo_async.clock import ManualClock

JOB = Job("test.v1", "{}")


@attrs.define
class Diary:
    """An engine at work, and when each job began."""

    engine: InProcessEngine
    clock: ManualClock
    began: list[tuple[float, str]] = attrs.field(factory=list)
    takes: float = 0.0

    async def do(self, key: str, _: str) -> str:
        self.began.append((self.clock.monotonic(), key))
        if self.takes:
            await self.clock.sleep(self.takes)
        return key

    @property
    def keys(self) -> list[str]:
        return [key for _, key in self.began]


async def _open(clock: ManualClock, lanes: Iterable[Lane]) -> Diary:
    engine = InProcessEngine(lanes=lanes, clock=clock)
    diary = Diary(engine, clock)
    engine.handle(JOB.kind, diary.do)
    return diary


@pytest.fixture
async def diary(clock: ManualClock) -> AsyncIterator[Diary]:
    lanes = [Lane("slow", 2, per=1.0), Lane("narrow", at_once=1)]
    diary = await _open(clock, lanes)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(diary.engine.run())
        yield diary
        running.cancel()


async def test_no_more_begin_in_any_second_than_the_lane_allows(
    diary: Diary, clock: ManualClock
) -> None:
    await diary.engine.submit_many([JOB] * 7, key_prefix="k", lane="slow")
    for _ in range(40):
        await clock.advance(0.1)
    times = [time for time, _ in diary.began]

    assert times == pytest.approx([0, 0, 1, 1, 2, 2, 3], abs=0.11)


async def test_the_urgent_go_first_and_else_who_came_first(
    diary: Diary, clock: ManualClock
) -> None:
    diary.takes = 1.0
    for key, priority in (("a", 5), ("b", 5), ("c", 1), ("d", 5)):
        await diary.engine.submit(JOB, key=key, lane="narrow", priority=priority)
    await clock.advance(10)

    assert diary.keys == ["a", "c", "b", "d"]


async def test_who_queues_can_be_called_off(diary: Diary, clock: ManualClock) -> None:
    diary.takes = 1.0
    for key in ("a", "b", "c"):
        await diary.engine.submit(JOB, key=key, lane="narrow")
    await clock.advance(0)
    assert await diary.engine.cancel("b")
    await clock.advance(10)

    assert diary.keys == ["a", "c"]


async def test_what_was_submitted_before_it_runs_is_done_when_it_does(
    clock: ManualClock,
) -> None:
    diary = await _open(clock, [])
    await diary.engine.submit(JOB, key="a")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(diary.engine.run())
        await clock.advance(0)
        running.cancel()

    assert diary.keys == ["a"]


async def test_it_says_that_a_crash_loses_what_waits(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(InProcessEngine(clock=clock).run())
        await clock.advance(0)
        running.cancel()

    assert "lost if this process dies" in caplog.text
    assert "A crash loses those that wait" in str(InProcessEngine.__doc__)


async def test_only_the_latest_of_what_is_over_is_remembered(
    clock: ManualClock,
) -> None:
    engine = InProcessEngine(keep=2, clock=clock)
    for key in ("a", "b", "c"):
        await engine.submit(JOB, key=key, delay=9)
        await engine.cancel(key)

    assert set(await engine.read(["a", "b", "c"])) == {"b", "c"}


async def test_it_runs_once_at_a_time(diary: Diary, clock: ManualClock) -> None:
    await clock.advance(0)

    with pytest.raises(RuntimeError, match="running already"):
        await diary.engine.run()


async def test_a_run_cannot_be_called_off_while_nobody_works() -> None:
    sms = Step(Sms(to="447700900000", sender="ACME", content="hi"))
    run = await InProcessEngine().start(Workflow(sms, sms))

    with pytest.raises(ClosedError, match="not running"):
        run.cancel()


def test_it_has_to_remember_something() -> None:
    with pytest.raises(ConfigurationError, match="keep"):
        InProcessEngine(keep=0)


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="on_unknown"):
        InProcessEngine(on_unknown="guess")  # type: ignore[arg-type]
