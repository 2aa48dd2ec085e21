from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from nexmo_async.durable import InProcessEngine, settle
from nexmo_async.durable.link import MARK
from nexmo_async.durable.sending import Sender
from nexmo_async.errors import (
    ConfigurationError,
    RateLimitError,
    RequestError,
    UnknownOutcomeError,
    UnsupportedError,
)
from nexmo_async.models.condition import Quiet
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from conftest import Office  # type: ignore[import-not-found]

    from nexmo_async.clock import ManualClock

PERSON: Final = "447700900000"
WHATSAPP: Final = WhatsApp(to=PERSON, sender="447700900990", content="hi")
VIBER: Final = Viber(to=PERSON, sender="ACME", content="hi")
NIGHT: Final = Quiet("22:00", "08:00", "Europe/London")  # the clock stands at midnight
SMS: Final = Sms(to=PERSON, sender="ACME", content="hi")
FLOW: Final = Workflow(
    Step(WHATSAPP, until="read", within=600),
    Step(VIBER, until="delivered", within=120),
    Step(SMS),
)


async def test_a_delivery_ends_the_run(office: Office, clock: ManualClock) -> None:
    run = await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    await office.tell(1, "read")
    await clock.advance(5000)
    result = await run.result()

    assert office.told == ["r:1 whatsapp"]
    assert (result.outcome, result.channel) == ("reached", "whatsapp")
    assert result.took == pytest.approx(1)


async def test_silence_leads_on_in_time(office: Office, clock: ManualClock) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(599)
    assert office.told == ["r:1 whatsapp"]
    await clock.advance(2)
    assert office.told == ["r:1 whatsapp", "r:2 viber"]
    await clock.advance(120)

    assert office.told == ["r:1 whatsapp", "r:2 viber", "r:3 sms"]


async def test_a_failure_leads_on_at_once(office: Office, clock: ManualClock) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    await office.tell(1, "rejected", 1300)
    await clock.advance(0)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_what_follows_leaves_before_the_next_receipt_is_heeded(
    office: Office, clock: ManualClock
) -> None:
    await office.engine.start(FLOW, name="r")
    await office.engine.start(FLOW, name="s")
    await clock.advance(1)
    await office.tell(1, "rejected", 1300)
    assert office.told[2:] == ["r:2 viber"]
    await office.tell(2, "rejected", 1300)
    assert office.told[2:] == ["r:2 viber", "s:2 viber"]


async def test_what_is_not_far_enough_changes_nothing(
    office: Office, clock: ManualClock
) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    await office.tell(1, "delivered")
    await clock.advance(598)
    assert office.told == ["r:1 whatsapp"]
    await clock.advance(2)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


@pytest.mark.parametrize(
    "order", list(permutations(["submitted", "delivered", "read"]))
)
async def test_the_order_of_receipts_does_not_matter(
    order: tuple[str, ...], office: Office, clock: ManualClock
) -> None:
    run = await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    for status in (*order, *order):
        await office.tell(1, status)
    await clock.advance(5000)

    assert office.told == ["r:1 whatsapp"]
    assert (await run.result()).channel == "whatsapp"


async def test_a_failure_that_comes_many_times_leads_on_once(
    office: Office, clock: ManualClock
) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    for _ in range(3):
        await office.tell(1, "rejected", 1300)
        await clock.advance(1)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_a_late_receipt_calls_off_what_has_not_begun(
    office: Office, clock: ManualClock
) -> None:
    run = await office.engine.start(FLOW, name="r")
    await clock.advance(605)
    await office.tell(1, "read")
    await clock.advance(5000)
    result = await run.result()

    assert office.told == ["r:1 whatsapp", "r:2 viber"]
    assert (result.outcome, result.channel) == ("reached", "whatsapp")
    assert [one.channel for one in result.double_reach] == ["whatsapp"]


