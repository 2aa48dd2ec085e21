"""What becomes of a message that may have been accepted, or not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.observe import events
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.retry import Retry, Retrying, fate

if TYPE_CHECKING:
    from nexmo_async.observe.events import Event
    from nexmo_async.transport.retry import Fate, OnUnknown, Outcome

REQUEST = Request("POST", "/v1/messages", b"{}", "order-7", recipient="447700900000")
LOST = UnknownOutcomeError("order-7", "reset")
CASES: list[tuple[Outcome, Fate]] = [
    (NotSentError("host", "refused"), "not accepted"),
    (LOST, "unknown"),
    (answer(202), "done"),
    (answer(400), "done"),
    (answer(401), "done"),
    (answer(429), "not accepted"),
    (answer(500), "unknown"),
    (answer(502), "unknown"),
    (answer(503), "unknown"),
    (answer(503, retry_after="3"), "not accepted"),
    (answer(504, retry_after="3"), "unknown"),
]


@attrs.define
class Webhooks:
    """Names a message after so many seconds, if at all."""

    clock: ManualClock
    named: str = "aaa"
    after: float = 1.0
    asked: list[tuple[str, float]] = attrs.field(factory=list)

    async def settle(self, client_ref: str, within: float) -> str:
        self.asked.append((client_ref, within))
        if not self.named or self.after > within:
            await self.clock.sleep(within)
            return ""
        await self.clock.sleep(self.after)
        return self.named


@pytest.mark.parametrize(("outcome", "expected"), CASES)
def test_each_outcome_says_whether_it_was_accepted(
    outcome: Outcome, expected: Fate
) -> None:
    assert fate(outcome) == expected


@pytest.mark.parametrize("trouble", [LOST, answer(500), answer(503)])
async def test_a_receipt_settles_it(
    trouble: Response | Exception, clock: ManualClock
) -> None:
    webhooks, inner = Webhooks(clock), FakeTransport(trouble)
    layer = Retrying(inner, Retry(), clock, webhooks.settle)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(1)

    response = await sending

    assert (response.status, response.settled) == (202, "aaa")
    assert webhooks.asked == [("order-7", 5.0)]
    assert len(inner.requests) == 1


async def test_without_a_receipt_it_stays_unknown(clock: ManualClock) -> None:
    webhooks, inner = Webhooks(clock, named=""), FakeTransport(LOST)
    layer = Retrying(inner, Retry(grace=3.0), clock, webhooks.settle)
    sending = asyncio.create_task(layer.send(REQUEST))

    await clock.advance(2.9)
    assert not sending.done()
    await clock.advance(0.1)

    with pytest.raises(UnknownOutcomeError):
        await sending
    assert len(inner.requests) == 1


async def test_no_receipt_is_waited_for_beyond_the_deadline(clock: ManualClock) -> None:
    webhooks = Webhooks(clock, named="")
    request = attrs.evolve(REQUEST, deadline=2.0)
    layer = Retrying(FakeTransport(LOST), Retry(), clock, webhooks.settle)
    sending = asyncio.create_task(layer.send(request))
    await clock.advance(2)

    with pytest.raises(UnknownOutcomeError):
        await sending
    assert webhooks.asked == [("order-7", 2.0)]


@pytest.mark.parametrize(
    "request_",
    [attrs.evolve(REQUEST, client_ref=""), attrs.evolve(REQUEST, recipient="")],
)
async def test_what_no_receipt_can_name_is_not_waited_for(
    request_: Request, clock: ManualClock
) -> None:
    webhooks = Webhooks(clock)

    with pytest.raises(UnknownOutcomeError):
        await Retrying(FakeTransport(LOST), Retry(), clock, webhooks.settle).send(
            request_
        )

    assert webhooks.asked == []


async def test_raise_leaves_it_to_you_at_once(clock: ManualClock) -> None:
    webhooks, inner = Webhooks(clock), FakeTransport(LOST)
    layer = Retrying(inner, Retry(on_unknown="raise"), clock, webhooks.settle)

    with pytest.raises(UnknownOutcomeError):
        await layer.send(REQUEST)

    assert webhooks.asked == []
    assert len(inner.requests) == 1


async def test_resend_sends_it_again_and_says_that_it_may_double(
    clock: ManualClock,
) -> None:
    told: list[Event] = []
    inner = FakeTransport(LOST, answer(500))
    policy = Retry(on_unknown="resend", jitter=0.0)
    layer = Retrying(inner, policy, clock, None, told.append)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(1.5)

    assert (await sending).status == 202
    assert len(inner.requests) == 3
    assert told == [
        events.Repeated(REQUEST.subject, 1, 0.5, may_double=True),
        events.Repeated(REQUEST.subject, 2, 1.0, may_double=True),
    ]


async def test_resend_ends_with_the_attempts(clock: ManualClock) -> None:
    inner = FakeTransport(*[LOST] * 9)
    layer = Retrying(inner, Retry(on_unknown="resend", attempts=3), clock)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(60)

    with pytest.raises(UnknownOutcomeError):
        await sending
    assert len(inner.requests) == 3


@pytest.mark.parametrize(
    "last", [answer(429), answer(422), NotSentError("host", "refused")]
)
async def test_a_refusal_does_not_hide_that_the_first_one_may_have_arrived(
    last: Response | Exception, clock: ManualClock
) -> None:
    """Whoever is told "nothing was sent" sends it again."""
    inner = FakeTransport(LOST, last)
    layer = Retrying(inner, Retry(on_unknown="resend", attempts=2), clock)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(60)

    with pytest.raises(UnknownOutcomeError):
        await sending
    assert len(inner.requests) == 2


@pytest.mark.parametrize("first", [LOST, answer(500)])
@pytest.mark.parametrize("why", [ThrottledError(5.0), ClosedError("is closed")])
async def test_who_is_kept_back_later_is_told_that_the_first_one_may_have_arrived(
    first: Response | Exception, why: Exception, clock: ManualClock
) -> None:
    inner = FakeTransport(first, why)
    layer = Retrying(inner, Retry(on_unknown="resend"), clock)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(60)

    if isinstance(first, Response):
        assert await sending == first
    else:
        with pytest.raises(UnknownOutcomeError):
            await sending
    assert len(inner.requests) == 2


async def test_who_is_kept_back_after_a_refusal_is_told_that_nothing_left(
    clock: ManualClock,
) -> None:
    inner = FakeTransport(answer(429), ThrottledError(5.0))
    sending = asyncio.create_task(Retrying(inner, Retry(), clock).send(REQUEST))
    await clock.advance(60)

    with pytest.raises(ThrottledError):
        await sending


@pytest.mark.parametrize("on_unknown", ["settle", "raise", "resend"])
async def test_a_patch_says_the_same_twice_and_is_sent_again(
    on_unknown: OnUnknown, clock: ManualClock
) -> None:
    told: list[Event] = []
    inner = FakeTransport(LOST)
    policy = Retry(on_unknown=on_unknown, jitter=0.0)
    patch = attrs.evolve(REQUEST, method="PATCH")
    sending = asyncio.create_task(
        Retrying(inner, policy, clock, None, told.append).send(patch)
    )
    await clock.advance(0.5)

    assert (await sending).status == 202
    assert told == [events.Repeated(patch.subject, 1, 0.5, may_double=False)]


async def test_what_was_refused_first_and_then_lost_is_settled_as_well(
    clock: ManualClock,
) -> None:
    webhooks, inner = Webhooks(clock), FakeTransport(answer(429), LOST)
    layer = Retrying(inner, Retry(), clock, webhooks.settle)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(10)

    assert (await sending).settled == "aaa"
    assert len(inner.requests) == 2


async def test_how_it_was_settled_is_told(clock: ManualClock) -> None:
    told: list[Event] = []
    webhooks = Webhooks(clock)
    layer = Retrying(FakeTransport(LOST), Retry(), clock, webhooks.settle, told.append)
    sending = asyncio.create_task(layer.send(REQUEST))
    await clock.advance(1)
    await sending

    assert told == [events.Settled(REQUEST.subject, "aaa")]


async def test_a_deadline_that_came_with_the_request_counts(clock: ManualClock) -> None:
    inner = FakeTransport(*[NotSentError("host", "refused")] * 9)
    layer = Retrying(inner, Retry(jitter=0.0, attempts=9), clock)
    sending = asyncio.create_task(layer.send(attrs.evolve(REQUEST, deadline=1.6)))
    await clock.advance(1.6)

    with pytest.raises(NotSentError):
        await sending
    assert [each.timeout for each in inner.requests] == pytest.approx([1.6, 1.1, 0.1])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"jitter": 1.5}, "Retry.jitter: must be between 0 and 1"),
        ({"on_unknown": "pray"}, "Retry.on_unknown: is 'pray', choose from settle"),
        ({"total": float("nan")}, "Retry.total: must be more than 0 seconds"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(
    options: dict[str, float], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Retry(**options)  # type: ignore[arg-type]
