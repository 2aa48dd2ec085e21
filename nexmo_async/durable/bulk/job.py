"""The handle of a bulk job, in whatever process: to steer it, and to follow it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, LiteralString

import attrs

from nexmo_async.bulk import Report, UnknownItem
from nexmo_async.bulk.job.report import NAMED
from nexmo_async.durable.bulk.counting import Count
from nexmo_async.durable.bulk.sending import turn_key
from nexmo_async.durable.bulk.spelling import (
    OK,
    RESENT,
    UNKNOWN,
    Entry,
    read_entries,
    read_outcomes,
)
from nexmo_async.durable.engine import OVER
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from nexmo_async.bulk import BulkResult, Control, Progress
    from nexmo_async.clock import Clock
    from nexmo_async.durable.bulk.tables import Tables
    from nexmo_async.durable.engine import Engine

#: Seconds between two looks, and between two reports of progress.
LOOK: Final = 0.25
TICK: Final = 1.0

#: Seconds without news after which it is asked whether anything can still come.
STALLED: Final = 5.0

#: Seconds for which a stopped job waits for what is in flight.
LAST: Final = 30.0

#: Slices that are read at once, and chunks whose messages are kept at hand.
PAGE: Final = 500
AT_HAND: Final = 32

_STATE: Final = """
SELECT items, loaded, paused, stopped FROM nexmo_async.bulk_jobs WHERE id = %(job)s
"""

#: Only what nobody can come before any more: what was begun earlier has ended.
_NEWS: Final = """
SELECT tx::text AS place, chunk, number, ended, counts, took, tx < %(base)s::xid8,
    CASE WHEN %(whole)s THEN results END
FROM nexmo_async.bulk_slices
WHERE job = %(job)s AND tx IS NOT NULL
  AND (tx, chunk, number) > (%(tx)s::xid8, %(chunk)s, %(number)s)
  AND tx < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY tx, chunk, number LIMIT %(most)s
"""

_NAMED: Final = """
SELECT results FROM nexmo_async.bulk_slices
WHERE job = %(job)s AND tx >= %(base)s::xid8 AND counts ? %(word)s
ORDER BY tx LIMIT %(most)s
"""

_OPEN: Final = """
SELECT number, turn FROM nexmo_async.bulk_chunks
WHERE job = %(job)s AND state = 'open' ORDER BY number LIMIT %(most)s
"""

_OWNED: Final = """
SELECT count(*) FROM nexmo_async.bulk_chunks
WHERE job = %(job)s AND owner IS NOT NULL AND state = 'open'
"""

_IN_DOUBT: Final = """
SELECT chunks.lines,
    array_agg(place) FILTER (WHERE slices.results IS NULL),
    array_agg(place) FILTER (WHERE slices.told @> ARRAY[place])
FROM nexmo_async.bulk_chunks AS chunks
JOIN nexmo_async.bulk_slices AS slices
  ON slices.job = chunks.job AND slices.chunk = chunks.number
