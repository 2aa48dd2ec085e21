from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from bulk_office import Office, person, sms

from nexmo_async.bulk import BadRow, Item, RowError
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    MessageError,
    NotSentError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.testing import ManualClock, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from nexmo_async import Nexmo, Sms


async def test_a_stream_answers_each_item_once(nexmo: Nexmo, office: Office) -> None:
    found = [each async for each in nexmo.bulk.stream(sms(n) for n in range(300))]

    assert sorted(each.index for each in found) == list(range(300))
    assert all(each.ok and each.sent and each.error is None for each in found)
    assert set(office.sent.values()) == {1}


async def test_a_source_may_be_async(nexmo: Nexmo) -> None:
    async def source() -> AsyncIterator[Sms]:
        for number in range(5):
            await asyncio.sleep(0)
            yield sms(number)

    found = [each async for each in nexmo.bulk.stream(source())]

    assert len(found) == 5


async def test_a_failure_is_a_result(nexmo: Nexmo, office: Office) -> None:
    errors = [NotSentError("host", "refused"), UnknownOutcomeError("r", "reset")]
    for number, error in enumerate(errors):
        office.plan[person(number)].append(error)
    office.plan[person(2)].append(answer(422, {"title": "Invalid"}))

    stream = nexmo.bulk.stream([sms(n) for n in range(4)], ordered=True)
    kinds = [type(each.error) async for each in stream]

    assert kinds == [NotSentError, UnknownOutcomeError, RequestError, type(None)]


async def test_what_is_no_message_is_a_result(nexmo: Nexmo) -> None:
    items: list[Any] = [42, BadRow(7, "to", "is empty"), Item(sms(1), "key", 9)]

    found = [each async for each in nexmo.bulk.stream(items, ordered=True)]

    assert [type(each.error) for each in found] == [
        MessageError,
        RowError,
        type(None),
    ]
    assert [each.line for each in found] == [None, 7, 9]
    assert str(found[1].error) == "line 7, column to: is empty. Nothing was sent."
    assert found[2].key == "key"


async def test_whatever_a_function_of_yours_raises_is_unknown(
    nexmo: Nexmo, office: Office
) -> None:
    office.plan[person(0)].append(ZeroDivisionError("mine"))

    [found] = [each async for each in nexmo.bulk.stream([sms(0)])]

    assert isinstance(found.error, UnknownOutcomeError)
    assert isinstance(found.error.__cause__, ZeroDivisionError)


async def test_no_more_are_in_flight_than_allowed(nexmo: Nexmo, office: Office) -> None:
    stream = nexmo.bulk.stream((sms(n) for n in range(100)), concurrency=7)
    found = [each async for each in stream]

    assert len(found) == 100
    assert office.busiest == 7


async def test_items_are_taken_only_when_there_is_room(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    taken = 0

    def source() -> Iterator[Sms]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield sms(number)

    async with aclosing(nexmo.bulk.stream(source(), concurrency=5)) as stream:  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]  a generator
        await anext(stream)
        await clock.advance(1.0)

        assert taken <= 11
        assert sum(office.sent.values()) == taken


async def test_breaking_out_settles_what_is_in_flight(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    async for _ in nexmo.bulk.stream((sms(n) for n in range(1000)), concurrency=3):
        break
    await clock.advance(1.0)

    assert office.busy == 0
    assert sum(office.sent.values()) < 10


async def test_ordered_results_come_in_order(nexmo: Nexmo, office: Office) -> None:
    office.doors.clear()
    stream = nexmo.bulk.stream((sms(n) for n in range(50)), ordered=True)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    office.doors.set()

    assert [(await first).index, *[each.index async for each in stream]] == [*range(50)]


async def test_an_error_of_the_source_comes_after_the_results(nexmo: Nexmo) -> None:
    def source() -> Iterator[Sms]:
        yield sms(0)
        raise LookupError("no more rows")

    found = []
    with pytest.raises(LookupError, match="no more rows"):  # noqa: PT012  it is the loop
        async for each in nexmo.bulk.stream(source()):
            found.append(each)  # noqa: PERF401  what was told before the error

    assert len(found) == 1


async def test_stopping_does_not_wait_for_a_source_that_is_silent(
    nexmo: Nexmo,
) -> None:
    async def source() -> AsyncIterator[Sms]:
        yield sms(0)
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        async for _ in nexmo.bulk.stream(source()):
            break
        await nexmo.bulk.aclose()


async def test_nothing_at_once_is_refused(nexmo: Nexmo) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        nexmo.bulk.stream([], concurrency=0)


async def test_a_queue_resolves_each_future_without_a_flush(nexmo: Nexmo) -> None:
    async with nexmo.bulk.open(concurrency=2) as queue:
        future = await queue.put(sms(0))

        assert (await future).message_uuid == f"uuid-{person(0)}"


async def test_put_waits_when_the_queue_is_full(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.doors.clear()
    async with nexmo.bulk.open(concurrency=1, size=2) as queue:
        for number in range(3):
            await queue.put(sms(number))
            await clock.advance(0.0)
        fourth = asyncio.ensure_future(queue.put(sms(3)))
        await clock.advance(0.0)

        assert not fourth.done()
        office.doors.set()
        assert (await (await fourth)).ok


async def test_drain_waits_for_all_that_was_put(nexmo: Nexmo) -> None:
    async with nexmo.bulk.open() as queue:
        futures = [await queue.put(sms(number)) for number in range(100)]
        await queue.drain()

        assert all(future.result().ok for future in futures)


async def test_leaving_a_queue_waits_for_its_answers(nexmo: Nexmo) -> None:
    async with nexmo.bulk.open() as queue:
        futures = [await queue.put(sms(number)) for number in range(10)]

    assert all(future.result().ok for future in futures)


async def test_leaving_a_queue_by_an_error_cancels_what_was_not_sent(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.doors.clear()
    futures = []
    with pytest.raises(LookupError):  # noqa: PT012  it is the block
        async with nexmo.bulk.open(concurrency=1, size=5) as queue:
            for number in range(3):
                futures.append(await queue.put(sms(number)))
                await clock.advance(0.0)
            office.doors.set()
            raise LookupError

    assert futures[0].result().ok
    assert futures[2].cancelled()


async def test_closing_the_client_ends_a_stream_in_order(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.doors.clear()
    stream = nexmo.bulk.stream((sms(n) for n in range(1000)), concurrency=4)
    first = asyncio.ensure_future(anext(stream))
    await clock.advance(1.0)
    closing = asyncio.ensure_future(nexmo.aclose())
    await clock.advance(1.0)
    office.doors.set()
    await closing

    assert (await first).ok
    assert [each.ok async for each in stream] == [True, True, True]


async def test_while_the_client_closes_none_begins(
    nexmo: Nexmo, office: Office, clock: ManualClock
) -> None:
    office.doors.clear()
    first = asyncio.ensure_future(anext(nexmo.bulk.stream([sms(1)])))
    await clock.advance(1.0)
    closing = asyncio.ensure_future(nexmo.aclose())
    await clock.advance(1.0)
    with pytest.raises(ClosedError):
        _ = nexmo.bulk
    office.doors.set()
    await closing

    assert (await first).ok
