from __future__ import annotations

import asyncio
import gc
import weakref
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scenes import SMS, THREE, TWO, VIBER

from nexmo_async.errors import (
    ClosedError,
)
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.workflows.desk import Desk
from nexmo_async.workflows.health import ChannelHealth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.attempt import Attempt
    from nexmo_async.models.condition import Quiet
    from nexmo_async.models.receipt import Receipt
    from tests.unit.workflows.conftest import Office


class Unreadable(MemoryReceipts):
    """A store whose connection is broken."""

    async def history(self, message: str) -> tuple[Receipt, ...]:
        raise ConnectionError(message)


async def test_the_story_is_told_to_any_number_from_the_beginning(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)

    async def listen() -> list[str]:
        return [one.what async for one in run]

    early = asyncio.create_task(listen())
    await clock.advance(1)
    await office.tell(1, "delivered")
    late = asyncio.create_task(listen())

    assert await early == await late == ["sent", "accepted", "reached"]


async def test_leaving_a_run_does_not_end_it(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
    waiting = asyncio.create_task(run.result())
    await clock.advance(1)
    waiting.cancel()
    await asyncio.wait({waiting})
    await office.tell(1, "delivered")

    assert waiting.cancelled()
    assert (await run.result()).outcome == "reached"


async def test_a_step_waits_for_its_moment(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    at = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    run = desk.start(Workflow(Step(SMS, not_before=at), Step(VIBER)), office)
    await clock.advance(299)
    before = len(office.sent)
    await clock.advance(1)

    assert (before, len(office.sent)) == (0, 1)
    assert run.story[0].detail == "until 2026-01-01 00:05 UTC"


async def test_a_step_is_not_sent_at_night(
    desk: Desk, office: Office, clock: ManualClock, night: Quiet
) -> None:
    flow = Workflow(TWO.steps[0], Step(SMS, quiet=night))
    desk.start(flow, office)
    await clock.advance(8 * 3600 - 1)
    before = office.channels.copy()
    await clock.advance(1)

    assert before == ["viber"]
    assert office.channels == ["viber", "sms"]


async def test_a_step_is_left_out_if_the_attempts_so_far_say_so(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    def was_delivered(attempts: Sequence[Attempt]) -> bool:
        return attempts[-1].status == "delivered"

    flow = Workflow(THREE.steps[0], Step(SMS, skip_if=was_delivered))
    run = desk.start(flow, office)
    await clock.advance(1)
    await office.tell(1, "delivered")
    await clock.advance(600)

    assert ((await run.result()).outcome, run.story[-1].what) == ("stopped", "left out")
    assert office.channels == ["whatsapp"]


async def test_a_condition_of_yours_that_raises_ends_the_run_with_its_error(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    step = Step(VIBER, until=lambda receipt: 1 / receipt.code > 0, within=60)  # type: ignore[operator]
    run = desk.start(Workflow(step, Step(SMS)), office)
    await clock.advance(1)
    await office.tell(1, "submitted", 0)

    with pytest.raises(ZeroDivisionError):
        await run.result()
    assert len(desk) == 0


async def test_a_send_that_crashes_ends_the_run_with_its_error(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(KeyError("bug"))
    run = desk.start(TWO, office)
    await clock.advance(0)

    with pytest.raises(KeyError, match="bug"):
        await run.result()


async def test_closing_calls_off_what_runs_and_waits_for_answers(
    office: Office, clock: ManualClock
) -> None:
    office.plan += [None, lambda: clock.sleep(5)]
    desk = Desk(office.receipts, clock, has_refs=True)
    async with desk:
        waiting = desk.start(TWO, office)
        await clock.advance(1)
        sending = desk.start(TWO, office)
        await clock.advance(1)
        closing = asyncio.create_task(desk.aclose())
        await clock.advance(1)
        before = (waiting.is_over, sending.is_over, closing.done())
        await clock.advance(4)
        await closing

    assert before == (True, False, False)
    assert (await sending.result()).attempts[0].message_uuid == "m-2"
    assert (await waiting.result()).outcome == "cancelled"


async def test_a_closed_desk_starts_nothing(office: Office, clock: ManualClock) -> None:
    desk = Desk(office.receipts, clock, has_refs=True)

    with pytest.raises(ClosedError):
        desk.start(TWO, office)


async def test_two_runs_cannot_share_a_name(desk: Desk, office: Office) -> None:
    desk.start(TWO, office, "order-7")

    with pytest.raises(ValueError, match="a run named order-7 is under way"):
        desk.start(TWO, office, "order-7")


async def test_a_waiting_run_holds_no_task(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    for _ in range(100):
        desk.start(TWO, office)
    await clock.advance(1)

    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert len(others) == 1  # the one sleeper of all
    assert len(desk) == 100


async def test_a_run_that_is_over_leaves_nothing_for_the_garbage_collector(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    """With many runs a full collection takes a second: none is needed for them."""
    gc.disable()
    try:
        run = desk.start(TWO, office, health=ChannelHealth())
        await clock.advance(60)
        await office.tell(2, "delivered")
        await office.tell(1, "rejected", 1300)
        await run.settled()
        gone = weakref.ref(run)
        del run

        assert gone() is None
    finally:
        gc.enable()


async def test_a_store_that_cannot_be_read_does_not_stop_time(
    office: Office, clock: ManualClock
) -> None:
    office.receipts = Unreadable(clock=clock)
    async with Desk(office.receipts, clock, has_refs=True) as desk:
        desk.start(TWO, office)
        await clock.advance(60)

    assert office.channels == ["viber", "sms"]
