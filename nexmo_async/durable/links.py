"""Reads the links of a run from an engine, and tells it when the next one is to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.durable.link import key, link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.durable.chain import Standing
    from nexmo_async.durable.engine import Engine, JobStatus
    from nexmo_async.durable.link import Link

#: Links that are read at once: more than most runs have.
BATCH: Final = 8


async def statuses(engine: Engine, run: str) -> list[JobStatus]:
    """The job of each link of a run, in their order."""
    found: list[JobStatus] = []
    while True:
        numbers = range(len(found) + 1, len(found) + 1 + BATCH)
        keys = [key(run, number) for number in numbers]
        known = await engine.read(keys)
        found += [known[each] for each in keys if each in known]
        if len(known) < BATCH:
            return found


async def statuses_of(
    engine: Engine, runs: Sequence[str]
) -> dict[str, list[JobStatus]]:
    """The job of each link of many runs, with one question for all of them."""
    numbers = range(1, 1 + BATCH)
    known = await engine.read([key(run, number) for run in runs for number in numbers])
    found: dict[str, list[JobStatus]] = {}
    for run in runs:
        keys = [key(run, number) for number in numbers]
        found[run] = [known[each] for each in keys if each in known]
        if len(found[run]) == BATCH:
            found[run] = await statuses(engine, run)
    return found


def chained(found: list[JobStatus]) -> list[Link]:
    """What is known of each of them."""
    return [link(number, status) for number, status in enumerate(found, 1)]


async def order(engine: Engine, run: str, standing: Standing, now: float) -> None:
    """Let the next link run when it should, or not at all. Harmless if done again."""
    after = key(run, standing.link + 1)
    if standing.end is not None:
        await engine.cancel(after)
    elif standing.due is not None:
        await engine.advance(after, delay=max(0.0, standing.due - now))
