"""Whatever happens, in whatever order: the promises of a run."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
import random
from typing import TYPE_CHECKING, Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from nexmo_async.clock import ManualClock
from nexmo_async.errors import (
    NotSentError,
    RateLimitError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.workflows.desk import Desk
from nexmo_async.workflows.health import ChannelHealth

if TYPE_CHECKING:
    from nexmo_async.models.message import Message
    from nexmo_async.workflows.run import Run

#: How many runs; `NEXMO_ASYNC_RANDOM_RUNS=100000` is the long proof.
RUNS: Final = int(os.environ.get("NEXMO_ASYNC_RANDOM_RUNS", "1000"))

#: Runs that share one desk, so that they could get in each other's way.
TOGETHER: Final = 25

MESSAGES: Final[tuple[Message, ...]] = (
    WhatsApp(to="447700900000", sender="447700900001", content="hi"),
    Viber(to="447700900000", sender="ACME", content="hi"),
    Sms(to="447700900000", sender="ACME", content="hi"),
)
CODES: Final = (None, 1000, 1022, 1240, 1300, 1330, 1490)
STATUSES: Final = ("submitted", "delivered", "read", "rejected", "undeliverable")
ERRORS: Final = (
    None,
    None,
    None,
    None,
    NotSentError("host", "no route"),
    RateLimitError(429),
    RequestError(422),
    UnknownOutcomeError("ref", "reset"),
    UnknownOutcomeError("ref", "reset"),
)
MOMENTS: Final = (0.0, 0.5, 1.0, 4.5, 5.0, 5.5, 20.0, 21.0, 40.0)


@attrs.frozen
class Accepted:
    message_uuid: str


@attrs.define
class WildOffice:
    """Answers and tells whatever the dice say; insists on the promises."""

    dice: random.Random
    clock: ManualClock
    receipts: MemoryReceipts
    runs: dict[str, Run] = attrs.field(factory=dict[str, "Run"])
    letters: list[tuple[float, int, Receipt]] = attrs.field(
        factory=list["tuple[float, int, Receipt]"]
    )
    in_flight: set[str] = attrs.field(factory=set[str])
    count: itertools.count[int] = attrs.field(factory=itertools.count)

    async def send(self, message: Message) -> Accepted:
        name = (message.client_ref or "").partition(":")[0]
        self._check(name)
        self.in_flight.add(name)
        uuid, error = f"m-{next(self.count)}", self.dice.choice(ERRORS)
        if error is None or isinstance(error, UnknownOutcomeError):
            self._plan(message, uuid)
        await self.clock.sleep(self.dice.choice((0.0, 0.0, 1.0, 6.0)))
        self.in_flight.discard(name)
        if error is not None:
            raise error
        return Accepted(uuid)

    def _check(self, name: str) -> None:
        run = self.runs[name]
        assert name not in self.in_flight, "two steps in flight"
        assert not run.is_over, "a step after the end"
        *before, _ = run.tries
        assert all(one.why for one in before), "the step before is not settled"
        assert not any(one.reached_at for one in before), "a step after success"

    def _plan(self, message: Message, uuid: str) -> None:
        for _ in range(self.dice.randint(0, 4)):
            status = self.dice.choice(STATUSES)
            failed = status in {"rejected", "undeliverable"}
            receipt = Receipt(
                message_uuid=uuid,
                status=status,
                at=None,
                channel=message.channel,
                to=message.to,
                sender=message.sender,
                client_ref=message.client_ref,
                code=self.dice.choice(CODES) if failed else None,
            )
            due = self.clock.monotonic() + self.dice.choice(MOMENTS)
            heapq.heappush(self.letters, (due, next(self.count), receipt))

    async def tell(self) -> None:
        """Hand over what is due."""
        while self.letters and self.letters[0][0] <= self.clock.monotonic():
            await self.receipts.record(heapq.heappop(self.letters)[2])


def workflow(dice: random.Random) -> Workflow:
    steps = [
        Step(
            dice.choice(MESSAGES),
            until="delivered",
            within=dice.choice([5.0, 20.0]),
            attempts=dice.randint(1, 3),
        )
        for _ in range(dice.randint(1, 3))
    ]
    return Workflow(*steps, Step(MESSAGES[2]), patience=60, settle=10)


def health(dice: random.Random) -> ChannelHealth | None:
    """Very touchy, or none."""
    if dice.random() < 0.5:
        return None
    return ChannelHealth(failures=2, window=dice.choice((5, 60)), rest=7, good=1)


async def play(seed: int) -> list[Run]:
    """Some runs on one desk, until nothing more can come of them."""
    dice, clock = random.Random(seed), ManualClock()  # noqa: S311  no secret
    office = WildOffice(dice, clock, MemoryReceipts(clock=clock))
    desk = Desk(office.receipts, clock, has_refs=True)
    wards = health(dice)
    async with desk:
        for number in range(TOGETHER):
            run = desk.start(workflow(dice), office, f"r{number}", wards)
            office.runs[run.id] = run
        while len(desk):
            await clock.advance(dice.choice((0.5, 0.5, 1.0)))
            await office.tell()
            if dice.random() < 0.02:
                dice.choice(list(office.runs.values())).cancel()
            assert clock.monotonic() < 1000, "a run without an end"
    return list(office.runs.values())


def check(run: Run) -> None:
    """What must be true of a run that is settled."""
    assert run.ended is not None, run
    outcome, _, _ = run.ended
    places = [one.step for one in run.tries]
    passed = {one.step for one in run.story if one.what == "the channel is unwell"}
    tried = sorted({*places, *passed})
    over = [one.step for one in run.story if one.what == "time is up"]
    in_time = [one for one in run.tries if one.reached_at and not one.late]

    assert run.is_settled
    assert all(one.why for one in run.tries), "a message that is not settled"
    assert all(one.watch is None for one in run.tries), "somebody still listens"
    assert places == sorted(places), "a step back"
    assert all(b - a <= 1 for a, b in itertools.pairwise(tried)), "a step left out"
    assert len(run.workflow.steps) - 1 not in passed, "the last step passed by"
    assert len(over) == len(set(over)), "two steps for one time-out"
    assert len(in_time) <= 1, "two successes"
    if in_time:
        assert outcome == "reached"
    if outcome == "reached":
        assert any(one.reached_at for one in run.tries)


@settings(max_examples=max(1, RUNS // TOGETHER), deadline=None)
@given(st.integers(0, 2**63))
def test_every_promise_is_kept(seed: int) -> None:
    for run in asyncio.run(play(seed)):
        check(run)
