"""Whose turn it is, over all workers: moments are given out by the database.

A turn is a moment, not a permission: whoever misses it asks for another. So the rate
holds at the wire, whatever a worker was busy with, and whatever its clock says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.durable.bulk.ledger import Word
    from nexmo_async.durable.bulk.tables import Tables

#: Seconds added to each, so that no second has one too many where one message is
#: slower on its way than the next.
ROOM: Final = 0.04

#: Seconds by which a turn may be missed: less than that room.
LATE: Final = 0.015

#: Seconds by which two clocks part in a second, at most; and by how many somebody has
#: set one of them if they differ by that.
DRIFT: Final = 1e-4
STEP: Final = 1.0

#: Turns that were missed, and that nobody has a later one than, are moved to now.
_TAKE: Final = """
WITH moment AS MATERIALIZED (
    SELECT extract(epoch FROM clock_timestamp())::float8 AS now
), taken AS (
    INSERT INTO nexmo_async.bulk_turns AS turns (key, next)
    SELECT %(key)s, now + %(span)s FROM moment
    ON CONFLICT (key) DO UPDATE
    SET next = CASE WHEN turns.next = %(missed)s THEN excluded.next
        ELSE greatest(turns.next + %(span)s, excluded.next) END
    RETURNING next
)
SELECT next - %(span)s, extract(epoch FROM clock_timestamp())::float8, next FROM taken
"""

#: The job's turn is taken only if it is the sender's as well: else, how long to wait.
_BOTH: Final = """
WITH sender AS (
    INSERT INTO nexmo_async.bulk_turns AS turns (key, next)
    VALUES (%(sender)s, extract(epoch FROM clock_timestamp())::float8)
    ON CONFLICT (key) DO UPDATE SET next = turns.next
    RETURNING next - extract(epoch FROM clock_timestamp())::float8 AS wait
), taken AS (
    INSERT INTO nexmo_async.bulk_turns AS turns (key, next)
    SELECT %(key)s, extract(epoch FROM clock_timestamp())::float8 + %(span)s
    FROM sender WHERE wait <= 0
    ON CONFLICT (key) DO UPDATE
    SET next = greatest(turns.next + %(span)s, excluded.next)
    RETURNING next - %(span)s - extract(epoch FROM clock_timestamp())::float8 AS wait
)
SELECT sender.wait, taken.wait FROM sender LEFT JOIN taken ON true
"""

_SPENT: Final = """
UPDATE nexmo_async.bulk_turns
SET next = extract(epoch FROM clock_timestamp())::float8 + %(span)s
WHERE key = %(sender)s
"""


@attrs.frozen
class Turns:
    """Moments at which to send, one after the other.

    Attributes:
        first: The first of them, on the monotonic clock.
        every: Seconds between two.
        count: How many there are.
        next: Where whoever asks next comes, by the database's clock; None: unknown.
    """

    first: float
    every: float
    count: int
    next: float | None = None


def every(rate: float) -> float:
    """Seconds between two, so that no second has more than so many."""
    return (1 + ROOM) / rate if rate > 1 else 1 / rate + ROOM


class Pace:
    """Asks for turns.

    Args:
        tables: The database.
        clock: What time is measured by.
        application: Whose senders they are: their rate is that of all its jobs.
    """

    def __init__(self, tables: Tables, clock: Clock, application: str) -> None:
        self._tables = tables
        self._clock = clock
        self._application = application
        self._ahead: float | None = None
        self._seen = 0.0

    async def turns(
        self, job: int, sender: str, word: Word, count: int, missed: Turns | None
    ) -> Turns:
        """So many of them, or fewer, but one; instead of those that were missed."""
        mine, theirs = f"{job}", f"{self._application}/{sender}"
        if word.rate is not None and word.per_sender is not None:
            return await self._both(mine, theirs, word.rate, word.per_sender)
        key = mine if word.per_sender is None else theirs
        gap = every(word.per_sender or word.rate or 1.0)
        last = None if missed is None else missed.next
        values = {"key": key, "span": gap * count, "missed": last}
        found = await self._tables.row(_TAKE, values)
        first, now, after = found or (0.0, 0.0, None)
        here = self._clock.monotonic()
        return Turns(max(here, first + self._offset(here, now)), gap, count, after)

    async def _both(self, mine: str, theirs: str, rate: float, slow: float) -> Turns:
        """One turn, which the job and the sender have at the same moment."""
        values = {"key": mine, "sender": theirs, "span": every(rate)}
        wait: float | None = None
        while wait is None:
            found = await self._tables.row(_BOTH, values)
            closed, wait = (0.0, 0.0) if found is None else found
            if wait is None:
                await self._clock.sleep(closed)
        wait = max(0.0, wait)
        # Whoever asks for this sender meanwhile would have had to wait as well.
        span = wait + every(slow)
        await self._tables.rows(_SPENT, {"sender": theirs, "span": span})
        return Turns(self._clock.monotonic() + wait, 0.0, 1)

    def _offset(self, here: float, there: float) -> float:
        """How far our clock is ahead of the database's: the least that was ever seen.

        The answers that took longest, on their way or in this process, tell least.
        """
        told, known = here - there, self._ahead
        if known is not None:
            known += DRIFT * (here - self._seen)
        if known is None or not 0 <= told - known < STEP:
            known = told
        self._ahead, self._seen = known, here
        return known
