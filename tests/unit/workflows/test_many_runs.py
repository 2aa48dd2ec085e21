from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from scenes import SMS, TWO, VIBER

from nexmo_async.errors import (
    ConfigurationError,
    MessageError,
    UnsupportedError,
)
from nexmo_async.messages.client import Post
from nexmo_async.models.message import Rcs, Sms
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing import FakeTransport
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.workflows.client import Workflows
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from tests.unit.workflows.conftest import Office

RCS = Rcs(to="447700900000", sender="ACME", content="hi")
WITH_RCS = Workflow(Step(RCS, until="delivered", within=60), *TWO.steps)


def client(desk: Desk, office: Office, clock: ManualClock) -> Workflows:
    post = Post(
        transport=FakeTransport(), dialect=DIALECTS["v1"], clock=clock, timeout=30.0
    )
    return Workflows(post, office, desk, office.receipts)


async def channels(many: Workflows, count: int, concurrency: int) -> list[str | None]:
    results = many.run_many([TWO] * count, concurrency=concurrency)
    return [result.channel async for result in results]


async def test_many_runs_are_told_of_as_they_end(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    telling = asyncio.create_task(channels(client(desk, office, clock), 3, 10))
    await clock.advance(1)
    await office.tell(2, "delivered")
    await office.tell(1, "rejected", 1300)
    await office.tell(3, "delivered")
    await clock.advance(1)
    await office.tell(4, "delivered")

    assert await telling == ["viber", "viber", "sms"]


async def test_no_more_are_under_way_than_allowed(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    telling = asyncio.create_task(channels(client(desk, office, clock), 5, 2))
    counts: list[int] = []
    for number in range(1, 6):
        await clock.advance(1)
        counts.append(len(office.sent))
        await office.tell(number, "delivered")

    assert await telling == ["viber"] * 5
    assert counts == [2, 3, 4, 5, 5]


async def test_leaving_the_loop_calls_off_what_runs(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    async def first() -> None:
        results = client(desk, office, clock).run_many([TWO] * 3)
        try:
            await anext(results)
        finally:
            await results.aclose()  # type: ignore[attr-defined]  # it is a generator

    leaving = asyncio.create_task(first())
    await clock.advance(1)
    await office.tell(1, "delivered")
    await leaving
    await clock.advance(100)

    assert office.channels == ["viber"] * 3


async def test_nobody_at_once_is_nobody(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    with pytest.raises(ConfigurationError, match="concurrency: must be at least 1"):
        await channels(client(desk, office, clock), 1, 0)


async def test_what_the_generation_cannot_carry_is_refused_before_any_byte(
    office: Office, clock: ManualClock
) -> None:
    post = Post(
        transport=FakeTransport(), dialect=DIALECTS["v0.1"], clock=clock, timeout=30.0
    )
    async with Desk(office.receipts, clock, has_refs=True) as desk:
        flows = Workflows(post, office, desk, office.receipts)
        with pytest.raises(UnsupportedError):
            await flows.run(Workflow(Step(SMS), Step(RCS)))

    assert office.sent == []


@pytest.mark.parametrize(("within", "steps"), [(60.0, 2), (5.0, 1)])
async def test_auto_is_the_server_if_it_can_run_all_of_it(
    within: float, steps: int, office: Office, clock: ManualClock
) -> None:
    transport = FakeTransport()
    post = Post(
        transport=transport, dialect=DIALECTS["v0.1"], clock=clock, timeout=30.0
    )
    flow = Workflow(Step(VIBER, until="delivered", within=within), Step(SMS))
    async with Desk(office.receipts, clock, has_refs=True) as desk:
        await Workflows(post, office, desk, office.receipts).run(flow, engine="auto")
        await clock.advance(0)

    assert len(transport.requests) == steps - 1


ROWS = [{"to": "447700900001", "code": 11}, {"to": "447700900002", "code": 22}]
SAID = {
    "steps": [
        {"channel": "viber", "to": "{to}", "sender": "ACME", "content": "{code}"},
        {"channel": "sms", "to": "{to}", "sender": "ACME", "content": "Code {code}."},
    ]
}


def test_a_workflow_is_filled_in_for_each_row() -> None:
    flows = list(Workflow.for_each(ROWS, SAID))

    assert [flow.steps[1].message for flow in flows] == [
        Sms(to="447700900001", sender="ACME", content="Code 11."),
        Sms(to="447700900002", sender="ACME", content="Code 22."),
    ]


def test_a_row_that_lacks_a_name_is_named_by_the_path() -> None:
    with pytest.raises(
        MessageError, match=r"^steps\[0\].content: the row has no 'code'"
    ):
        list(Workflow.for_each([{"to": "447700900001"}], SAID))


async def test_an_rcs_message_whose_time_is_up_is_taken_back(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(WITH_RCS, office)
    await clock.advance(60)

    assert office.revoked == ["m-1"]
    assert office.channels == ["rcs", "viber"]


async def test_an_rcs_message_that_failed_is_not(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    desk.start(WITH_RCS, office)
    await clock.advance(1)
    await office.tell(1, "rejected", 1300)
    await clock.advance(1)

    assert office.revoked == []
    assert office.channels == ["rcs", "viber"]
