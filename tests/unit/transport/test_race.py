from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from nexmo_async.transport.race import HEAD_START, first

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock


class Host:
    """Addresses that answer when they are told to."""

    def __init__(self, *addresses: str) -> None:
        loop = asyncio.get_running_loop()
        self.answers: dict[str, asyncio.Future[str]] = {
            address: loop.create_future() for address in addresses
        }
        self.tried: list[str] = []
        self.dropped: list[str] = []

    async def reach(self, address: str) -> str:
        self.tried.append(address)
        return await self.answers[address]

    def race(self, clock: ManualClock) -> asyncio.Task[str]:
        ways = [partial(self.reach, address) for address in self.answers]
        return asyncio.create_task(first(ways, self.dropped.append, clock))


async def test_the_best_address_is_taken_if_it_answers(clock: ManualClock) -> None:
    host = Host("best", "other")
    host.answers["best"].set_result("best")

    assert await host.race(clock) == "best"
    assert host.tried == ["best"]


async def test_a_silent_address_has_a_head_start_and_no_more(
    clock: ManualClock,
) -> None:
    host = Host("silent", "other")
    host.answers["other"].set_result("other")
    racing = host.race(clock)

    await clock.advance(HEAD_START / 2)
    assert host.tried == ["silent"]
    await clock.advance(HEAD_START)

    assert await racing == "other"
    assert host.answers["silent"].cancelled()


async def test_the_next_address_is_tried_at_once_after_a_failure(
    clock: ManualClock,
) -> None:
    host = Host("broken", "other")
    host.answers["broken"].set_exception(OSError("no route"))
    host.answers["other"].set_result("other")

    assert await host.race(clock) == "other"
    assert clock.monotonic() == 0


async def test_the_first_address_may_still_win_after_its_head_start(
    clock: ManualClock,
) -> None:
    host = Host("slow", "silent")
    racing = host.race(clock)
    await clock.advance(2 * HEAD_START)
    host.answers["slow"].set_result("slow")

    assert await racing == "slow"
    assert host.answers["silent"].cancelled()


async def test_every_reason_is_told_if_no_address_answers(clock: ManualClock) -> None:
    host = Host("one", "two")
    host.answers["one"].set_exception(OSError("no route"))
    host.answers["two"].set_exception(OSError("refused"))

    with pytest.raises(OSError, match="no route; refused"):
        await host.race(clock)


async def test_cancelling_the_race_gives_back_what_was_won(clock: ManualClock) -> None:
    host = Host("best", "other")
    racing = host.race(clock)
    await clock.advance(0)
    host.answers["best"].set_result("best")
    await asyncio.sleep(0)  # it is won, and nobody has been told
    racing.cancel()
    await asyncio.wait({racing})

    assert racing.cancelled()
    assert host.dropped == ["best"]
