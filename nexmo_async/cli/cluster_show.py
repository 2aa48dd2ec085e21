"""How a cluster is shown: to people as a table, to machines as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.durable.census import Census

#: Jobs that are not over stand so.
STATES: Final = ("waiting", "queued", "running")

#: Seconds of the larger units of a length of time.
UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def facts(census: Census) -> Mapping[str, object]:
    """For machines."""
    names = sorted(census.workers)
    return {
        "lanes": {lane: dict(states) for lane, states in census.lanes.items()},
        "paused": list(census.paused),
        "workers": {name: census.workers[name] for name in names},
        "alive": dict(census.alive),
        "rate": census.rate,
        "waiting": census.waiting,
        "due": None if census.due is None else moment(census.due),
        "oldest": None if census.oldest is None else moment(census.oldest),
        "failed": census.failed,
        "parked": census.parked,
        "reasons": dict(census.reasons),
        "open": census.open,
    }


def page(census: Census, now: float) -> Group:
    """For people.

    Args:
        census: What was counted.
        now: Unix seconds.
    """
    return Group(_lanes(census), _workers(census), *_lines(census, now))


def _lanes(census: Census) -> Table:
    table = _table("lane")
    for state in STATES:
        table.add_column(state, justify="right")
    table.add_column("")
    for lane, states in sorted(census.lanes.items()):
        counts = (f"{states.get(state, 0):,}" for state in STATES)
        paused = Text("paused", "yellow") if lane in census.paused else ""
        table.add_row(lane or "(none)", *counts, paused)
    return table


def _workers(census: Census) -> Table:
    table = _table("worker")
    table.add_column("running", justify="right")
    table.add_column("where")
    for name, jobs in sorted(census.workers.items()):
        where = census.alive.get(name)
        table.add_row(name, f"{jobs:,}", where or Text("gone", "red"))
    return table


def _table(name: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(name, min_width=20)
    return table


def _lines(census: Census, now: float) -> list[Text]:
    lines = [Text("nothing waits, queues or runs")]
    if census.open:
        rate = f"done per second: {census.rate:.1f}"
        lines = [Text(f"waiting runs: {census.waiting:,}   {rate}")]
    if census.due is not None:
        lines.append(Text(f"next at {moment(census.due)}"))
    if census.oldest is not None:
        age = length(now - census.oldest)
        lines.append(Text(f"the oldest that is not done began {age} ago"))
    if census.failed:
        lines.append(Text(f"{census.failed:,} failed", "red"))
    if census.parked:
        lines.append(Text(f"{census.parked:,} parked", "red"))
    named = (Text(f"  {key}: {why}", "red") for key, why in census.reasons.items())
    return [*lines, *named]


def moment(at: float) -> str:
    """Unix seconds, as a moment."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def length(seconds: float) -> str:
    """A length of time, in the largest unit that it has one of."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
