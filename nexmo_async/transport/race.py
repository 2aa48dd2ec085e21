"""Several addresses of one host: the first that answers is taken (RFC 8305)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from nexmo_async.clock import Clock

#: Seconds that one address has before the next one is tried beside it.
HEAD_START: Final = 0.25

_Made = TypeVar("_Made")


async def first(
    ways: Sequence[Callable[[], Awaitable[_Made]]],
    drop: Callable[[_Made], object],
    clock: Clock,
) -> _Made:
    """What the first way makes that works out.

    asyncio's own race loses a connection if it is cancelled, and uvloop has none.

    Args:
        ways: How to make one, best first. One that is cancelled leaves nothing.
        drop: Gives back what was won in vain.
        clock: What the head start is measured by.

    Raises:
        OSError: None works out; it says why for each.
    """
    made, problems = list[_Made](), list[OSError]()
    tries: list[asyncio.Task[None]] = []

    async def attempt(way: Callable[[], Awaitable[_Made]], over: asyncio.Event) -> None:
        try:
            made.append(await way())
            for each in tries:
                each.cancel()
        except OSError as why:
            problems.append(why)
        finally:
            over.set()

    try:
        async with asyncio.TaskGroup() as group:
            for way in ways:
                over = asyncio.Event()
                tries.append(group.create_task(attempt(way, over)))
                with suppress(TimeoutError):
                    async with clock.timeout(HEAD_START):
                        await over.wait()
                if made:
                    break
    except BaseException:
        for each in made:
            drop(each)
        raise
    if made:
        return made[0]
    if len(problems) == 1:
        raise problems[0]
    raise OSError("; ".join(map(str, problems)))
