"""What blocks, in a thread: the loop takes what is ready, in pieces."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

_Value = TypeVar("_Value")

#: How many are made in one go. They are what is in memory, whatever the source.
PIECE: Final = 256


async def in_thread(work: Callable[[], _Value]) -> _Value:
    """What it returns. A thread cannot be called off, so its end is waited for."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def from_thread(
    make: Callable[[], Generator[_Value]], piece: int = PIECE
) -> AsyncGenerator[_Value]:
    """What a generator makes, which runs in a thread."""
    generator = make()
    try:
        while values := await in_thread(partial(_some, generator, piece)):
            for value in values:
                yield value
    finally:
        await in_thread(generator.close)


def _some(values: Iterator[_Value], count: int) -> list[_Value]:
    return list(islice(values, count))
