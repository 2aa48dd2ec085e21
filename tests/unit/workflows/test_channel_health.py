"""Runs on channels that are unwell."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from scenes import SMS, THREE, TWO, VIBER, told

from nexmo_async.errors import ConfigurationError, RefusedError, UnknownOutcomeError
from nexmo_async.messages.client import Post
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing import FakeTransport
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.workflows import ChannelHealth, ChannelState
from nexmo_async.workflows.breaker import Bad
from nexmo_async.workflows.client import Workflows

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.workflows.desk import Desk
    from nexmo_async.workflows.run import Run
    from tests.unit.workflows.conftest import Office


class Ward:
    """A desk whose runs learn from each other."""

    def __init__(self, desk: Desk, office: Office, clock: ManualClock) -> None:
        self.desk, self.office, self.clock = desk, office, clock
        self.changes: list[ChannelState] = []
        self.health = ChannelHealth(
            failures=3, rest=30, good=2, observers=[self.changes.append]
        )

    async def start(self, flow: Workflow = TWO) -> Run:
        run = self.desk.start(flow, self.office, health=self.health)
        await self.clock.advance(0)
        return run

    async def fail(self, times: int = 3, code: int | None = 1260) -> None:
        """Runs whose first message finds no way."""
        for _ in range(times):
            await self.start()
            await self.office.tell(len(self.office.sent), "undeliverable", code)
            await self.clock.advance(0)

    @property
    def states(self) -> dict[tuple[str, str], str]:
        return {(one.channel, one.errors): one.state for one in self.health.snapshot()}


@pytest.fixture
def ward(desk: Desk, office: Office, clock: ManualClock) -> Ward:
    return Ward(desk, office, clock)


async def test_a_burst_sends_new_runs_straight_to_the_next_step(
    ward: Ward, office: Office
) -> None:
    await ward.fail(3)
    run = await ward.start()

    assert office.channels[6:] == ["sms"]
    assert told(run)[0] == "viber the channel is unwell"
    assert run.story[0].detail == (
        "viber is unwell: 3 undeliverable, tried again from 00:00:30 UTC"
    )
    assert [one.channel for one in run.attempts] == ["sms"]


async def test_without_health_nothing_is_passed_by(
    ward: Ward, desk: Desk, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    desk.start(TWO, office)
    await clock.advance(0)

    assert office.channels[-1] == "viber"


async def test_the_last_step_is_never_passed_by(ward: Ward, office: Office) -> None:
    flow = Workflow(Step(VIBER), Step(VIBER))
    await ward.fail(3)
    run = await ward.start(flow)

    assert told(run)[:2] == ["viber the channel is unwell", "viber sent"]
    assert office.channels[6:] == ["viber"]


CODES: dict[int | None, str] = {
    None: "open",
    1260: "open",  # the destination cannot be reached
    1331: "open",  # the provider does not answer
    4711: "open",  # nobody knows
    1300: "closed",  # the person does not use it
    1240: "closed",  # the person wants no more
    1022: "closed",  # the text
    1070: "closed",  # the account
}


@pytest.mark.parametrize(("code", "state"), CODES.items())
async def test_only_what_speaks_of_the_channel_is_held_against_it(
    code: int | None, state: str, ward: Ward
) -> None:
    await ward.fail(3, code)

    assert ward.states["viber", "undeliverable"] == state


ANSWERS: dict[str, tuple[Exception, str]] = {
    "500": (UnknownOutcomeError("ref", "500", 500), "open"),
    "no answer": (UnknownOutcomeError("ref", "reset"), "open"),
    "503": (RefusedError(503), "open"),
    "400": (RefusedError(400), "closed"),
}


@pytest.mark.parametrize(("error", "state"), ANSWERS.values(), ids=ANSWERS)
async def test_answers_that_are_the_fault_of_the_server_count(
    error: Exception, state: str, ward: Ward, office: Office
) -> None:
    for _ in range(3):
        office.plan.append(error)
        await ward.start()

    assert ward.states["viber", "unavailable"] == state
    assert ward.states["viber", "undeliverable"] == "closed"


async def test_after_its_rest_one_run_at_a_time_tries(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    for _ in range(3):
        await ward.start()

    assert office.channels[6:] == ["viber", "sms", "sms"]
    assert ward.states["viber", "undeliverable"] == "half-open"


async def test_enough_that_arrive_close_it(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    for _ in range(2):
        await ward.start()
        await office.tell(len(office.sent), "delivered")
    for _ in range(3):
        await ward.start()

    assert office.channels[6:] == ["viber"] * 5
    assert [one.state for one in ward.changes] == ["open", "half-open", "closed"]


async def test_one_that_fails_opens_it_again(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    await ward.fail(1)
    await clock.advance(29)
    await ward.start()

    assert office.channels[6:] == ["viber", "sms", "sms"]


async def test_one_that_is_called_off_makes_room_for_the_next(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    run = await ward.start()
    run.cancel()
    await ward.start()

    assert office.channels[6:] == ["viber", "viber"]


async def test_one_that_is_not_heard_of_makes_room_after_a_rest(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    await ward.start()
    await clock.advance(29)
    await ward.start()
    await clock.advance(1)
    await ward.start()

    assert office.channels[6:] == ["viber", "sms", "viber"]


async def test_a_late_arrival_counts_for_the_channel(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    await clock.advance(30)
    await ward.start()
    await clock.advance(60)
    await office.tell(7, "delivered")
    await ward.start()
    await office.tell(len(office.sent), "delivered")

    assert ward.states["viber", "undeliverable"] == "closed"


async def test_a_step_skipped_for_its_channel_costs_the_other_breaker_no_probe(
    ward: Ward, clock: ManualClock
) -> None:
    """Both classes must say yes, or neither is tried."""
    await ward.fail(3)
    await clock.advance(20)
    for _ in range(3):
        ward.health.tell("viber", "unavailable", Bad, None, clock)
    await clock.advance(10)
    await ward.start()

    assert ward.states == {
        ("sms", "unavailable"): "closed",
        ("sms", "undeliverable"): "closed",
        ("viber", "unavailable"): "open",
        ("viber", "undeliverable"): "open",
    }


async def test_its_state_can_be_seen(ward: Ward) -> None:
    await ward.fail(3)

    assert ward.health.snapshot()[-1] == ChannelState(
        channel="viber",
        errors="undeliverable",
        state="open",
        bad=3,
        until=datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC),
    )
    assert repr(ward.health) == (
        "<ChannelHealth viber is unwell: 3 undeliverable, "
        "tried again from 00:00:30 UTC>"
    )
    assert repr(ChannelHealth()) == "<ChannelHealth all is well>"


async def test_a_change_is_logged(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "nexmo_async.workflows"):
        await ward.fail(3)

    assert [record.getMessage() for record in caplog.records] == [
        "viber is unwell: 3 undeliverable, tried again from 00:00:30 UTC"
    ]


async def test_an_observer_that_fails_changes_nothing(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    ward = Ward(desk, office, clock)
    ward.health = ChannelHealth(failures=3, observers=[lambda _: 1 / 0])
    await ward.fail(3)
    await ward.start()

    assert office.channels[-1] == "sms"


WRONG: dict[str, dict[str, Any]] = {
    "failures": {"failures": 0},
    "good": {"good": 0},
    "probes": {"probes": 0},
    "window": {"window": 0},
    "rest": {"rest": -1.0},
    "ratio": {"ratio": 1.1},
}


@pytest.mark.parametrize(("name", "options"), WRONG.items())
def test_a_number_that_means_nothing_is_refused(
    name: str, options: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match=f"ChannelHealth.{name}"):
        ChannelHealth(**options)


def client(desk: Desk, office: Office, clock: ManualClock) -> Workflows:
    post = Post(
        transport=FakeTransport(), dialect=DIALECTS["v0.1"], clock=clock, timeout=30.0
    )
    return Workflows(post, office, desk, office.receipts)


async def test_nexmo_knows_no_health(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    with pytest.raises(ConfigurationError, match="health"):
        await client(desk, office, clock).run(
            TWO, engine="server", health=ChannelHealth()
        )


async def test_whoever_asks_for_health_gets_it_here(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    flows = client(desk, office, clock)
    await flows.run(TWO, engine="auto", health=ChannelHealth())
    await clock.advance(0)

    assert office.channels == ["viber"]


async def test_many_runs_share_one_health(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    many = client(desk, office, clock).run_many(
        [TWO] * 4, concurrency=1, health=ChannelHealth(failures=3)
    )

    async def play() -> None:
        async for _ in many:
            pass

    playing = asyncio.create_task(play())
    for _ in range(4):
        await clock.advance(0)
        number = len(office.sent)
        if office.channels[-1] == "viber":
            await office.tell(number, "undeliverable", 1260)
            await clock.advance(0)
        await office.tell(len(office.sent), "delivered")
        await clock.advance(0)
    await playing

    assert office.channels == ["viber", "sms"] * 3 + ["sms"]


async def test_a_channel_in_the_middle_is_passed_by_too(
    ward: Ward, office: Office, clock: ManualClock
) -> None:
    await ward.fail(3)
    run = await ward.start(THREE)
    await office.tell(len(office.sent), "rejected", 1300)
    await clock.advance(0)

    assert [one.channel for one in run.attempts] == ["whatsapp", "sms"]
    assert SMS.channel == office.channels[-1]


@pytest.mark.parametrize(("times", "state"), [(9, "closed"), (10, "open")])
async def test_ten_in_a_minute_are_usually_too_many(
    times: int, state: str, ward: Ward
) -> None:
    ward.health = ChannelHealth()
    await ward.fail(times)

    assert ward.states["viber", "undeliverable"] == state
