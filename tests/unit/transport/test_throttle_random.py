"""Sends that come, are held up, fail and are called off in any order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal
from unittest.mock import Mock, patch

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import NotSentError, ThrottledError
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.transport import window
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.throttle import Limit, Throttle, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fate = Literal["accepted", "429", "no connection", "slow", "kept back"]

LIMITS: Final = (
    Limit(3, per=1.0),
    Limit(2, per=2.0, key="sender"),
    Limit(1, per=3.0, key="recipient", max_wait=20.0),
)
DEADLINE: Final = 40.0
TENTHS: Final = 10.0


@attrs.frozen
class Plan:
    """One send: when it comes, what holds it up, how it ends, when it is called off."""

    gap: int
    sender: str
    recipient: str
    held_up: int
    fate: Fate
    called_off: int | None


PLANS = st.lists(
    st.builds(
        Plan,
        gap=st.integers(0, 12),
        sender=st.sampled_from(["", "a", "b"]),
        recipient=st.sampled_from(["", "x", "y", "z"]),
        held_up=st.integers(0, 15),
        fate=st.sampled_from(Fate.__args__),  # type: ignore[attr-defined]
        called_off=st.none() | st.integers(0, 60),
    ),
    min_size=2,
    max_size=12,
)


class Network(FakeTransport):
    """Remembers when each request left, and lets it end as planned."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.plans: dict[str, Plan] = {}
        self.left: dict[str, float] = {}

    async def send(self, request: Request) -> Response:
        self.left[request.client_ref] = self.clock.monotonic()
        fate = self.plans[request.client_ref].fate
        if fate == "no connection":
            raise NotSentError("host", "refused")
        if fate == "slow":
            await self.clock.sleep(2.5)
        return answer(429, retry_after="2") if fate == "429" else answer(202)


@attrs.define
class Played:
    network: Network
    throttle: Throttle
    outcomes: Sequence[Response | BaseException | None]

    def moments(self, key: Callable[[Plan], str]) -> dict[str, list[float]]:
        """When those left that count together, by what they are counted by."""
        found = defaultdict[str, list[float]](list)
        for name, moment in self.network.left.items():
            found[key(self.network.plans[name])].append(moment)
        return found


async def play(plans: list[Plan]) -> Played:
    clock = ManualClock()
    network, throttle = Network(clock), Throttle(LIMITS, clock)
    layer = Throttled(network, throttle, clock)
    tasks, timers = list[asyncio.Task[Response]](), list[asyncio.Task[None]]()

    async def one(name: str, plan: Plan) -> Response:
        async def leaving() -> None:
            await clock.sleep(plan.held_up / TENTHS)
            if plan.fate == "kept back":
                raise PermissionError

        request = Request(
            "POST",
            "/v1/messages",
            b"{}",
            name,
            deadline=clock.monotonic() + DEADLINE,
            sender=plan.sender,
            recipient=plan.recipient,
            leaving=leaving,
        )
        return await layer.send(request)

    async def call_off(after: int, task: asyncio.Task[Response]) -> None:
        await clock.sleep(after / TENTHS)
        task.cancel()

    for place, plan in enumerate(plans):
        await clock.advance(plan.gap / TENTHS)
        network.plans[str(place)] = plan
        tasks.append(asyncio.create_task(one(str(place), plan)))
        if plan.called_off is not None:
            after = call_off(plan.called_off, tasks[-1])
            timers.append(asyncio.create_task(after))
    await clock.advance(2 * DEADLINE)
    await asyncio.gather(*timers)
    return Played(network, throttle, [outcome(task) for task in tasks])


def outcome(task: asyncio.Task[Response]) -> Response | BaseException | None:
    """None if it still waits."""
    if not task.done():
        return None
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result()


def played(plans: list[Plan]) -> Played:
    """Played to the end, where windows are forgotten as soon as they may be."""
    with patch.object(window, "SWEEP_FROM", 1):
        return asyncio.run(play(plans))


def most_within(moments: Sequence[float], per: float) -> int:
    return max(
        sum(start <= moment < start + per for moment in moments) for start in moments
    )


@given(PLANS)
def test_no_window_ever_sees_more_than_its_number(plans: list[Plan]) -> None:
    done = played(plans)

    for limit in LIMITS:
        by = "" if limit.key == "account" else str(limit.key)
        found = done.moments(lambda plan, by=by: getattr(plan, by) if by else "all")
        for key, moments in found.items():
            assert not key or most_within(moments, limit.per) <= limit.number


@given(PLANS)
def test_nobody_waits_for_ever(plans: list[Plan]) -> None:
    done = played(plans)

    assert None not in done.outcomes


@given(PLANS)
def test_nobody_keeps_a_place(plans: list[Plan]) -> None:
    done = played(plans)

    assert done.throttle.usage() == ()


@given(PLANS)
def test_whoever_is_refused_a_turn_has_not_left(plans: list[Plan]) -> None:
    done = played(plans)

    for place, came in enumerate(done.outcomes):
        assert (
            not isinstance(came, ThrottledError) or str(place) not in done.network.left
        )


async def test_a_transport_that_raises_before_it_is_awaited_keeps_no_place(
    clock: ManualClock,
) -> None:
    inner = Mock(send=Mock(side_effect=PermissionError))
    layer = Throttled(inner, Throttle(LIMITS, clock), clock)

    with pytest.raises(PermissionError):
        await layer.send(Request("POST", "/v1/messages", b"{}"))
    await clock.advance(10)

    assert layer.throttle.usage() == ()