CROSS JOIN unnest(slices.places) AS place
WHERE chunks.job = %(job)s AND chunks.state <> 'done'
GROUP BY chunks.job, chunks.number, chunks.lines
HAVING bool_or(slices.results IS NULL)
"""

_LINES: Final = """
SELECT lines FROM nexmo_async.bulk_chunks WHERE job = %(job)s AND number = %(chunk)s
"""

_PAUSE: Final = """
UPDATE nexmo_async.bulk_jobs SET paused = %(reason)s WHERE id = %(job)s
"""

_STOP: Final = """
UPDATE nexmo_async.bulk_jobs SET stopped = coalesce(stopped, %(reason)s)
WHERE id = %(job)s
"""

_PACE: Final = """
UPDATE nexmo_async.bulk_jobs SET rate = %(rate)s WHERE id = %(job)s
"""


@attrs.define
class _Place:
    """How far the news were read."""

    tx: str = "0"
    chunk: int = -1
    number: int = 0


class BulkJob:
    """A bulk job on an engine. It goes on without this process.

    Made by `engine.bulk.begin`, or found by its name with `engine.bulk.find`.
    """

    def __init__(  # noqa: PLR0913  what it is, and where
        self,
        name: str,
        *,
        number: int,
        base: str,
        began: float,
        tables: Tables,
        engine: Engine,
        clock: Clock,
    ) -> None:
        self.name = name
        self.number = number
        self._base = base
        self._began = began
        self._tables = tables
        self._engine = engine
        self._clock = clock

    def __repr__(self) -> str:
        """Show its name."""
        return f"<BulkJob {self.name!r}>"

    # --- Steering. ---

    async def pause(self, reason: str = "paused") -> None:
        """Send nothing new until resumed, anywhere. What is in flight is finished."""
        await self._say(_PAUSE, reason=reason)

    async def resume(self) -> None:
        """Go on after `pause`."""
        await self._say(_PAUSE, reason=None)

    async def stop(self, reason: str = "stopped") -> None:
        """Take nothing more; what is in flight is finished. Run it again to go on."""
        await self._say(_STOP, reason=reason)

    async def speed(self, rate: float | None) -> None:
        """Items sent per second at most, over all workers; None: as fast as they can.

        Raises:
            ConfigurationError: It is no rate.
        """
        above_nothing("rate", rate)
        await self._say(_PACE, rate=rate)

    # --- Following. ---

    async def progress(self) -> Progress:
        """How far it is."""
        count = Count()
        state = await self._state()
        async for _ in self._news(_Place(), count, whole=False):
            pass
        total, _, waiting_for, _ = state
        return count.progress(self._clock.wall(), total, waiting_for)

    async def report(self) -> Report:
        """What became of it so far."""
        count = Count()
        *_, stopped = await self._state()
        async for _ in self._news(_Place(), count, whole=False):
            pass
        return await self._report(count, stopped)

    async def wait(
        self,
        *,
        progress: Callable[[Progress], object] | None = None,
        control: Control | None = None,
    ) -> Report:
        """Wait until each item has its result, or the job was stopped.

        Args:
            progress: Is told how far it is, each second and at the end.
            control: What is said to it here is said to all workers.
        """
        count = Count()
        async for _ in self._follow(count, progress, control, whole=False):
            pass
        *_, stopped = await self._state()
        return await self._report(count, stopped)

    async def results(self) -> AsyncIterator[BulkResult]:
        """Each result, as it comes, from the first one on; until the job ends.

        May be asked for by several processes, and again: each gets all of them.
        """
        at_hand: dict[int, list[Entry]] = {}
        async for chunk, told in self._follow(Count(), None, None, whole=True):
            if chunk and chunk not in at_hand:
                if len(at_hand) >= AT_HAND:
                    del at_hand[next(iter(at_hand))]
                at_hand[chunk] = await self._entries(chunk)
            for one in read_outcomes(told):
                yield one.result(at_hand[chunk][one.place].message if chunk else None)

    # --- How. ---

    async def _follow(
        self,
        count: Count,
        progress: Callable[[Progress], object] | None,
        control: Control | None,
        *,
        whole: bool,
    ) -> AsyncIterator[tuple[int, str]]:
        place, said = _Place(), _Said()
        ticked = fresh = self._clock.monotonic()
        if control is not None:
            control.begin(lambda: self._told(count, said), 1)
        while True:
            if control is not None:
                await self._forward(control, said)
            before = count.done
            total, loaded, waiting_for, stopped = await self._state()
            said.total, said.waiting_for = total, waiting_for
            async for each in self._news(place, count, whole=whole):
                yield each
            now = self._clock.monotonic()
            if count.done != before:
                fresh = now
            is_over = loaded and count.done >= total
            if stopped:
                is_over = is_over or await self._is_quiet(fresh, now)
            if progress is not None and (is_over or now - ticked >= TICK):
                ticked = now
                progress(self._told(count, said))
            if is_over:
                return
            if now - fresh >= STALLED and loaded and not waiting_for:
                fresh = now
                await self._unstick()
            await self._clock.sleep(LOOK)

    def _told(self, count: Count, said: _Said) -> Progress:
        return count.progress(self._clock.wall(), said.total, said.waiting_for)

    async def _news(
        self, place: _Place, count: Count, *, whole: bool
    ) -> AsyncIterator[tuple[int, str]]:
        """Chunk and results of each slice that ended since."""
        while True:
            rows = await self._tables.rows(
                _NEWS,
                {
                    "job": self.number,
                    "base": self._base,
                    "whole": whole,
                    "most": PAGE,
                    **attrs.asdict(place),
                },
            )
            for tx, chunk, number, ended, counts, took, earlier, told in rows:
                place.tx, place.chunk, place.number = tx, chunk, number
                count.add(counts, ended, took, earlier=earlier)
                yield chunk, told or "[]"
            if len(rows) < PAGE:
                return

    async def _forward(self, control: Control, said: _Said) -> None:
        if control.paused != said.paused:
            said.paused = control.paused
            await self._say(_PAUSE, reason=said.paused)
        if control.rate != said.rate:
            said.rate = control.rate
            await self.speed(said.rate)
        if control.stopped is not None and said.stopped is None:
            said.stopped = control.stopped
            await self.stop(said.stopped)

    async def _state(self) -> tuple[int, bool, str, str]:
        """How many there are, whether these are all, why it waits, why it stopped."""
        row = await self._tables.row(_STATE, {"job": self.number})
        if row is None:
            raise ConfigurationError("job", f"{self.name!r} was forgotten")
        items, loaded, paused, stopped = row
        return items, loaded, paused or "", stopped or ""

    async def _is_quiet(self, fresh: float, now: float) -> bool:
        """Whether nothing is in flight in a job that was stopped."""
        row = await self._tables.row(_OWNED, {"job": self.number})
        return row is None or not row[0] or now - fresh >= LAST

    async def _unstick(self) -> None:
        """Stop a job of which nobody is at work, or ever will be."""
        rows = await self._tables.rows(_OPEN, {"job": self.number, "most": 1})
        for number, turn in rows:
            keys = [turn_key(self.number, number, turn + more) for more in (0, 1)]
            found = await self._engine.read(keys)
            states = [found[key] for key in keys if key in found]
            if states and all(job.state in OVER for job in states):
                last = states[-1]
                why = f": {last.reason}" if last.reason else ""
                await self.stop(f"chunk {number} is {last.state}{why}")

    async def _entries(self, chunk: int) -> list[Entry]:
        values = {"job": self.number, "chunk": chunk}
        row = await self._tables.row(_LINES, values)
        return [] if row is None else read_entries(bytes(row[0]))

    async def _report(self, count: Count, stopped: str) -> Report:
        unknown = await self._named(UNKNOWN)
        in_doubt = await self._in_doubt() if stopped else []
        number = count.words[UNKNOWN] + len(in_doubt)
        return Report(
            job=self.name,
            total=count.done + len(in_doubt),
            ok=count.words[OK],
            failed=count.failed,
            unknown=number,
            skipped=count.earlier,
            unknown_items=tuple([*unknown, *in_doubt][:NAMED]),
            started=datetime.fromtimestamp(self._began, UTC),
            ended=datetime.fromtimestamp(self._clock.wall(), UTC),
            stopped=stopped,
            curve=count.curve(self._began),
            resent=count.words[RESENT],
            resent_items=tuple((await self._named(RESENT))[:NAMED]),
        )

    async def _named(self, word: str) -> list[UnknownItem]:
        """Those that are unknown, or that were sent again."""
        values = {"job": self.number, "base": self._base, "word": word, "most": NAMED}
        found: list[UnknownItem] = []
        for (told,) in await self._tables.rows(_NAMED, values):
            found += [
                UnknownItem(one.key, one.ref, one.index, one.line)
                for one in read_outcomes(told)
                if one.word == word or (word == RESENT and one.resent)
            ]
        return found

    async def _in_doubt(self) -> list[UnknownItem]:
        """What somebody began to send in a job that was stopped, and nobody ended."""
        rows = await self._tables.rows(_IN_DOUBT, {"job": self.number})
        found: list[UnknownItem] = []
        for lines, begun, told in rows:
            entries = read_entries(bytes(lines))
            left: set[int] = set(begun) - set(told or ())
            found += [entries[place].named(self.name) for place in sorted(left)]
        return found

    async def _say(self, query: LiteralString, **values: Any) -> None:  # noqa: ANN401  values of a row
        await self._tables.rows(query, {"job": self.number, **values})


@attrs.define
class _Said:
    """What was said to the job by whoever waits here, and what it says of itself."""

    paused: str | None = None
    stopped: str | None = None
    rate: float | None = None
    total: int | None = None
    waiting_for: str = ""


def above_nothing(name: str, number: float | None) -> None:
    """Refuse what would never send anything."""
    if number is not None and not number > 0:
        raise ConfigurationError(name, "must be more than 0 a second")
