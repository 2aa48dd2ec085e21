from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.errors import ConfigurationError, ThrottledError
from nexmo_async.observe import events
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.throttle import Limit, Throttle, Throttled

if TYPE_CHECKING:
    from nexmo_async.observe.events import Event


def request(
    recipient: str = "1", sender: str = "a", *, deadline: float = 1e9
) -> Request:
    return Request(
        "POST",
        "/v1/messages",
        b"{}",
        client_ref="order-7",
        deadline=deadline,
        sender=sender,
        recipient=recipient,
    )


class Recording(FakeTransport):
    """Remembers when each request was sent, and by whose number."""

    def __init__(self, clock: ManualClock, *plan: Response) -> None:
        super().__init__(*plan)
        self.clock = clock
        self.sent: list[tuple[float, str]] = []

    async def send(self, request: Request) -> Response:
        self.sent.append((self.clock.monotonic(), request.recipient))
        return await super().send(request)


def layer(
    clock: ManualClock, *limits: Limit, plan: tuple[Response, ...] = ()
) -> tuple[Throttled, Recording]:
    inner = Recording(clock, *plan)
    return Throttled(inner, Throttle(limits, clock), clock), inner


def start(throttled: Throttled, *requests: Request) -> list[asyncio.Task[Response]]:
    return [asyncio.create_task(throttled.send(each)) for each in requests]


async def test_as_many_as_allowed_go_at_once_and_the_next_when_the_window_ends(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(3, per=2.0))
    tasks = start(throttled, *(request(str(name)) for name in range(7)))

    await clock.advance(10)
    await asyncio.gather(*tasks)

    assert [moment for moment, _ in inner.sent] == [0, 0, 0, 2, 2, 2, 4]
    assert [name for _, name in inner.sent] == ["0", "1", "2", "3", "4", "5", "6"]


async def test_nobody_moves_before_their_time(clock: ManualClock) -> None:
    throttled, inner = layer(clock, Limit(1, per=1.0))
    tasks = start(throttled, request(), request())

    await clock.advance(0.999)
    assert len(inner.sent) == 1
    await clock.advance(0.001)
    await asyncio.gather(*tasks)

    assert len(inner.sent) == 2


@pytest.mark.parametrize("key", ["sender", "recipient"])
async def test_each_sender_and_each_recipient_has_a_window_of_its_own(
    key: str, clock: ManualClock
) -> None:
    throttled, inner = layer(clock, Limit(1, per=5.0, key=key))  # type: ignore[arg-type]
    names = ["1", "2", "1", "2"]

    tasks = start(throttled, *(request(name, name) for name in names))
    await clock.advance(5)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "1"), (0, "2"), (5, "1"), (5, "2")]


async def test_a_function_of_yours_says_what_counts_together(
    clock: ManualClock,
) -> None:
    by_country = Limit(1, per=5.0, key=lambda request: request.recipient[:2])
    throttled, inner = layer(clock, by_country)

    tasks = start(throttled, *(request(name) for name in ("441", "442", "491")))
    await clock.advance(5)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "441"), (0, "491"), (5, "442")]


async def test_a_key_of_none_means_that_a_limit_does_not_concern_it(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(1, per=5.0, key=lambda _: None))

    await asyncio.gather(*start(throttled, *[request()] * 9))

    assert len(inner.sent) == 9


async def test_all_limits_hold_at_once(clock: ManualClock) -> None:
    throttled, inner = layer(
        clock, Limit(2, per=1.0), Limit(1, per=10.0, key="recipient")
    )

    tasks = start(throttled, *(request(name) for name in ("1", "1", "2", "3", "4")))
    await clock.advance(10)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "1"), (0, "2"), (1, "3"), (1, "4"), (10, "1")]


async def test_who_queues_longer_than_max_wait_is_refused_unsent(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(1, per=60.0, max_wait=5.0))
    tasks = start(throttled, request(), request())
    await clock.advance(5)

    with pytest.raises(ThrottledError, match="no turn came within 5 s") as caught:
        await tasks[1]

    assert caught.value.sent == "no"
    assert len(inner.sent) == 1


