"""What is written down about a chunk while it is sent, one statement to a slice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.durable.bulk.spelling import counted, read_entries, spell_outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import Clock
    from nexmo_async.durable.bulk.spelling import Entry, Outcome
    from nexmo_async.durable.bulk.tables import Tables

_WORD: Final = "jobs.paused, jobs.stopped, jobs.rate, jobs.per_sender"

#: A later turn takes over; an earlier one, or a chunk that is done, does nothing.
_TAKE: Final = """
UPDATE nexmo_async.bulk_chunks AS chunks
SET owner = %(owner)s, turn = %(turn)s, state = 'open'
FROM nexmo_async.bulk_jobs AS jobs, nexmo_async.bulk_chunks AS before
WHERE chunks.job = %(job)s AND chunks.number = %(chunk)s AND jobs.id = chunks.job
  AND before.job = chunks.job AND before.number = chunks.number
  AND chunks.state <> 'done' AND chunks.turn <= %(turn)s
RETURNING chunks.sender, chunks.lines, before.owner IS NOT NULL, jobs.name, jobs.slice,
  jobs.on_unknown, jobs.paused, jobs.stopped, jobs.rate, jobs.per_sender
"""

_SLICES: Final = """
SELECT number, places, told, begun FROM nexmo_async.bulk_slices
WHERE job = %(job)s AND chunk = %(chunk)s
"""

#: What the last slice came to, and what the next one begins with: in one go, and only
#: by the owner. Nothing begins in a job that is paused or stopped.
_TURN: Final = """
WITH mine AS (
    SELECT jobs.paused, jobs.stopped, jobs.rate, jobs.per_sender
    FROM nexmo_async.bulk_chunks AS chunks
    JOIN nexmo_async.bulk_jobs AS jobs ON jobs.id = chunks.job
    WHERE chunks.job = %(job)s AND chunks.number = %(chunk)s
      AND chunks.owner = %(owner)s
    FOR NO KEY UPDATE OF chunks
), ended AS (
    UPDATE nexmo_async.bulk_slices
    SET ended = %(now)s, told = %(told)s, begun = %(begun)s::int[],
        results = %(results)s, counts = %(counts)s::jsonb,
        took = %(took)s, tx = pg_current_xact_id()
    WHERE job = %(job)s AND chunk = %(chunk)s AND number = %(ended)s
      AND results IS NULL AND EXISTS (SELECT FROM mine)
), begun AS (
    INSERT INTO nexmo_async.bulk_slices (job, chunk, number, places, began)
    SELECT %(job)s, %(chunk)s, %(number)s, %(places)s::int[], %(now)s FROM mine
    WHERE paused IS NULL AND stopped IS NULL AND %(places)s::int[] IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT * FROM mine
"""

_DONE: Final = """
UPDATE nexmo_async.bulk_chunks SET state = 'done', owner = NULL
WHERE job = %(job)s AND number = %(chunk)s AND owner = %(owner)s
"""

#: Whoever lets a stopped job go on locks it as well, and finds what rests.
_REST: Final = """
WITH stopped AS (
    SELECT id FROM nexmo_async.bulk_jobs
    WHERE id = %(job)s AND stopped IS NOT NULL FOR SHARE
)
UPDATE nexmo_async.bulk_chunks SET state = 'resting', owner = NULL FROM stopped
WHERE job = stopped.id AND number = %(chunk)s AND owner = %(owner)s
RETURNING number
"""

_STOP: Final = """
UPDATE nexmo_async.bulk_jobs SET stopped = %(reason)s
WHERE id = %(job)s AND stopped IS NULL
"""

_ASK: Final = """
SELECT paused, stopped, rate, per_sender FROM nexmo_async.bulk_jobs WHERE id = %(job)s
"""


@attrs.frozen
class Word:
    """What the job was told.

    Attributes:
        paused: Why it is paused; None if it is not.
        stopped: Why it was stopped; None if it was not.
        rate: Items per second at most, over all workers.
        per_sender: The same for each sender.
    """

    paused: str | None
    stopped: str | None
    rate: float | None
    per_sender: float | None

    @property
    def goes_on(self) -> bool:
        """Whether anything new may be sent."""
        return self.paused is None and self.stopped is None


@attrs.frozen(kw_only=True)
class Chunk:
    """A chunk in the hands of one worker.

    Attributes:
        job: The job's number.
        name: The job's name.
        number: Its own.
        owner: What the worker calls itself here: nobody else may write any more.
        sender: From whom all of it goes; empty: from anybody.
        entries: What is to be sent.
        slice: How many are written down at once, at most.
        on_unknown: What to do with `doubtful` ones.
        is_replay: Whether somebody else has had it before.
        pending: Places of what has no result yet.
        doubtful: Those of them that a worker may have sent, which died.
        begun: Places of workflows whose run has begun.
        slices: How many it has so far.
    """

    job: int
    name: str
    number: int
    owner: str
    sender: str
    entries: Sequence[Entry] = attrs.field(repr=False)
    slice: int
    on_unknown: str
    is_replay: bool
    pending: list[int]
    doubtful: frozenset[int]
    begun: set[int]
    slices: int

    @property
    def left(self) -> list[int]:
        """Places of what is still to be sent, or begun."""
        return [place for place in self.pending if place not in self.begun]


class Ledger:
    """Writes down what is about to be sent, and what came of it.

    Args:
        tables: The database.
        clock: What time is measured by.
    """

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def take(
        self, job: int, chunk: int, turn: int, owner: str
    ) -> tuple[Chunk, Word] | None:
        """Be the one who sends it. None: it is done, or a later turn's."""
        where = {"job": job, "chunk": chunk, "turn": turn, "owner": owner}
        taken = await self._tables.row(_TAKE, where)
        if taken is None:
            return None
        sender, lines, is_replay, name, size, on_unknown, *word = taken
        slices = await self._tables.rows(_SLICES, where)
        told = {place for _, _, each, _ in slices for place in each or ()}
        open_ = {
            place for _, places, each, _ in slices if each is None for place in places
        }
        entries = read_entries(bytes(lines), name)
        return Chunk(
            job=job,
            name=name,
            number=chunk,
            owner=owner,
            sender=sender,
            entries=entries,
            slice=size,
            on_unknown=on_unknown,
            is_replay=is_replay,
            pending=[place for place in range(len(entries)) if place not in told],
            doubtful=frozenset(open_ - told),
            begun={place for *_, each in slices for place in each or ()},
            slices=max((number for number, *_ in slices), default=0),
        ), Word(*word)

    async def turn(
        self,
        chunk: Chunk,
        number: int,
        ended: Sequence[Outcome] | None,
        places: Sequence[int] | None,
    ) -> Word | None:
        """Keep what the slice before came to, and begin the slice of that number.

        Args:
            chunk: The one that is sent.
            number: That of the slice that begins, from 1.
            ended: What the one before came to; None if there was none.
            places: What the next one is about to send; None: there is none.

        Returns:
            What the job was told: unless it goes on, nothing has begun. None: the chunk
            is in other hands, and nothing was kept.
        """
        outcomes = ended or ()
        row = await self._tables.row(
            _TURN,
            {
                "job": chunk.job,
                "chunk": chunk.number,
                "owner": chunk.owner,
                "now": self._clock.wall(),
                "ended": None if ended is None else number - 1,
                "told": [one.place for one in outcomes],
                "begun": sorted(chunk.begun),
                "results": spell_outcomes(outcomes),
                "counts": json.dumps(counted(outcomes)),
                "took": sum(one.took for one in outcomes),
                "number": number,
                "places": None if places is None else list(places),
            },
        )
        return None if row is None else Word(*row)

    async def word(self, job: int) -> Word:
        """What the job was told by now."""
        row = await self._tables.row(_ASK, {"job": job})
        return Word("forgotten", "forgotten", None, None) if row is None else Word(*row)

    async def done(self, chunk: Chunk) -> None:
        """Nothing of it is left."""
        await self._tables.rows(_DONE, _mine(chunk))

    async def rest(self, chunk: Chunk) -> bool:
        """Leave it until the job goes on. False: it does so already."""
        return await self._tables.row(_REST, _mine(chunk)) is not None

    async def stop(self, chunk: Chunk, reason: str) -> None:
        """Stop the whole job: each item would meet the same."""
        await self._tables.rows(_STOP, {"job": chunk.job, "reason": reason})


def _mine(chunk: Chunk) -> dict[str, object]:
    return {"job": chunk.job, "chunk": chunk.number, "owner": chunk.owner}
