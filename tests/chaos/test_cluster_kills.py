"""Workers are killed in the middle of it. What was sent is counted at the provider."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cluster_stage import Stage

if TYPE_CHECKING:
    from blockbuster import BlockBuster


async def test_a_worker_that_is_gone_for_good_loses_nothing(
    database: str, nothing_blocks_the_loop: BlockBuster
) -> None:
    nothing_blocks_the_loop.deactivate()  # starting a process reads its pipes

    # Nobody waits for a time to be over, so a busy machine changes nothing.
    fates = ("deliver", "reject 1300")
    stage = Stage(database, people=12, fates=fates, within=60.0, gone_after=0.5)
    async with stage:
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.work("w1", point="after accept", death=2))
            group.create_task(stage.work("w2", later=True))
        await stage.begin()
        await stage.death("w1")
        await stage.end()
        tally = await stage.tally()

    assert tally.lost == ()
    assert tally.overtaken == ()
    assert tally.sent == 18 + len(tally.doubled) + len(tally.surplus)
    assert len(tally.doubled) <= 12