@pytest.mark.parametrize("ref", ["r:9", "other:1", "order-7", "r:0", "", None])
async def test_a_receipt_of_something_else_changes_nothing(
    ref: str | None, office: Office, clock: ManualClock
) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    receipt = attrs.evolve(office.receipt(1, "read"), client_ref=ref)

    assert not await settle(office.engine, receipt, clock)
    await clock.advance(600)
    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_a_receipt_that_overtakes_the_answer_counts(
    office: Office, clock: ManualClock
) -> None:
    async def hurry() -> None:
        await office.tell(1, "rejected", 1300)

    office.plan.append(hurry)
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_a_refusal_leads_on_at_once(office: Office, clock: ManualClock) -> None:
    office.plan.append(RequestError(422))
    step = Step(WHATSAPP, until="read", within=600, on={"content": "next"})
    run = await office.engine.start(Workflow(step, Step(SMS)), name="r")
    await clock.advance(1)
    await office.tell(2, "delivered")

    assert office.told == ["r:1 whatsapp", "r:2 sms"]
    assert [one.code for one in (await run.result()).attempts] == [422, None]


async def test_a_refusal_that_stops_stops(office: Office, clock: ManualClock) -> None:
    office.plan.append(RequestError(422))
    run = await office.engine.start(FLOW, name="r")
    await clock.advance(5000)

    assert office.told == ["r:1 whatsapp"]
    assert (await run.result()).outcome == "stopped"


async def test_a_step_is_tried_as_often_as_it_says(
    office: Office, clock: ManualClock
) -> None:
    office.plan += [RateLimitError(429), RateLimitError(429), None]
    step = Step(WHATSAPP, until="read", within=600, attempts=3)
    run = await office.engine.start(Workflow(step, Step(SMS)), name="r")
    await clock.advance(2.9)
    assert len(office.sent) == 2  # after a second, and after two more
    await clock.advance(0.2)
    await office.tell(3, "read")
    result = await run.result()

    assert office.told == ["r:1 whatsapp", "r:2 whatsapp", "r:3 whatsapp"]
    assert (result.outcome, len(result.attempts)) == ("reached", 3)


async def test_the_time_of_a_step_counts_over_all_its_tries(
    office: Office, clock: ManualClock
) -> None:
    office.plan.append(RateLimitError(429))
    step = Step(WHATSAPP, until="read", within=600, attempts=3)
    await office.engine.start(Workflow(step, Step(SMS)), name="r")
    await clock.advance(599)
    assert office.told == ["r:1 whatsapp", "r:2 whatsapp"]
    await clock.advance(2)

    assert office.told == ["r:1 whatsapp", "r:2 whatsapp", "r:3 sms"]


async def test_an_unclear_answer_is_settled_by_a_receipt(
    office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("r:1", "500", 500))
    await office.engine.start(FLOW, name="r")
    await clock.advance(20)
    await office.tell(1, "submitted")
    await clock.advance(570)
    assert office.told == ["r:1 whatsapp"]
    await clock.advance(20)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_an_unclear_answer_without_a_receipt_leads_on(
    office: Office, clock: ManualClock
) -> None:
    office.plan.append(UnknownOutcomeError("r:1", "500", 500))
    await office.engine.start(FLOW, name="r")
    await clock.advance(29)
    assert office.told == ["r:1 whatsapp"]
    await clock.advance(2)

    assert office.told == ["r:1 whatsapp", "r:2 viber"]


async def test_who_waits_only_for_a_failure_gives_up_in_the_end(
    office: Office, clock: ManualClock
) -> None:
    flow = Workflow(Step(WHATSAPP), Step(SMS), patience=100)
    run = await office.engine.start(flow, name="r")
    await clock.advance(500)

    assert office.told == ["r:1 whatsapp"]
    assert (await run.result()).outcome == "silent"


async def test_a_run_called_off_sends_nothing_more(
    office: Office, clock: ManualClock
) -> None:
    run = await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    run.cancel()
    await clock.advance(5000)

    assert office.told == ["r:1 whatsapp"]
    assert (await run.result()).outcome == "cancelled"