async def test_who_queues_beyond_the_deadline_is_refused_unsent(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(1, per=60.0))
    tasks = start(throttled, request(), request(deadline=7.0))
    await clock.advance(7)

    with pytest.raises(ThrottledError, match="no turn came within 7 s"):
        await tasks[1]
    assert len(inner.sent) == 1


async def test_an_attempt_has_the_time_that_the_queue_left(clock: ManualClock) -> None:
    throttled, inner = layer(clock, Limit(1, per=40.0))
    tasks = start(throttled, request(), request(deadline=60.0))
    await clock.advance(40)
    await asyncio.gather(*tasks)

    assert [each.timeout for each in inner.requests] == [30.0, 20.0]


async def test_who_gives_up_leaves_the_place_to_the_next(clock: ManualClock) -> None:
    throttled, inner = layer(clock, Limit(1, per=10.0))
    tasks = start(throttled, *(request(name) for name in "0123"))
    await clock.advance(1)
    for task in (tasks[1], tasks[3]):
        task.cancel()
    await clock.advance(9)

    assert inner.sent == [(0, "0"), (10, "2")]
    assert (await tasks[2]).status == 202
    assert clock.waiting == 0


@pytest.mark.parametrize("victim", range(1, 6))
@pytest.mark.parametrize("turns", range(4))
async def test_cancelling_anybody_at_any_moment_holds_up_nobody(
    victim: int, turns: int, clock: ManualClock
) -> None:
    throttled, inner = layer(clock, Limit(1, per=1.0), Limit(2, per=3.0, key="sender"))
    tasks = start(throttled, *(request(str(name)) for name in range(6)))
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[victim].cancel()
    tasks[-1].cancel()
    await clock.advance(60)
    await asyncio.wait(tasks)

    left = [str(name) for name in range(5) if name != victim]
    assert [name for _, name in inner.sent] == left
    assert repr(throttled.throttle) == "<Throttle limits=2 waiting=0>"


async def test_a_429_closes_its_key_for_as_long_as_it_asks(clock: ManualClock) -> None:
    busy = answer(429, retry_after="7")
    throttled, inner = layer(clock, Limit(9, key="sender"), plan=(busy,))

    await throttled.send(request(sender="a"))
    tasks = start(throttled, request("2", "a"), request("3", "b"))
    await clock.advance(7)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "1"), (0, "3"), (7, "2")]


async def test_a_429_that_does_not_say_closes_its_key_for_half_a_second(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(9), plan=(answer(429),))

    await throttled.send(request("1"))
    tasks = start(throttled, request("2"))
    await clock.advance(0.5)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "1"), (0.5, "2")]


async def test_a_429_closes_its_key_for_an_hour_at_most(clock: ManualClock) -> None:
    busy = answer(429, retry_after="999999999")
    throttled, _ = layer(clock, Limit(9), plan=(busy,))

    await throttled.send(request())

    assert [use.closed_for for use in throttled.throttle.usage()] == [3600.0]


async def test_a_429_closes_the_senders_key_rather_than_the_whole_account(
    clock: ManualClock,
) -> None:
    limits = Limit(9), Limit(9, key="recipient"), Limit(9, key="sender")
    throttled, _ = layer(clock, *limits, plan=(answer(429, retry_after="7"),))

    await throttled.send(request(sender="a"))

    closed = [use for use in throttled.throttle.usage() if use.closed_for]
    assert [(use.limit.key, use.key, use.closed_for) for use in closed] == [
        ("sender", "a", 7.0)
    ]


async def test_usage_shows_who_waits_and_what_is_used(clock: ManualClock) -> None:
    limit = Limit(2, per=10.0, key="sender")
    throttled, _ = layer(clock, limit)
    tasks = start(throttled, *[request(sender="a")] * 5, request(sender="b"))
    await clock.advance(0)

    shown = [(use.key, use.used, use.waiting) for use in throttled.throttle.usage()]

    assert shown == [("a", 2, 3), ("b", 1, 0)]
    await clock.advance(20)
    await asyncio.gather(*tasks)


async def test_usage_forgets_who_sent_long_ago(clock: ManualClock) -> None:
    throttled, _ = layer(clock, Limit(2, per=10.0))
    await throttled.send(request())

    await clock.advance(10)

    assert throttled.throttle.usage() == ()


