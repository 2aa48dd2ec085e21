"""Workers whose clocks differ by as much as is allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cluster_stage import Stage

if TYPE_CHECKING:
    from blockbuster import BlockBuster


async def test_workers_whose_clocks_differ_by_seconds_lose_and_double_nothing(
    database: str, nothing_blocks_the_loop: BlockBuster
) -> None:
    nothing_blocks_the_loop.deactivate()  # starting a process reads its pipes

    fates = ("deliver", "reject 1300")
    async with Stage(database, people=12, fates=fates, within=60.0) as stage:
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.work("fast", skew=1.5))
            group.create_task(stage.work("slow", skew=-1.5, later=True))
        await stage.begin()
        await stage.end()
        tally = await stage.tally()

    assert tally.lost == ()
    assert tally.doubled == ()
    assert tally.overtaken == ()
    assert tally.surplus == ()
    assert tally.sent == 18
