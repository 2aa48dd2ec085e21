"""What a bulk job on a database promises, with its worker in this process."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import psycopg
import pytest

from nexmo_async.bulk import BadRow, Control, Item
from nexmo_async.bulk.item import reference
from nexmo_async.clock import SystemClock
from nexmo_async.durable import settle
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.errors import (
    AuthenticationError,
    ConfigurationError,
    NexmoError,
    NotSentError,
    RequestError,
)
from nexmo_async.models.message import Sms
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from nexmo_async.models.message import Message


@attrs.frozen
class Accepted:
    message_uuid: str


@attrs.define
class Office:
    """Takes all messages, but for those whose text is planned to fail."""

    plan: dict[str, list[NexmoError]] = attrs.field(factory=dict)
    sent: list[Message] = attrs.field(factory=list["Message"])

    async def send(self, message: Any, *, total: float | None) -> Accepted:  # noqa: ANN401
        assert total is not None
        failures = self.plan.get(message.content.text)
        if failures:
            raise failures.pop(0)
        self.sent.append(message)
        return Accepted(f"m-{message.client_ref}")

    async def history(self, _: str) -> Sequence[object]:
        """Knows a receipt of each."""
        return [Accepted("m-known")]


def item(key: str, sender: str = "ACME") -> Item:
    return Item(Sms(to="447700900000", sender=sender, content=key), key=key)


def items(*keys: str) -> list[Item]:
    return [item(key) for key in keys]


def flow(text: str) -> Workflow:
    message = Sms(to="447700900000", sender="ACME", content=text)
    return Workflow(Step(message, until="delivered", within=60.0), Step(message))


@asynccontextmanager
async def at_work(engine: DbosEngine) -> AsyncIterator[None]:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        try:
            yield
        finally:
            running.cancel()


@pytest.fixture
async def engine(database: str) -> AsyncIterator[DbosEngine]:
    async with DbosEngine(database, worker="w1") as engine:
        yield engine


async def test_each_item_has_one_result_and_what_is_none_is_told(
    engine: DbosEngine,
) -> None:
    office = Office({"bad": [RequestError(422, "Bad")]})
    engine.sends(office.send)
    steps = flow("flow").steps
    here = Workflow(attrs.evolve(steps[0], skip_if=lambda _: True), steps[1])
    given: list[Item | BadRow] = [
        *items("a", "bad", "a"),
        BadRow(4, "to", "is no number"),
        Item(here, key="flow"),
    ]
    async with at_work(engine):
        report = await engine.bulk.run(given, job="j", slice=1)
        job = await engine.bulk.find("j")
        found = {one.index: one async for one in job.results()}
        again = await engine.bulk.run(items("a", "b"), job="j")
        await engine.bulk.forget("j")
        with pytest.raises(ConfigurationError, match="not known"):
            await engine.bulk.find("j")

    failed = {"DoubleError": 1, "RequestError": 1, "RowError": 1, "UnsupportedError": 1}
    assert (report.total, report.ok, report.failed) == (5, 1, failed)
    assert [found[index].reason for index in sorted(found)] == [
        "",
        "RequestError",
        "DoubleError",
        "RowError",
        "UnsupportedError",
    ]
    assert found[0].message == item("a").message
    assert found[0].message_uuid == f"m-{reference('j', 'a')}"
    assert (again.ok, again.skipped) == (1, 5)
    assert [one.client_ref for one in office.sent] == [
        reference("j", "a"),
        reference("j", "b"),
    ]


async def test_what_did_not_leave_is_sent_later_and_bad_credentials_stop_the_job(
    engine: DbosEngine,
) -> None:
    office = Office(
        {
            "late": [NotSentError("host", "refused")],
            "wrong": [AuthenticationError(401, "Unauthorized")],
        }
    )
    engine.sends(office.send)
    async with at_work(engine):
        later = await engine.bulk.run(items("late", "now"), job="later")
        stopped = await engine.bulk.run(items("wrong"), job="stopped")
        again = await engine.bulk.run(items("wrong"), job="stopped")

    assert (later.ok, later.stopped) == (2, "")
    assert (stopped.total, stopped.stopped[:19]) == (0, "AuthenticationError")
    assert (again.ok, again.stopped) == (1, "")


@attrs.define
class Delivering(Office):
    """Tells the engine that a message is delivered, before it says that it took it."""

    engine: DbosEngine = attrs.field(kw_only=True)

    async def send(self, message: Any, *, total: float | None) -> Accepted:  # noqa: ANN401
        accepted = await super().send(message, total=total)
        receipt = Receipt(
            message_uuid=accepted.message_uuid,
            status="delivered",
            at=None,
            channel=message.channel,
            to=message.to,
            sender=message.sender,
            client_ref=message.client_ref,
        )
        await settle(self.engine, receipt, self.engine.clock)
        return accepted


async def test_a_workflow_is_one_item_and_its_result_is_that_of_its_run(
    engine: DbosEngine,
) -> None:
    office = Delivering({"bad": [RequestError(422, "Bad")]}, engine=engine)
    engine.sends(office.send)
    flows = [Item(flow(text), key=text) for text in ("good", "bad")]
    job = await engine.bulk.begin([*flows, *items("plain")], job="j", rate=100)
    async with at_work(engine):
        report = await job.wait()
        told = {one.key: one async for one in job.results()}
        run = await engine.follow(reference("j", "good"))

    assert (report.total, report.ok) == (3, 2)
    assert report.failed == {"WorkflowEndedError": 1}
    assert told["good"].message == run.workflow == flow("good")
    assert told["good"].message_uuid == f"m-{run.id}:1"
    assert "stopped: refused" in str(told["bad"].error)
    assert len(office.sent) == 2


async def test_a_run_is_begun_once_whenever_the_worker_dies_that_begins_it(
    engine: DbosEngine, database: str
) -> None:
    office = Delivering(engine=engine)
    engine.sends(office.send)
    flows = [Item(flow(text), key=text) for text in ("begun", "not yet")]
    job = await engine.bulk.begin(flows, job="j")
    await _begun(database, [0, 1])
    await engine.start(flow("begun"), name=reference("j", "begun"))
    async with at_work(engine):
        report = await job.wait()

    assert (report.ok, report.resent, len(office.sent)) == (2, 0, 2)


async def test_a_run_that_is_known_no_more_is_unknown_and_not_begun_again(
    engine: DbosEngine, database: str
) -> None:
    office = Delivering(engine=engine)
    engine.sends(office.send)
    job = await engine.bulk.begin([Item(flow("a"), key="a")], job="j")
    await _begun(database, [0])
    async with await psycopg.AsyncConnection.connect(database) as line:
        told = "UPDATE nexmo_async.bulk_slices SET told = '{}', results = '[]'"
        await line.execute(f"{told}, begun = '{{0}}'")
    async with at_work(engine):
        report = await job.wait()

    assert (report.unknown, len(office.sent)) == (1, 0)


@pytest.mark.parametrize("how", ["resend", "wait", "receipt"])
async def test_what_a_dead_worker_had_begun_is_told(
    engine: DbosEngine, database: str, how: str
) -> None:
    office = Office()
    engine.sends(office.send, receipts=office if how == "receipt" else None)
    policy: Any = "wait" if how == "wait" else "resend"
    job = await engine.bulk.begin(items("a", "b", "c"), job="j", on_unknown=policy)
    await _begun(database, [0, 2])
    async with at_work(engine):
        report = await job.wait()

    sent = {"resend": 3, "wait": 1, "receipt": 1}[how]
    told = {"resend": (3, 0, 2), "wait": (1, 2, 0), "receipt": (3, 0, 0)}[how]
    assert len(office.sent) == sent
    assert (report.ok, report.unknown, report.resent) == told
    named = report.unknown_items if how == "wait" else report.resent_items
    assert [one.key for one in named] == ([] if how == "receipt" else ["a", "c"])


async def test_a_chunk_of_one_sender_goes_at_the_senders_rate(
    engine: DbosEngine,
) -> None:
    office, at = Office(), dict[str, list[float]]()

    async def send(message: Message, *, total: float | None) -> Accepted:
        at.setdefault(message.sender, []).append(engine.clock.monotonic())
        return await office.send(message, total=total)

    engine.sends(send)
    many = [item(f"k{number}", f"S{number % 3}") for number in range(9)]
    async with at_work(engine):
        await engine.bulk.run(many, job="one", per_sender=10)
        await engine.bulk.run(items("x", "y"), job="both", rate=20, per_sender=10)

    gaps = [b - a for times in at.values() for a, b in pairwise(times)]
    assert len(at) == 4
    assert min(gaps) > 0.08


async def test_what_is_said_to_a_control_here_is_said_to_the_job(
    engine: DbosEngine,
) -> None:
    control = Control()
    control.pause("not yet")
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = group.create_task(
            engine.bulk.run(items("a"), job="j", control=control, rate=1)
        )
        while control.snapshot().waiting_for != "not yet":
            await SystemClock().sleep(0.02)
        told = await (await engine.bulk.find("j")).progress()
        control.stop("enough")
        report = await running

    assert (told.total, told.waiting_for) == (1, "not yet")
    assert (report.total, report.stopped) == (0, "enough")


@pytest.mark.parametrize(
    ("setting", "value"), [("slice", 0), ("rate", 0), ("per_sender", -1), ("job", "/")]
)
async def test_a_setting_that_cannot_work_is_refused(
    engine: DbosEngine,
    setting: str,
    value: Any,  # noqa: ANN401
) -> None:
    settings: dict[str, Any] = {"job": "j", setting: value}

    with pytest.raises(ConfigurationError, match=setting):
        await engine.bulk.begin(items("a"), **settings)


async def _begun(database: str, places: list[int]) -> None:
    """As a worker leaves it that dies with a slice in flight."""
    async with await psycopg.AsyncConnection.connect(database) as line:
        await line.execute("UPDATE nexmo_async.bulk_chunks SET owner = 'dead'")
        await line.execute(
            "INSERT INTO nexmo_async.bulk_slices (job, chunk, number, places, began)"
            " SELECT job, number, 1, %s, 0 FROM nexmo_async.bulk_chunks",
            (places,),
        )
