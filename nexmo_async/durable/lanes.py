"""Lanes as DBOS keeps them: their rate, their limit, and whether they are paused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.durable.engine import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dbos import DBOSClient, Queue

#: DBOS knows no pause, but a worker takes no job where fewer than none may run at once.
#: The limit that held before stays legible in it: -1 is none, -5 is four at once.
UNLIMITED_PAUSED: Final = -1

#: The lock of whoever makes the tables, opens lanes, or pauses them.
TABLES: Final = "tables"


@attrs.frozen
class Kept:
    """A lane that workers know of.

    Attributes:
        lane: Its rate and limit.
        is_paused: Whether workers take no more jobs from it.
    """

    lane: Lane
    is_paused: bool = False


def lanes(client: DBOSClient) -> Mapping[str, Kept]:
    """The lanes that workers have opened, by name."""
    return {queue.name: _kept(queue) for queue in client.list_queues()}


def open_lanes(client: DBOSClient, wanted: Iterable[Lane], poll: float) -> None:
    """Tell DBOS of lanes; one that is paused stays so.

    Args:
        client: Whom to tell.
        wanted: Their rates and limits, from now on.
        poll: Seconds between two looks of a worker into each.
    """
    known = lanes(client)
    for lane in wanted:
        is_paused = lane.name in known and known[lane.name].is_paused
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


def pause(client: DBOSClient, names: Iterable[str], *, is_paused: bool) -> list[str]:
    """Let workers take no more jobs from lanes, or take them again; those it changed.

    A lane that nobody has opened is left out.
    """
    changed: list[str] = []
    for queue in client.list_queues():
        kept = _kept(queue)
        if queue.name in set(names) and kept.is_paused != is_paused:
            at_once = spelled(kept.lane.at_once, is_paused=is_paused)
            queue.set_worker_concurrency(at_once)
            changed.append(queue.name)
    return sorted(changed)


def spelled(at_once: int | None, *, is_paused: bool) -> int | None:
    """The limit of a lane as DBOS keeps it."""
    if not is_paused:
        return at_once
    return UNLIMITED_PAUSED - (at_once or 0)


def _kept(queue: Queue) -> Kept:
    at_once, rate = queue.worker_concurrency, queue.limiter
    is_paused = at_once is not None and at_once < 0
    if at_once is not None and is_paused:
        at_once = (UNLIMITED_PAUSED - at_once) or None
    number = None if rate is None else rate["limit"]
    per = 1.0 if rate is None else rate["period"]
    return Kept(Lane(queue.name, number, per=per, at_once=at_once), is_paused)
