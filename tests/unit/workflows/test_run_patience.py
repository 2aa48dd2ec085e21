"""How patiently a run sends, seen through a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes import SMS, TWO, VIBER

from nexmo_async import Basic, Nexmo, Retry
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing import FakeTransport, answer

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock

BASIC = Basic("abcd1234", "the-api-secret")
HASTY = Workflow(*TWO.steps, settle=10)


async def test_a_lost_answer_is_waited_for_once(clock: ManualClock) -> None:
    """By the run, for its workflow's time; not by the send before that."""
    transport = FakeTransport(answer(500))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        await nexmo.workflows.run(HASTY)
        await clock.advance(9.9)
        before = len(transport.requests)
        await clock.advance(0.1)

    assert (before, len(transport.requests)) == (1, 2)


async def test_a_run_shows_that_it_settles_from_the_first_moment(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(500))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        run = await nexmo.workflows.run(HASTY)
        await clock.advance(0)

        assert [one.what for one in run.story] == ["sent", "no clear answer"]


async def test_a_view_runs_with_its_own_time_out(clock: ManualClock) -> None:
    transport = FakeTransport()
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        view = nexmo.with_options(timeout=5.0)
        await view.workflows.run(TWO)
        await nexmo.workflows.run(TWO)
        await clock.advance(0)

    assert [each.timeout for each in transport.requests] == [5.0, 30.0]


async def test_a_view_runs_with_its_own_retry(clock: ManualClock) -> None:
    transport = FakeTransport(answer(429), answer(429))
    flow = Workflow(Step(VIBER), Step(SMS))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        view = nexmo.with_options(retry=Retry(attempts=1))
        run = await view.workflows.run(flow)
        await clock.advance(0)

        assert [one.what for one in run.story][:2] == ["sent", "refused"]
    assert len(transport.requests) == 2
