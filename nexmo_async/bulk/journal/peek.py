"""Reads a job's journal from outside: also while it runs, and after a kill."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from nexmo_async.bulk.errors import JournalError
from nexmo_async.bulk.job.report import NAMED, Moment, Report, UnknownItem
from nexmo_async.bulk.journal.lock import holder
from nexmo_async.bulk.journal.sql import APPLICATION, ITEMS, VERSION
from nexmo_async.bulk.journal.table import sidecar

if TYPE_CHECKING:
    from collections.abc import Mapping

_FACTS: Final = "SELECT name, value FROM facts"
_SPAN: Final = "SELECT count(*), min(began), max(ended), max(began) FROM runs"
_STATES: Final = f"SELECT state, reason, count(*) FROM ({ITEMS}) GROUP BY state, reason"  # noqa: S608  words of ours
_CURVE: Final = """
SELECT CAST(answered - ? AS INTEGER) / ? AS place, count(*), avg(took)
FROM answers WHERE answered > 0 GROUP BY 1 ORDER BY 1
"""
_LAST: Final = "SELECT max(answered) FROM answers"
_UNKNOWN: Final = f"""
SELECT key, client_ref, place, line FROM ({ITEMS})
WHERE state IN ('intended', 'unknown') ORDER BY number LIMIT ?
"""  # noqa: S608  words of ours

#: Pieces that the time of a job is cut into at most.
_PIECES: Final = 3600
_NOTE: Final = "note "


@attrs.frozen(kw_only=True)
class Peek:
    """What stands in a journal.

    Attributes:
        job: The name of the job.
        runs: How often it was begun.
        pid: The process that runs it now; None if none does.
        notes: What was noted when it was begun.
        report: Where it stands, all runs together. Bad rows and doubles are not in the
            journal; items in flight count as unknown.
    """

    job: str
    runs: int
    pid: int | None
    notes: Mapping[str, str]
    report: Report


async def peek(journal: str | Path) -> Peek:
    """Read the journal of a job, whether it runs or not.

    Raises:
        JournalError: There is none, or it cannot be read.
    """
    return await asyncio.to_thread(_peek, Path(journal))


def _peek(path: Path) -> Peek:
    if not path.is_file():
        advice = "Give the name of a job that has run here, or its journal."
        raise JournalError(str(path), "does not exist", advice)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as rows:
            _believe(rows, path)
            return _read(rows, path)
    except sqlite3.DatabaseError as why:
        raise JournalError(str(path), f"cannot be read: {why}") from why


def _believe(rows: sqlite3.Connection, path: Path) -> None:
    if not _one(rows, "SELECT count(*) FROM sqlite_master"):
        raise JournalError(str(path), "has nothing written in it yet")
    if _one(rows, "PRAGMA application_id") != APPLICATION:
        raise JournalError(str(path), "is no journal of a job")
    version = _one(rows, "PRAGMA user_version")
    if version != VERSION:
        problem = f"is of version {version}, this release reads {VERSION}"
        raise JournalError(str(path), problem)


def _read(rows: sqlite3.Connection, path: Path) -> Peek:
    facts: dict[str, str] = dict(rows.execute(_FACTS).fetchall())
    runs, began, ended, latest = rows.execute(_SPAN).fetchone()
    last = max(_one(rows, _LAST) or 0.0, ended or 0.0, latest)
    counts: dict[str, int] = {}
    failed: dict[str, int] = {}
    for state, reason, count in rows.execute(_STATES):
        counts[state] = counts.get(state, 0) + count
        if state in {"refused", "unsent"}:
            failed[reason] = failed.get(reason, 0) + count
    report = Report(
        job=facts["job"],
        total=sum(counts.values()),
        ok=counts.get("answered", 0),
        failed=failed,
        unknown=counts.get("intended", 0) + counts.get("unknown", 0),
        skipped=0,
        unknown_items=tuple(
            UnknownItem(*row) for row in rows.execute(_UNKNOWN, (NAMED,))
        ),
        started=datetime.fromtimestamp(began, UTC),
        ended=datetime.fromtimestamp(last, UTC),
        curve=_curve(rows, began, last),
    )
    notes = {
        name.removeprefix(_NOTE): value
        for name, value in facts.items()
        if name.startswith(_NOTE)
    }
    pid = holder(sidecar(path))
    return Peek(job=facts["job"], runs=runs, pid=pid, notes=notes, report=report)


def _curve(rows: sqlite3.Connection, began: float, last: float) -> tuple[Moment, ...]:
    width = 1 + int((last - began) / _PIECES)
    found = {
        place: Moment(float(place * width), sent, latency, float(width))
        for place, sent, latency in rows.execute(_CURVE, (began, width))
    }
    empty = range(1 + max(found, default=-1))
    return tuple(
        found.get(place, Moment(float(place * width), 0, 0.0, float(width)))
        for place in empty
    )


def _one(rows: sqlite3.Connection, question: str) -> Any:  # noqa: ANN401  of any column
    return rows.execute(question).fetchone()[0]
