"""Lanes as DBOS keeps them: their rate, their limit, and whether they are paused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from nexmo_async.durable.engine import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dbos import DBOSClient

#: DBOS knows no pause, but a worker takes no job where fewer than none may run at once.
#: The limit that held before stays legible in it: -1 is none, -5 is four at once.
UNLIMITED_PAUSED: Final = -1

#: The lock of whoever makes the tables, opens lanes, or pauses them.
TABLES: Final = "tables"

_LANES: Final = """
    SELECT name, worker_concurrency, rate_limit_max, rate_limit_period_sec
    FROM dbos.queues WHERE application_name = %s
"""


class Rows(Protocol):
    """Whoever can be asked: a `Leases`."""

    async def rows(self, query: Any, values: tuple[object, ...] = ()) -> list[Any]:  # noqa: ANN401  a literal of ours
        """What a query finds."""
        ...


@attrs.frozen
class Kept:
    """A lane that workers know of.

    Attributes:
        lane: Its rate and limit.
        is_paused: Whether workers take no more jobs from it.
    """

    lane: Lane
    is_paused: bool = False


async def lanes(database: Rows, application: str) -> Mapping[str, Kept]:
    """The lanes that workers have opened, by name."""
    found: dict[str, Kept] = {}
    for name, at_once, number, per in await database.rows(_LANES, (application,)):
        limit, is_paused = read(at_once)
        lane = Lane(name, number, per=per or 1.0, at_once=limit)
        found[name] = Kept(lane, is_paused)
    return found


def open_lanes(client: DBOSClient, wanted: Iterable[Lane], poll: float) -> None:
    """Tell DBOS of lanes; one that is paused stays so.

    Args:
        client: Whom to tell.
        wanted: Their rates and limits, from now on.
        poll: Seconds between two looks of a worker into each.
    """
    for lane in wanted:
        known = client.retrieve_queue(lane.name)
        is_paused = known is not None and read(known.worker_concurrency)[1]
        client.register_queue(
            lane.name,
            limiter=(
                None
                if lane.number is None
                else {"limit": lane.number, "period": lane.per}
            ),
            worker_concurrency=spelled(lane.at_once, is_paused=is_paused),
            polling_interval_sec=poll,
        )


def pause(client: DBOSClient, kept: Iterable[Kept], *, is_paused: bool) -> list[str]:
    """Let workers take no jobs from lanes, or take them again; those it changed."""
    changed = [one.lane for one in kept if one.is_paused != is_paused]
    for lane in changed:
        queue = client.retrieve_queue(lane.name)
        if queue is not None:
            at_once = spelled(lane.at_once, is_paused=is_paused)
            queue.set_worker_concurrency(at_once)
    return sorted(lane.name for lane in changed)


def spelled(at_once: int | None, *, is_paused: bool) -> int | None:
    """The limit of a lane as DBOS keeps it."""
    return UNLIMITED_PAUSED - (at_once or 0) if is_paused else at_once


def read(kept: int | None) -> tuple[int | None, bool]:
    """The limit of a lane, of what DBOS keeps, and whether it is paused."""
    if kept is None or kept >= 0:
        return kept, False
    return (UNLIMITED_PAUSED - kept) or None, True
