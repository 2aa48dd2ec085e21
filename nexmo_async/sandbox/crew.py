"""Tasks that go home when the block ends, whatever ended it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine


class Crew:
    """The tasks of one block."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin some work in the background."""
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def dismiss(self) -> None:
        """Stop all work now."""
        for task in list(self._tasks):
            task.cancel()


@asynccontextmanager
async def crew() -> AsyncGenerator[Crew, None]:
    """A task group for work without an end of its own.

    What the block raises leaves as it is: a test that fails inside of the block
    should show its own error, not a group with one member.
    """
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as group:
        hands = Crew(group)
        try:
            yield hands
        except BaseException as error:  # noqa: BLE001 - raised again below, bare
            failure = error
        finally:
            hands.dismiss()
    if failure is not None:
        raise failure
