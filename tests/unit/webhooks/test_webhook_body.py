from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async.testing import ManualClock
from nexmo_async.webhooks.body import MAX_BODY, read
from nexmo_async.webhooks.intake import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def part(body: bytes = b"", *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def told(*parts: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """A server that has all of it at once."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    return receive


def slowly(
    clock: ManualClock, *parts: dict[str, Any]
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """A server to which each part comes after four seconds."""
    receive = told(*parts)

    async def receive_later() -> dict[str, Any]:
        await clock.sleep(4.0)
        return dict(await receive())

    return receive_later


class NoTimer(ManualClock):
    """A clock that may not be asked for a time-out."""

    def timeout(self, within: float | None) -> Any:  # noqa: ANN401  never returned
        raise AssertionError(within)


async def test_a_body_that_is_there_needs_no_timer() -> None:
    receive = told(part(b"a", more=True), part(b"b"))

    assert await read(receive, NoTimer()) == b"ab"


async def test_a_body_that_comes_in_time_is_read(clock: ManualClock) -> None:
    reading = asyncio.create_task(
        read(slowly(clock, part(b"a", more=True), part(b"b")), clock)
    )
    await clock.advance(8.0)

    assert await reading == b"ab"
    assert clock.waiting == 0


async def test_a_body_of_which_nothing_comes_is_refused_in_time(
    clock: ManualClock,
) -> None:
    """Its headers came, so a task and a connection are held: not for ever."""

    async def never() -> dict[str, Any]:
        return dict(await asyncio.get_running_loop().create_future())

    reading = asyncio.create_task(read(never, clock))
    await clock.advance(9.9)
    assert not reading.done()
    await clock.advance(0.1)

    with pytest.raises(Refused):
        await reading


async def test_whoever_leaves_while_the_body_comes_is_let_go(
    clock: ManualClock,
) -> None:
    receive = slowly(clock, part(b"a"))
    reading = asyncio.create_task(read(receive, clock))
    await clock.advance(1.0)
    reading.cancel()
    await asyncio.wait({reading})

    assert reading.cancelled()
    assert clock.waiting == 0


async def test_a_server_may_tidy_up_before_it_lets_go(clock: ManualClock) -> None:
    """It is told that time is up as it would be by `await`, and may await again."""
    told = list[str]()

    async def tidy() -> dict[str, Any]:
        try:
            return dict(await asyncio.get_running_loop().create_future())
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            told.append("tidy")
            raise

    reading = asyncio.create_task(read(tidy, clock))
    await clock.advance(10.0)

    with pytest.raises(Refused):
        await reading
    assert told == ["tidy"]
    assert clock.waiting == 0


async def test_a_server_may_have_time_limits_and_tasks_of_its_own(
    clock: ManualClock,
) -> None:
    async def busy() -> dict[str, Any]:
        with suppress(TimeoutError):
            async with clock.timeout(1.0):
                await asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(clock.sleep(1.0))
        return part(b"a")

    reading = asyncio.create_task(read(busy, clock))
    await clock.advance(2.0)

    assert await reading == b"a"


async def test_a_server_that_goes_away_lets_go_of_a_body_that_is_coming(
    clock: ManualClock,
) -> None:
    is_over = False

    async def never() -> dict[str, Any]:
        nonlocal is_over
        try:
            return dict(await asyncio.get_running_loop().create_future())
        finally:
            is_over = True

    reading = read(never, clock)
    reading.send(None)
    reading.close()

    assert is_over


async def test_what_the_server_raises_is_handed_on(clock: ManualClock) -> None:
    async def breaks() -> dict[str, Any]:
        await clock.sleep(1.0)
        raise ConnectionResetError

    reading = asyncio.create_task(read(breaks, clock))
    await clock.advance(1.0)

    with pytest.raises(ConnectionResetError):
        await reading


async def test_a_body_may_have_a_mebibyte_and_no_byte_more(clock: ManualClock) -> None:
    full = part(b"x" * MAX_BODY, more=True)

    assert len(await read(told(full, part()), clock)) == MAX_BODY
    with pytest.raises(Refused):
        await read(told(full, part(b"x")), clock)
