from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scenes import SMS, THREE, TWO, told

from nexmo_async.errors import (
    UnknownOutcomeError,
)
from nexmo_async.models.message import Raw, Viber
from nexmo_async.models.receipt import Usage
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from tests.unit.workflows.conftest import Office


async def test_an_unknown_outcome_is_settled_by_any_receipt(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("ref", "reset"))
    run = desk.start(TWO, office)
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
    run = desk.start(TWO, office)
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
    run = desk.start(THREE, office)
    await clock.advance(60)

    assert (await run.result()).outcome == "stopped"
    assert office.channels == ["whatsapp", "viber"]


async def test_a_late_receipt_of_an_earlier_step_ends_the_run(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(THREE, office)
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
    run = desk.start(THREE, office)
    await clock.advance(600)
    result = await run.result()

    assert (result.outcome, result.channel) == ("reached", "whatsapp")
    assert [one.message_uuid for one in result.attempts] == ["m-1", "m-2"]


async def test_what_arrives_after_the_end_is_known_once_all_is_settled(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
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
    run = desk.start(TWO, office)
    await clock.advance(60)
    await office.tell(2, "delivered")
    while_late = len(desk)
    await clock.advance(TWO.patience)

    assert (while_late, len(desk)) == (1, 0)
    assert run.is_settled


async def test_the_cost_is_the_sum_of_all_attempts(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
    await clock.advance(1)
    await office.tell(1, "submitted", usage=Usage(Decimal("0.01"), "EUR"))
    await clock.advance(60)
    await office.tell(2, "delivered", usage=Usage(Decimal("0.0333"), "EUR"))

    assert (await run.result()).cost == (Usage(Decimal("0.0433"), "EUR"),)


async def test_a_run_that_is_called_off_sends_no_more(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(TWO, office)
    await clock.advance(10)
    run.cancel()
    await clock.advance(100)

    assert (await run.result()).outcome == "cancelled"
    assert office.channels == ["viber"]


async def test_a_run_that_is_called_off_while_sending_waits_for_the_answer(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    office.plan.append(lambda: clock.sleep(5))
    run = desk.start(TWO, office)
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
    desk.start(THREE, office, "order-7")
    await clock.advance(720)

    refs = [message.client_ref for message in office.sent]
    assert refs == ["order-7:1", "order-7:2", "order-7:3"]


async def test_a_made_up_name_fits_the_oldest_limit(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(TWO, office)
    await clock.advance(0)

    assert len(office.sent[0].client_ref or "") <= 40


async def test_your_own_reference_is_kept_and_followed_by_uuid(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    mine = Viber(to="447700900000", sender="ACME", content="hi", client_ref="order")
    flow = Workflow(Step(mine, until="delivered", within=60), Step(SMS))
    first, second = desk.start(flow, office), desk.start(flow, office)
    await clock.advance(0)
    await office.tell(2, "delivered")

    assert (await second.result()).outcome == "reached"
    assert not first.is_over


async def test_a_raw_message_is_found_by_its_reference(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    """Where it goes stands in its body, which only Nexmo reads."""
    office.plan.append(UnknownOutcomeError("order", "reset"))
    raw = Raw({"channel": "whatsapp"}, client_ref="order")
    run = desk.start(Workflow(Step(raw, until="read", within=60), Step(SMS)), office)
    await clock.advance(1)
    await office.tell(1, "read", channel="whatsapp", to="447700900000")

    assert (await run.result()).outcome == "reached"


async def test_without_references_a_run_is_followed_by_uuid(
    office: Office, clock: ManualClock
) -> None:
    async with Desk(office.receipts, clock, has_refs=False) as desk:
        run = desk.start(TWO, office)
        await clock.advance(1)
        await office.tell(1, "delivered")

        assert (await run.result()).channel == "viber"
    assert office.sent[0].client_ref is None


async def test_without_references_an_unknown_outcome_cannot_be_settled(
    office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("", "reset"))
    async with Desk(office.receipts, clock, has_refs=False) as desk:
        desk.start(TWO, office)
        await clock.advance(0)

    assert office.channels == ["viber", "sms"]