async def test_a_send_that_goes_at_once_tells_nobody(clock: ManualClock) -> None:
    told: list[Event] = []
    throttled, _ = layer(clock, Limit(1))
    throttled.tell = told.append

    await throttled.send(request())

    assert told == []


async def test_a_send_that_waits_tells_when_it_queues_and_when_it_goes(
    clock: ManualClock,
) -> None:
    told: list[Event] = []
    throttled, _ = layer(clock, Limit(1, per=3.0))
    throttled.tell = told.append
    tasks = start(throttled, request(), request())
    await clock.advance(3)
    await asyncio.gather(*tasks)

    about = events.Subject("POST", "/v1/messages", "order-7", "a", "1")
    assert told == [events.Queued(about), events.Throttled(about, 3.0)]


async def test_ten_thousand_wait_on_one_timer(clock: ManualClock) -> None:
    throttled, inner = layer(clock, Limit(1000, per=1.0))
    plain = [request(str(name), deadline=float("inf")) for name in range(10_000)]
    tasks = start(throttled, *plain)
    await clock.advance(0)

    assert clock.waiting == 1
    await clock.advance(9)
    await asyncio.gather(*tasks)
    assert [name for _, name in inner.sent] == [str(name) for name in range(10_000)]


async def test_closing_the_layer_closes_what_is_inside(clock: ManualClock) -> None:
    throttled, inner = layer(clock)

    await throttled.aclose()

    assert inner.is_closed


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"number": 0}, "Limit.number: must be at least 1"),
        ({"number": 1, "per": 0.0}, "Limit.per: must be more than 0 seconds"),
        ({"number": 1, "per": float("nan")}, "Limit.per: must be more than 0"),
        ({"number": 1, "per": float("inf")}, "Limit.per: must be more than 0"),
        ({"number": 1, "max_wait": -1.0}, "Limit.max_wait: must be 0 seconds or more"),
        (
            {"number": 1, "key": "country"},
            "Limit.key: is 'country', choose from account, sender, recipient",
        ),
    ],
)
def test_a_limit_that_cannot_work_is_refused(
    options: dict[str, int], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Limit(**options)


async def test_who_is_held_up_after_its_turn_counts_from_when_it_leaves(
    clock: ManualClock,
) -> None:
    delays = iter([0.5, 0.0])

    async def fresh() -> str:
        await clock.sleep(next(delays))
        return "Bearer new"

    throttled, inner = layer(clock, Limit(1, per=1.0))
    throttled.fresh = fresh
    tasks = start(throttled, *(request(name) for name in "012"))

    await clock.advance(10)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0, "0"), (1.5, "1"), (2.5, "2")]


async def test_who_is_written_down_first_counts_from_when_it_leaves(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(1, per=1.0))
    written = partial(clock.sleep, 0.5)
    slow = attrs.evolve(request("0"), leaving=written)
    tasks = start(throttled, slow, request("1"), request("2"))

    await clock.advance(10)
    await asyncio.gather(*tasks)

    assert inner.sent == [(0.5, "0"), (1.5, "1"), (2.5, "2")]


async def test_who_may_not_leave_after_all_gives_its_turn_to_the_next(
    clock: ManualClock,
) -> None:
    async def forbidden() -> None:
        await clock.sleep(0.5)
        raise PermissionError

    throttled, inner = layer(clock, Limit(1, per=10.0))
    kept = attrs.evolve(request("0"), leaving=forbidden)
    tasks = start(throttled, kept, request("1"))

    await clock.advance(0.5)

    assert isinstance(tasks[0].exception(), PermissionError)
    assert (await tasks[1]).status == 202
    assert inner.sent == [(0.5, "1")]


async def test_who_is_cancelled_before_it_leaves_gives_its_turn_to_the_next(
    clock: ManualClock,
) -> None:
    throttled, inner = layer(clock, Limit(1, per=10.0))
    slow = attrs.evolve(request("0"), leaving=partial(clock.sleep, 5.0))
    tasks = start(throttled, slow, request("1"))
    await clock.advance(1)

    tasks[0].cancel()
    await clock.advance(0)

    assert (await tasks[1]).status == 202
    assert inner.sent == [(1, "1")]
