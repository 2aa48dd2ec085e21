"""Many runs on an engine, told of as they end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import pytest

from nexmo_async import Basic, Nexmo
from nexmo_async.durable import losses
from nexmo_async.models.condition import Quiet
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing import FakeTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Office  # type: ignore[import-not-found]

    from nexmo_async.clock import ManualClock

PERSON: Final = "447700900000"
VIBER: Final = Viber(to=PERSON, sender="ACME", content="hi")
SMS: Final = Sms(to=PERSON, sender="ACME", content="hi")
TWO: Final = Workflow(Step(VIBER, until="delivered", within=60), Step(SMS))


@pytest.fixture
async def nexmo(clock: ManualClock) -> AsyncIterator[Nexmo]:
    auth = Basic("key", "secret")
    async with Nexmo(auth, transport=FakeTransport(), clock=clock) as nexmo:
        yield nexmo


async def channels(
    nexmo: Nexmo, office: Office, count: int, concurrency: int = 10
) -> list[str | None]:
    many = nexmo.workflows.run_many(
        [TWO] * count, engine=office.engine, name="night", concurrency=concurrency
    )
    return [result.channel async for result in many]


async def test_many_runs_on_an_engine_are_told_of_as_they_end(
    office: Office, clock: ManualClock, nexmo: Nexmo
) -> None:
    telling = asyncio.create_task(channels(nexmo, office, 3))
    await clock.advance(1)
    assert office.told == ["night-1:1 viber", "night-2:1 viber", "night-3:1 viber"]
    await office.tell(2, "delivered")
    await office.tell(1, "rejected", 1300)
    await office.tell(3, "delivered")
    await clock.advance(1)
    await office.tell(4, "delivered")
    await clock.advance(1)

    assert await telling == ["viber", "viber", "sms"]


async def test_no_more_runs_of_an_engine_are_under_way_than_allowed(
    office: Office, clock: ManualClock, nexmo: Nexmo
) -> None:
    telling = asyncio.create_task(channels(nexmo, office, 3, concurrency=2))
    await clock.advance(1)
    assert len(office.sent) == 2
    for number in (1, 2, 3):
        await office.tell(number, "delivered")
        await clock.advance(1)

    assert await telling == ["viber"] * 3


async def test_whoever_leaves_calls_off_nothing_of_an_engine(
    office: Office, clock: ManualClock, nexmo: Nexmo
) -> None:
    leaving = asyncio.create_task(channels(nexmo, office, 2))
    await clock.advance(1)
    leaving.cancel()
    await clock.advance(61)

    assert office.told[2:] == ["night-1:2 sms", "night-2:2 sms"]


async def test_the_same_name_follows_what_was_begun(
    office: Office, clock: ManualClock, nexmo: Nexmo
) -> None:
    leaving = asyncio.create_task(channels(nexmo, office, 2))
    await clock.advance(1)
    leaving.cancel()
    telling = asyncio.create_task(channels(nexmo, office, 2))
    await clock.advance(1)
    for number in (1, 2):
        await office.tell(number, "delivered")
    await clock.advance(1)

    assert await telling == ["viber", "viber"]
    assert len(office.sent) == 2


async def test_runs_with_many_links_are_looked_at_to_their_end(
    office: Office, clock: ManualClock, nexmo: Nexmo
) -> None:
    step = Step(VIBER, until="delivered", within=2)
    many = nexmo.workflows.run_many(
        [Workflow(*[step] * 10, Step(SMS))], engine=office.engine
    )
    telling = asyncio.ensure_future(anext(aiter(many)))
    await clock.advance(1)
    for _ in range(10):
        await clock.advance(3)
    await office.tell(11, "delivered")
    await clock.advance(1)
    result = await telling

    assert (result.outcome, result.channel) == ("reached", "sms")


ODD: Final = {
    "steps[0].until": Step(VIBER, until=lambda _: True, within=60),
    "steps[0].skip_if": Step(VIBER, until="read", within=60, skip_if=lambda _: False),
}


@pytest.mark.parametrize("field", ODD)
def test_what_is_in_the_way_of_a_durable_run_can_be_asked_before(field: str) -> None:
    (loss,) = losses(Workflow(ODD[field], Step(SMS)), "v1")

    assert loss.field == field


def test_nothing_is_in_the_way_of_words() -> None:
    quiet = Quiet("22:00", "08:00", "Europe/London")
    step = Step(VIBER, until="read", within=60, quiet=quiet)

    assert losses(Workflow(step, Step(SMS)), "v1") == ()
    assert [loss.field for loss in losses(TWO, "beta")] == ["workflow"]