async def test_a_name_begins_one_run_only(office: Office, clock: ManualClock) -> None:
    await office.engine.start(FLOW, name="r")
    again = await office.engine.start(Workflow(Step(SMS), Step(SMS)), name="r")
    await clock.advance(1)

    assert office.told == ["r:1 whatsapp"]
    assert again.workflow == FLOW


async def test_a_run_can_be_followed_by_its_name(
    office: Office, clock: ManualClock
) -> None:
    await office.engine.start(FLOW, name="r")
    await clock.advance(1)
    await office.tell(1, "read")
    run = await office.engine.follow("r")

    assert [one.what async for one in run] == ["sent", "accepted", "reached"]
    with pytest.raises(ConfigurationError, match="is not known"):
        await office.engine.follow("nobody")


async def test_quiet_hours_are_kept(office: Office, clock: ManualClock) -> None:
    step = Step(WHATSAPP, until="read", within=600, quiet=NIGHT)
    await office.engine.start(Workflow(step, Step(SMS)), name="r")
    await clock.advance(8 * 3600 - 1)
    assert office.told == []
    await clock.advance(2)

    assert office.told == ["r:1 whatsapp"]


async def test_a_fallback_waits_for_the_end_of_the_night(
    office: Office, clock: ManualClock
) -> None:
    flow = Workflow(Step(WHATSAPP, until="read", within=600), Step(SMS, quiet=NIGHT))
    await office.engine.start(flow, name="r")
    await clock.advance(8 * 3600 - 1)
    assert office.told == ["r:1 whatsapp"]
    await clock.advance(2)

    assert office.told == ["r:1 whatsapp", "r:3 sms"]


# --- What another worker, or an earlier life, has left behind. ---


async def test_who_finds_its_place_taken_sends_nothing(
    clock: ManualClock,
) -> None:
    engine = InProcessEngine(clock=clock)
    run = await engine.start(FLOW, name="r")
    body = (await engine.read(["r:1"]))["r:1"].body
    sent: list[object] = []

    async def send(message: object, *, total: float | None) -> Any:  # noqa: ANN401
        sent.append((message, total))

    # Another worker took the job over, while this one was stopped before it sent.
    look = engine.read

    async def taken_over(keys: Any) -> Any:  # noqa: ANN401
        found = await look(keys)
        if found["r:1"].facts.get(MARK, {}).get("by") not in {None, "other"}:
            mark = {**found["r:1"].facts[MARK], "by": "other"}
            await engine.note("r:1", {MARK: mark})
        return await look(keys)

    engine.read = taken_over  # type: ignore[method-assign]
    said = await Sender(engine, send, clock)("r:1", body)

    assert "superseded" in said
    assert sent == []
    assert run.id == "r"


@pytest.mark.parametrize(
    ("field", "step"),
    [
        ("steps[0].until", Step(VIBER, until=lambda _: True, within=9)),
        ("steps[0].skip_if", Step(VIBER, skip_if=lambda _: True)),
        ("steps[0].message.client_ref", Step(attrs.evolve(SMS, client_ref="mine"))),
    ],
)
async def test_what_no_other_process_knows_is_refused_before_anything_is_armed(
    field: str, step: Step, office: Office, clock: ManualClock
) -> None:
    with pytest.raises(UnsupportedError) as caught:
        await office.engine.start(Workflow(step, Step(SMS)), name="r")
    await clock.advance(1)

    assert caught.value.field == field
    assert await office.engine.status("r:1") is None


async def test_beta_has_no_references_to_find_a_run_by(office: Office) -> None:
    with pytest.raises(UnsupportedError, match="client_ref"):
        await office.engine.start(FLOW, api="beta")


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "a:1"])
async def test_a_name_that_cannot_be_a_reference_is_refused(
    name: str, office: Office
) -> None:
    if not name:
        assert len((await office.engine.start(FLOW, name=name)).id) == 32
        return
    with pytest.raises(ConfigurationError, match="name"):
        await office.engine.start(FLOW, name=name)
