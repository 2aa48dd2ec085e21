from __future__ import annotations

import asyncio

import attrs
import pytest

from nexmo_async.errors import ConfigurationError, NotSentError, UnknownOutcomeError
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.retry import Retry, Retrying

REQUEST = Request("POST", "/v1/messages", b"{}", client_ref="order-7")
REFUSED = NotSentError("api.nexmo.com:https", "refused")


@attrs.define
class Slow(FakeTransport):
    """Takes its time on the clock, then does as planned."""

    clock: ManualClock
    takes: float

    def __attrs_pre_init__(self) -> None:
        super().__init__(*[REFUSED] * 20)

    async def send(self, request: Request) -> Response:
        await self.clock.sleep(self.takes)
        return await super().send(request)


async def run(
    clock: ManualClock, transport: FakeTransport, policy: Retry | None = None
) -> asyncio.Task[Response]:
    layer = Retrying(transport, policy or Retry(), clock)
    return asyncio.create_task(layer.send(REQUEST))


async def test_a_yes_is_returned_at_once(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202))

    response = await Retrying(transport, Retry(), clock).send(REQUEST)

    assert response.status == 202
    assert len(transport.requests) == 1
    assert clock.monotonic() == 0


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 500, 502, 503, 504])
async def test_any_other_answer_is_not_tried_again(
    clock: ManualClock, status: int
) -> None:
    transport = FakeTransport(answer(status))

    response = await Retrying(transport, Retry(), clock).send(REQUEST)

    assert response.status == status
    assert len(transport.requests) == 1


async def test_an_unknown_outcome_is_never_tried_again(clock: ManualClock) -> None:
    transport = FakeTransport(UnknownOutcomeError("order-7", "reset"))

    with pytest.raises(UnknownOutcomeError):
        await Retrying(transport, Retry(), clock).send(REQUEST)

    assert len(transport.requests) == 1


async def test_what_did_not_leave_is_sent_again(clock: ManualClock) -> None:
    transport = FakeTransport(REFUSED, REFUSED)
    sending = await run(clock, transport)

    await clock.advance(16)

    assert (await sending).status == 202
    assert len(transport.requests) == 3


async def test_after_four_attempts_the_last_failure_is_raised(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(*[REFUSED] * 10)
    sending = await run(clock, transport)
    await clock.advance(60)

    with pytest.raises(NotSentError, match="refused"):
        await sending
    assert len(transport.requests) == 4


async def test_one_attempt_means_no_second_one(clock: ManualClock) -> None:
    transport = FakeTransport(REFUSED)

    with pytest.raises(NotSentError):
        await Retrying(transport, Retry(attempts=1), clock).send(REQUEST)

    assert len(transport.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed_to_the_second(
    clock: ManualClock, status: int
) -> None:
    transport = FakeTransport(answer(status, retry_after="7"))
    sending = await run(clock, transport)

    await clock.advance(6.9)
    assert len(transport.requests) == 1
    await clock.advance(0.1)

    assert (await sending).status == 202
    assert len(transport.requests) == 2


async def test_retry_after_may_be_a_date(clock: ManualClock) -> None:
    date = "Thu, 01 Jan 2026 00:00:09 GMT"
    transport = FakeTransport(answer(429, retry_after=date))
    sending = await run(clock, transport)

    await clock.advance(8.9)
    assert not sending.done()
    await clock.advance(0.1)

    assert (await sending).status == 202


async def test_429_without_retry_after_backs_off(clock: ManualClock) -> None:
    transport = FakeTransport(answer(429))
    sending = await run(clock, transport)

    await clock.advance(0.5)

    assert (await sending).status == 202


@pytest.mark.parametrize("header", ["soon", "-1", "", "1.5"])
async def test_503_with_an_illegible_retry_after_is_not_tried_again(
    clock: ManualClock, header: str
) -> None:
    """Nobody said that it was not accepted."""
    transport = FakeTransport(answer(503, retry_after=header))

    response = await Retrying(transport, Retry(), clock).send(REQUEST)

    assert response.status == 503
    assert len(transport.requests) == 1


async def test_a_longer_retry_after_than_the_cap_is_yours_to_handle(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(429, retry_after="31"))

    response = await Retrying(transport, Retry(), clock).send(REQUEST)

    assert response.status == 429
    assert clock.monotonic() == 0


async def test_a_retry_after_beyond_the_deadline_is_not_waited_for(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(429, retry_after="20"))
    policy = Retry(total=20.0)

    response = await Retrying(transport, policy, clock).send(REQUEST)

    assert response.status == 429
    assert len(transport.requests) == 1


async def test_the_deadline_covers_everything(clock: ManualClock) -> None:
    transport = Slow(clock, 7.0)
    sending = await run(clock, transport, Retry(attempts=20, total=20.0))

    await clock.advance(30)

    with pytest.raises(NotSentError):
        await sending
    assert len(transport.requests) <= 3


async def test_no_attempt_may_take_longer_than_what_is_left(
    clock: ManualClock,
) -> None:
    transport = Slow(clock, 14.0)
    policy = Retry(total=20.0, base=0.0, attempts=2)
    sending = await run(clock, transport, policy)
    await clock.advance(30)
    await asyncio.wait({sending})

    timeouts = [request.timeout for request in transport.requests]

    assert timeouts == [20.0, 6.0]
    assert isinstance(sending.exception(), NotSentError)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 1.0])
async def test_cancelling_a_back_off_passes_through(
    clock: ManualClock, seconds: float
) -> None:
    transport = FakeTransport(*[answer(429, retry_after="9")] * 9)
    sending = await run(clock, transport)
    await clock.advance(seconds)

    sending.cancel()
    await asyncio.wait({sending})

    assert sending.cancelled()
    assert clock.waiting == 0


async def test_a_thousand_sends_share_no_state(clock: ManualClock) -> None:
    transport = FakeTransport(*[REFUSED] * 1000)
    layer = Retrying(transport, Retry(), clock)
    sending = [asyncio.create_task(layer.send(REQUEST)) for _ in range(1000)]

    await clock.advance(60)
    answers = await asyncio.gather(*sending)

    assert {response.status for response in answers} == {202}
    assert len(transport.requests) == 2000


async def test_closing_the_layer_closes_what_is_inside(clock: ManualClock) -> None:
    transport = FakeTransport()

    await Retrying(transport, Retry(), clock).aclose()

    assert transport.is_closed


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("attempts", 0),
        ("total", 0.0),
        ("total", -1.0),
        ("base", -0.5),
        ("cap", -1.0),
        ("max_retry_after", -1.0),
        ("grace", -5.0),
    ],
)
def test_a_policy_that_cannot_work_is_refused(setting: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"Retry.{setting}: must be"):
        Retry(**{setting: value})
