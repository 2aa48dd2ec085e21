"""What is demanded of engines, held against all of ours, and against broken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async.durable import InProcessEngine, Job
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.testing.engine import NARROW, check_engine

if TYPE_CHECKING:
    from collections.abc import Mapping


async def test_the_engine_in_process_meets_every_demand() -> None:
    await check_engine(InProcessEngine(lanes=[NARROW]))


async def test_the_engine_on_dbos_meets_every_demand(database: str) -> None:
    async with DbosEngine(database, worker="w1", lanes=[NARROW]) as engine:
        await check_engine(engine)


class Forgets(InProcessEngine):
    async def submit(
        self,
        job: Job,
        *,
        key: str,
        lane: str = "",
        delay: float = 0.0,
        priority: int = 5,
    ) -> bool:
        self._entries.pop(key, None)
        return await super().submit(
            job, key=key, lane=lane, delay=delay, priority=priority
        )


class CancelsWhatRuns(InProcessEngine):
    async def cancel(self, key: str) -> bool:
        return key in self._entries


class LosesFacts(InProcessEngine):
    async def note(self, key: str, facts: Mapping[str, Any]) -> None:
        if key in self._entries:
            self._entries[key].facts = dict(facts)


class IsBroad(InProcessEngine):
    pass


class NeverMoves(InProcessEngine):
    async def advance(self, key: str, *, delay: float = 0.0) -> bool:
        return not delay and await super().advance(key)


@pytest.mark.parametrize(
    "broken", [Forgets, CancelsWhatRuns, LosesFacts, IsBroad, NeverMoves]
)
async def test_a_broken_engine_is_found_out(broken: type[InProcessEngine]) -> None:
    lanes = [] if broken is IsBroad else [NARROW]

    with pytest.raises(ExceptionGroup) as caught:
        await check_engine(broken(lanes=lanes), within=2.0)

    assert caught.group_contains(AssertionError)
