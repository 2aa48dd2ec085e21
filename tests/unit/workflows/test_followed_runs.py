"""Workflows that Nexmo runs, followed by what its webhooks tell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.errors import ClosedError, RequestError, UnsupportedError
from nexmo_async.messages.client import Messages, Post
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.receipt import Position, Receipt, Report, ReportedMessage, Usage
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.testing import FakeTransport, answer
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.workflows.client import Workflows
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.plan import Api

VIBER = Viber(to="447700900000", sender="ACME", content="hi")
SMS = Sms(to="447700900000", sender="ACME", content="hi")
TIMED = Workflow(Step(VIBER, until="delivered", within=60), Step(SMS))
PLAIN = Workflow(Step(VIBER), Step(SMS))
DONE = Report(workflow_uuid="workflow-1", status="completed", at=None)


def receipt(uuid: str, channel: str, status: str, item: int | None = None) -> Receipt:
    return Receipt(
        message_uuid=uuid,
        status=status,
        at=None,
        channel=channel,
        to="447700900000",
        sender="ACME",
        workflow=Position("workflow-1", item, None if item is None else 2),
    )


@attrs.define
class Account:
    """An account of one generation: its workflows, and its webhooks."""

    flows: Workflows
    receipts: MemoryReceipts
    transport: FakeTransport

    async def tell(self, *told: Receipt | Report) -> None:
        for event in told:
            await self.receipts.record(event)


@pytest.fixture(params=["v0.1"])
async def account(
    request: pytest.FixtureRequest, clock: ManualClock
) -> AsyncIterator[Account]:
    api: Api = request.param
    transport, receipts = FakeTransport(), MemoryReceipts(clock=clock)
    post = Post(transport=transport, dialect=DIALECTS[api], clock=clock, timeout=30.0)
    mail = Messages(post, receipts)
    async with Desk(receipts, clock, has_refs=True) as desk:
        yield Account(Workflows(post, mail, desk, receipts), receipts, transport)


async def test_a_met_condition_ends_it(account: Account) -> None:
    run = (await account.flows.create(TIMED)).run
    await account.tell(
        receipt("m-1", "viber", "submitted"), receipt("m-1", "viber", "delivered")
    )

    result = await run.result()

    assert (result.id, result.outcome, result.channel) == (
        "workflow-1",
        "reached",
        "viber",
    )


async def test_each_message_is_taken_for_the_step_that_is_like_it(
    account: Account,
) -> None:
    run = (await account.flows.create(TIMED)).run
    await account.tell(
        receipt("m-2", "sms", "delivered"), receipt("m-1", "viber", "rejected"), DONE
    )

    assert [(one.step, one.status) for one in (await run.result()).attempts] == [
        (0, "rejected"),
        (1, "delivered"),
    ]


async def test_the_report_ends_it_and_tells_the_cost(account: Account) -> None:
    run = (await account.flows.create(TIMED)).run
    paid = ReportedMessage(
        message_uuid="m-1",
        channel="viber",
        status="delivered",
        usage=Usage(Decimal("0.03"), "EUR"),
    )
    await account.tell(
        receipt("m-1", "viber", "submitted"), attrs.evolve(DONE, messages=(paid,))
    )

    result = await run.settled()

    assert (result.outcome, result.cost) == (
        "reached",
        (Usage(Decimal("0.03"), "EUR"),),
    )


async def test_a_report_of_an_error_is_a_failure(account: Account) -> None:
    run = (await account.flows.create(TIMED)).run
    await account.tell(attrs.evolve(DONE, status="error"))

    assert (await run.result()).outcome == "failed"


async def test_silence_ends_with_patience(account: Account, clock: ManualClock) -> None:
    run = (await account.flows.create(TIMED)).run
    await clock.advance(60 + TIMED.patience - 1)
    before = run.is_over
    await clock.advance(1)

    assert (before, (await run.result()).outcome) == (False, "silent")


async def test_another_workflow_is_none_of_its_business(account: Account) -> None:
    run = (await account.flows.create(TIMED)).run
    other = attrs.evolve(
        receipt("m-9", "viber", "delivered"), workflow=Position("workflow-9")
    )
    await account.tell(other)

    assert run.attempts == ()


async def test_nexmo_calls_nothing_off(account: Account) -> None:
    run = (await account.flows.create(TIMED)).run

    with pytest.raises(UnsupportedError, match="Nexmo calls no workflow off"):
        run.cancel()


async def test_closing_the_client_ends_the_following(clock: ManualClock) -> None:
    receipts = MemoryReceipts(clock=clock)
    post = Post(
        transport=FakeTransport(), dialect=DIALECTS["v0.1"], clock=clock, timeout=30.0
    )
    mail = Messages(post, receipts)
    async with Desk(receipts, clock, has_refs=True) as desk:
        run = (await Workflows(post, mail, desk, receipts).create(TIMED)).run

    with pytest.raises(ClosedError, match="Nexmo goes on"):
        await run.result()


async def test_a_workflow_that_is_refused_is_not_followed(account: Account) -> None:
    account.transport.plan.append(answer(400))

    with pytest.raises(RequestError):
        await account.flows.create(TIMED)
    assert "waiting=0" in repr(account.receipts)


@pytest.mark.parametrize("account", ["v1"], indirect=True)
async def test_v1_numbers_its_steps_and_sends_no_report(account: Account) -> None:
    run = (await account.flows.create(PLAIN)).run
    await account.tell(
        receipt("m-1", "viber_service", "rejected", 1), receipt("m-2", "sms", "read", 2)
    )

    result = await run.settled()

    assert (result.outcome, result.channel) == ("reached", "sms")
    assert [one.step for one in result.attempts] == [0, 1]


@pytest.mark.parametrize("account", ["v1"], indirect=True)
async def test_v1_ends_where_a_message_is_undeliverable(account: Account) -> None:
    run = (await account.flows.create(PLAIN)).run
    await account.tell(receipt("m-1", "viber", "undeliverable", 1))

    assert (await run.result()).outcome == "failed"
