from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from scenes import SMS, THREE, TWO, VIBER, told

from nexmo_async.errors import (
    AuthenticationError,
    LowBalanceError,
    NotSentError,
    RateLimitError,
    RequestError,
)
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.workflows.desk import Desk
    from tests.unit.workflows.conftest import Office


async def test_a_run_ends_where_its_condition_is_met(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
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
    desk.start(TWO, office)
    await clock.advance(59.9)
    before = office.channels.copy()
    await clock.advance(0.1)

    assert before == ["viber"]
    assert office.channels == ["viber", "sms"]


async def test_a_failure_leads_on_at_once(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
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
    desk.start(TWO, office)
    await clock.advance(0)
    await office.tell(1, "submitted")
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_failure_after_it_was_delivered_is_none(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    """Receipts are not sent in order, and what has arrived has arrived."""
    desk.start(THREE, office)
    await clock.advance(0)
    await office.tell(1, "delivered")
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)

    assert office.channels == ["whatsapp"]


async def test_being_delivered_is_not_being_read(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(THREE, office)
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

    run = desk.start(TWO, office)
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
    run = desk.start(TWO, office)
    await clock.advance(0)

    assert (await run.result()).channel == "viber"


async def test_a_rejection_before_the_answer_counts(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(lambda: office.tell(1, "rejected", 1300))
    desk.start(TWO, office)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_the_last_step_ends_with_patience(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(Workflow(*TWO.steps, patience=30), office)
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
    run = desk.start(TWO, office)
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
    run = desk.start(TWO, office)
    await clock.advance(0)
    await office.tell(1, "rejected", code)

    assert (await run.result()).outcome == "stopped"
    assert office.channels == ["viber"]


@pytest.mark.parametrize("code", LEADS_ON)
async def test_what_fails_on_one_channel_leads_to_the_next(
    code: int | None, desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO, office)
    await clock.advance(0)
    await office.tell(1, "rejected", code)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_who_opted_out_is_chased_only_if_that_is_allowed(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    allowed = Step(VIBER, until="delivered", within=60, on={"suppress": "next"})
    desk.start(Workflow(allowed, Step(SMS)), office)
    await clock.advance(0)
    await office.tell(1, "rejected", 1240)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_temporary_failure_is_tried_again_after_a_rest(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    patient = Step(VIBER, until="delivered", within=60, attempts=3)
    desk.start(Workflow(patient, Step(SMS)), office)
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
    desk.start(Workflow(patient, Step(SMS)), office)
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
    run = desk.start(TWO, office)
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
    desk.start(TWO, office)
    await clock.advance(0)

    assert office.channels == ["viber", "sms"]


async def test_a_rest_is_as_long_as_nexmo_asks_for(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    error = RateLimitError(429)
    error.retry_after = 15.0
    office.plan.append(error)
    desk.start(Workflow(Step(VIBER, attempts=2), Step(SMS)), office)
    await clock.advance(14.9)
    before = len(office.sent)
    await clock.advance(0.1)

    assert (before, office.channels) == (1, ["viber", "viber"])
