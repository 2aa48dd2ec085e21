from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nexmo_async.errors import (
    AuthenticationError,
    ClosedError,
    LowBalanceError,
    NotSentError,
    RateLimitError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.receipt import Usage
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.attempt import Attempt
    from nexmo_async.models.condition import Quiet
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.workflows.run import Run
    from tests.unit.workflows.conftest import Office

SMS = Sms(to="447700900000", sender="ACME", content="hi")
VIBER = Viber(to="447700900000", sender="ACME", content="hi")
WHATSAPP = WhatsApp(to="447700900000", sender="447700900001", content="hi")
TWO = Workflow(Step(VIBER, until="delivered", within=60), Step(SMS))
THREE = Workflow(
    Step(WHATSAPP, until="read", within=600),
    Step(VIBER, until="delivered", within=120),
    Step(SMS),
)


class Unreadable(MemoryReceipts):
    """A store whose connection is broken."""

    async def history(self, message: str) -> tuple[Receipt, ...]:
        raise ConnectionError(message)


def told(run: Run) -> list[str]:
    return [f"{one.channel} {one.what}" for one in run.story]


async def test_a_run_ends_where_its_condition_is_met(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(1)
    await office.tell(1, "submitted")
    await clock.advance(4)
    await office.tell(1, "delivered")

    result = await run.result()

    assert (result.outcome, result.channel, result.took) == ("reached", "viber", 5.0)
    assert told(run) == [
        "viber sent",
        "viber accepted",
        "viber on its way",
        "viber reached",
    ]


async def test_silence_leads_on_at_its_time_and_not_before(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO)
    await clock.advance(59.9)
    before = office.channels.copy()
    await clock.advance(0.1)

    assert before == ["viber"]
    assert office.channels == ["viber", "sms"]


async def test_a_failure_leads_on_at_once(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(0)
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)
    await office.tell(2, "delivered")

    result = await run.result()

    assert [(one.channel, one.status, one.why) for one in result.attempts] == [
        ("viber", "rejected", "failed"),
        ("sms", "delivered", "reached"),
    ]
    assert result.attempts[0].code == 1300


async def test_a_failure_after_it_was_submitted_leads_on_at_once(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO)
    await clock.advance(0)
    await office.tell(1, "submitted")
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_failure_after_it_was_delivered_is_none(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    """Receipts are not sent in order, and what has arrived has arrived."""
    desk.start(THREE)
    await clock.advance(0)
    await office.tell(1, "delivered")
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)

    assert office.channels == ["whatsapp"]


async def test_being_delivered_is_not_being_read(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(THREE)
    await clock.advance(1)
    await office.tell(1, "delivered")
    await clock.advance(599)

    assert office.channels == ["whatsapp", "viber"]


@pytest.mark.parametrize("turns", range(24, 32))
async def test_a_receipt_of_the_last_moment_is_never_lost(
    turns: int, desk: Desk, office: Office, clock: ManualClock
) -> None:
    """The clock turns the loop 25 times before it rings: what comes just then wins."""

    async def in_the_same_tick() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await office.tell(1, "delivered")

    run = desk.start(TWO)
    await clock.advance(59)
    telling = asyncio.create_task(in_the_same_tick())
    await clock.advance(1)
    await telling

    assert (await run.result()).channel == "viber"
    assert office.channels == ["viber"]


async def test_a_receipt_before_the_answer_counts(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(lambda: office.tell(1, "delivered"))
    run = desk.start(TWO)
    await clock.advance(0)

    assert (await run.result()).channel == "viber"


async def test_a_rejection_before_the_answer_counts(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(lambda: office.tell(1, "rejected", 1300))
    desk.start(TWO)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_the_last_step_ends_with_patience(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(Workflow(*TWO.steps, patience=30))
    await clock.advance(60 + 29)
    before = run.is_over
    await clock.advance(1)
    result = await run.result()

    assert not before
    assert (result.outcome, result.why, result.channel) == (
        "silent",
        "time is up",
        None,
    )
    assert office.channels == ["viber", "sms"]


async def test_a_failure_of_the_last_step_ends_the_run(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(60)
    await office.tell(2, "undeliverable", 1100)

    result = await run.result()

    assert (result.outcome, result.why) == ("failed", "failed")


STOPS = [1022, 1340, 1070, 1240, 1190]
LEADS_ON = [1300, 1250, 1330, 1000, 4711, None]


@pytest.mark.parametrize("code", STOPS)
async def test_what_would_fail_everywhere_burns_no_other_channel(
    code: int, desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(0)
    await office.tell(1, "rejected", code)

    assert (await run.result()).outcome == "stopped"
    assert office.channels == ["viber"]


@pytest.mark.parametrize("code", LEADS_ON)
async def test_what_fails_on_one_channel_leads_to_the_next(
    code: int | None, desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO)
    await clock.advance(0)
    await office.tell(1, "rejected", code)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_who_opted_out_is_chased_only_if_that_is_allowed(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    allowed = Step(VIBER, until="delivered", within=60, on={"suppress": "next"})
    desk.start(Workflow(allowed, Step(SMS)))
    await clock.advance(0)
    await office.tell(1, "rejected", 1240)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_temporary_failure_is_tried_again_after_a_rest(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    patient = Step(VIBER, until="delivered", within=60, attempts=3)
    desk.start(Workflow(patient, Step(SMS)))
    times: list[int] = []
    for number in (1, 2, 3):
        while len(office.sent) < number:
            await clock.advance(1)
        times.append(int(clock.monotonic()))
        await office.tell(number, "rejected", 1000)
    await clock.advance(0)

    assert times == [1, 2, 4]
    assert office.channels == ["viber", "viber", "viber", "sms"]


async def test_further_tries_do_not_lengthen_a_step(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    patient = Step(VIBER, until="delivered", within=60, attempts=9)
    desk.start(Workflow(patient, Step(SMS)))
    await clock.advance(59.5)
    await office.tell(1, "rejected", 1000)
    await clock.advance(0.5)

    assert office.channels == ["viber", "sms"]
    assert clock.monotonic() == 60


REFUSALS = [
    (RequestError(422), "stopped"),
    (AuthenticationError(401), "stopped"),
    (LowBalanceError(402), "stopped"),
]


@pytest.mark.parametrize(("error", "outcome"), REFUSALS)
async def test_a_refusal_that_every_step_would_get_stops_the_run(
    error: Exception, outcome: str, desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(error)
    run = desk.start(TWO)
    await clock.advance(0)

    result = await run.result()

    assert (result.outcome, result.why) == (outcome, "refused")
    assert str(result.attempts[0].code) in result.attempts[0].detail
    assert office.channels == ["viber"]


@pytest.mark.parametrize(
    "error", [NotSentError("host", "no route"), RateLimitError(429)]
)
async def test_what_was_not_sent_leads_on(
    error: Exception, desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(error)
    desk.start(TWO)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_rest_is_as_long_as_nexmo_asks_for(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    error = RateLimitError(429)
    error.retry_after = 15.0
    office.plan.append(error)
    desk.start(Workflow(Step(VIBER, attempts=2), Step(SMS)))
    await clock.advance(14.9)
    before = len(office.sent)
    await clock.advance(0.1)

    assert (before, office.channels) == (1, ["viber", "viber"])


async def test_an_unknown_outcome_is_settled_by_any_receipt(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("ref", "reset"))
    run = desk.start(TWO)
    await clock.advance(29)
    await office.tell(1, "submitted")
    await clock.advance(20)
    await office.tell(1, "delivered")

    assert (await run.result()).attempts[0].message_uuid == "m-1"
    assert office.channels == ["viber"]


async def test_an_unknown_outcome_that_nothing_settles_leads_on(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("ref", "reset"))
    run = desk.start(TWO)
    await clock.advance(29.9)
    before = office.channels.copy()
    await clock.advance(0.1)

    assert (before, office.channels) == (["viber"], ["viber", "sms"])
    assert run.attempts[0].why == "no receipt shows that it was sent"


async def test_a_second_doubt_stops_the_run(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    unknown = UnknownOutcomeError("ref", "reset")
    office.plan += [unknown, unknown]
    run = desk.start(THREE)
    await clock.advance(60)

    assert (await run.result()).outcome == "stopped"
    assert office.channels == ["whatsapp", "viber"]


async def test_a_late_receipt_of_an_earlier_step_ends_the_run(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(THREE)
    await clock.advance(601)
    await office.tell(1, "read", usage=Usage(Decimal("0.05"), "EUR"))
    await clock.advance(1000)
    result = await run.result()

    assert office.channels == ["whatsapp", "viber"]
    assert (result.channel, result.why) == ("whatsapp", "an earlier step arrived late")
    assert [one.channel for one in result.double_reach] == ["whatsapp"]
    assert result.double_cost == (Usage(Decimal("0.05"), "EUR"),)


async def test_a_late_receipt_while_sending_ends_the_run_with_the_answer(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan += [None, lambda: office.tell(1, "read")]
    run = desk.start(THREE)
    await clock.advance(600)
    result = await run.result()

    assert (result.outcome, result.channel) == ("reached", "whatsapp")
    assert [one.message_uuid for one in result.attempts] == ["m-1", "m-2"]


async def test_what_arrives_after_the_end_is_known_once_all_is_settled(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(60)
    await office.tell(2, "delivered")
    first = await run.result()
    await office.tell(1, "delivered")
    last = await run.settled()

    assert first.double_reach == ()
    assert [one.channel for one in last.double_reach] == ["viber"]
    assert last.channel == "sms"
    assert told(run)[-1] == "viber an earlier step arrived as well"


async def test_nothing_is_kept_of_a_run_that_is_settled(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(60)
    await office.tell(2, "delivered")
    while_late = len(desk)
    await clock.advance(TWO.patience)

    assert (while_late, len(desk)) == (1, 0)
    assert run.is_settled


async def test_the_cost_is_the_sum_of_all_attempts(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(1)
    await office.tell(1, "submitted", usage=Usage(Decimal("0.01"), "EUR"))
    await clock.advance(60)
    await office.tell(2, "delivered", usage=Usage(Decimal("0.0333"), "EUR"))

    assert (await run.result()).cost == (Usage(Decimal("0.0433"), "EUR"),)


async def test_a_run_that_is_called_off_sends_no_more(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)
    await clock.advance(10)
    run.cancel()
    await clock.advance(100)

    assert (await run.result()).outcome == "cancelled"
    assert office.channels == ["viber"]


async def test_a_run_that_is_called_off_while_sending_waits_for_the_answer(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(lambda: clock.sleep(5))
    run = desk.start(TWO)
    await clock.advance(1)
    run.cancel()
    before = run.is_over
    await clock.advance(4)
    result = await run.result()

    assert not before
    assert (result.outcome, result.why) == ("cancelled", "called off meanwhile")
    assert result.attempts[0].message_uuid == "m-1"


async def test_each_message_has_a_reference_of_its_own(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(THREE, "order-7")
    await clock.advance(720)

    refs = [message.client_ref for message in office.sent]
    assert refs == ["order-7:1", "order-7:2", "order-7:3"]


async def test_a_made_up_name_fits_the_oldest_limit(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO)
    await clock.advance(0)

    assert len(office.sent[0].client_ref or "") <= 40


async def test_your_own_reference_is_kept_and_followed_by_uuid(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    mine = Viber(to="447700900000", sender="ACME", content="hi", client_ref="order")
    flow = Workflow(Step(mine, until="delivered", within=60), Step(SMS))
    first, second = desk.start(flow), desk.start(flow)
    await clock.advance(0)
    await office.tell(2, "delivered")

    assert (await second.result()).outcome == "reached"
    assert not first.is_over


async def test_without_references_a_run_is_followed_by_uuid(
    office: Office, clock: ManualClock
) -> None:
    async with Desk(office.send, office.receipts, clock, has_refs=False) as desk:
        run = desk.start(TWO)
        await clock.advance(1)
        await office.tell(1, "delivered")

        assert (await run.result()).channel == "viber"
    assert office.sent[0].client_ref is None


async def test_without_references_an_unknown_outcome_cannot_be_settled(
    office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("", "reset"))
    async with Desk(office.send, office.receipts, clock, has_refs=False) as desk:
        desk.start(TWO)
        await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_the_story_is_told_to_any_number_from_the_beginning(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO)

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
    run = desk.start(TWO)
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
    run = desk.start(Workflow(Step(SMS, not_before=at), Step(VIBER)))
    await clock.advance(299)
    before = len(office.sent)
    await clock.advance(1)

    assert (before, len(office.sent)) == (0, 1)
    assert run.story[0].detail == "until 2026-01-01 00:05 UTC"


async def test_a_step_is_not_sent_at_night(
    desk: Desk, office: Office, clock: ManualClock, night: Quiet
) -> None:
    flow = Workflow(TWO.steps[0], Step(SMS, quiet=night))
    desk.start(flow)
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
    run = desk.start(flow)
    await clock.advance(1)
    await office.tell(1, "delivered")
    await clock.advance(600)

    assert ((await run.result()).outcome, run.story[-1].what) == ("stopped", "left out")
    assert office.channels == ["whatsapp"]


async def test_a_condition_of_yours_that_raises_ends_the_run_with_its_error(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    step = Step(VIBER, until=lambda receipt: 1 / receipt.code > 0, within=60)  # type: ignore[operator]
    run = desk.start(Workflow(step, Step(SMS)))
    await clock.advance(1)
    await office.tell(1, "submitted", 0)

    with pytest.raises(ZeroDivisionError):
        await run.result()
    assert len(desk) == 0


async def test_a_send_that_crashes_ends_the_run_with_its_error(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(KeyError("bug"))
    run = desk.start(TWO)
    await clock.advance(0)

    with pytest.raises(KeyError, match="bug"):
        await run.result()


async def test_closing_calls_off_what_runs_and_waits_for_answers(
    office: Office, clock: ManualClock
) -> None:
    office.plan += [None, lambda: clock.sleep(5)]
    desk = Desk(office.send, office.receipts, clock, has_refs=True)
    async with desk:
        waiting = desk.start(TWO)
        await clock.advance(1)
        sending = desk.start(TWO)
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
    desk = Desk(office.send, office.receipts, clock, has_refs=True)

    with pytest.raises(ClosedError):
        desk.start(TWO)


async def test_two_runs_cannot_share_a_name(desk: Desk) -> None:
    desk.start(TWO, "order-7")

    with pytest.raises(ValueError, match="a run named order-7 is under way"):
        desk.start(TWO, "order-7")


async def test_a_waiting_run_holds_no_task(desk: Desk, clock: ManualClock) -> None:
    for _ in range(100):
        desk.start(TWO)
    await clock.advance(1)

    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert len(others) == 1  # the one sleeper of all
    assert len(desk) == 100


async def test_a_store_that_cannot_be_read_does_not_stop_time(
    office: Office, clock: ManualClock
) -> None:
    office.receipts = Unreadable(clock=clock)
    async with Desk(office.send, office.receipts, clock, has_refs=True) as desk:
        desk.start(TWO)
        await clock.advance(60)

    assert office.channels == ["viber", "sms"]
