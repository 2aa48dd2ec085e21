"""Items into the database, a batch in one transaction: written down, and queued."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.bulk import BadRow, DoubleError, Item, RowError, key_of
from nexmo_async.bulk.item import reference
from nexmo_async.durable.bulk.sending import BULK_LANE, spell_turn, turn_key
from nexmo_async.durable.bulk.spelling import (
    CHUNK,
    Outcome,
    counted,
    pack,
    spell_entry,
    spell_outcomes,
)
from nexmo_async.durable.engine import BULK, Job
from nexmo_async.durable.enqueuing import Due
from nexmo_async.durable.refusing import refuse
from nexmo_async.errors import NexmoError
from nexmo_async.models.base import no_message
from nexmo_async.models.message import Message
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from nexmo_async.models.plan import Api

#: Items that are written at once.
BATCH: Final = 10_000

#: Items of a chunk, at most; at a rate, those of so many seconds.
CHUNK_SIZE: Final = 200
CHUNK_SECONDS: Final = 15.0

_KEYS: Final = """
INSERT INTO nexmo_async.bulk_keys (job, key, run)
SELECT %s, decode(key, 'hex'), %s FROM unnest(string_to_array(%s, ' ')) AS keys (key)
ON CONFLICT DO NOTHING RETURNING encode(key, 'hex')
"""

_DOUBLES: Final = """
SELECT encode(key, 'hex') FROM nexmo_async.bulk_keys
WHERE job = %s AND run = %s AND key IN (
    SELECT decode(key, 'hex') FROM unnest(string_to_array(%s, ' ')) AS keys (key)
)
"""

_COUNT: Final = """
UPDATE nexmo_async.bulk_jobs
SET items = items + %s, chunks = chunks + %s WHERE id = %s RETURNING chunks
"""

_CHUNKS: Final = """
COPY nexmo_async.bulk_chunks (job, number, sender, lines) FROM STDIN
"""

#: Of what is never sent; its number is below that of any chunk.
_TOLD: Final = """
INSERT INTO nexmo_async.bulk_slices
    (job, chunk, number, places, began, ended, told, results, counts, took, tx)
SELECT %(job)s, 0, coalesce(max(number), 0) + 1, '{}', %(now)s, %(now)s, '{}',
    %(results)s, %(counts)s::jsonb, 0, pg_current_xact_id()
FROM nexmo_async.bulk_slices WHERE job = %(job)s AND chunk = 0
"""


@attrs.frozen
class _Line:
    """An item, ready to be written."""

    index: int
    key: str
    line: int | None
    sender: str
    digest: str
    spelled: bytes


@attrs.frozen
class Batch:
    """Items that are written at once.

    Attributes:
        told: What became of those that cannot be sent.
        lines: The others, each by its digest.
    """

    told: list[Outcome]
    lines: dict[str, _Line]


@attrs.define
class Loader:
    """Reads the items of one run of a job, and writes them.

    The next batch may be read while one is written.

    Attributes:
        job: The job's number.
        name: The job's name.
        run: Which run of the job it is, from 1.
        rate: Items per second, over all workers; decides how many make a chunk.
        per_sender: The same for each sender.
        api: The generation that the workers speak.
        taken: How many items were taken so far.
    """

    job: int
    name: str
    run: int
    rate: float | None
    per_sender: float | None
    api: Api
    taken: int = 0
    _senders: dict[str, int] = attrs.field(factory=lambda: defaultdict[str, int](int))

    def read(self, items: Sequence[object]) -> Batch:
        """Make a batch ready to be written."""
        told: list[Outcome] = []
        lines: dict[str, _Line] = {}
        for given in items:
            ready = self._ready(given)
            if isinstance(ready, Outcome):
                told.append(ready)
            elif ready.digest in lines:
                told.append(_double(ready))
            else:
                lines[ready.digest] = ready
        return Batch(told, lines)

    def write(self, line: Connection[Any], batch: Batch, now: float) -> Iterable[Due]:
        """Write a batch. The chunks that are to queue."""
        told, lines = batch.told, batch.lines
        # In order, so that two who load the same job wait, and never for each other.
        keys = sorted(lines)
        found = line.execute(_KEYS, (self.job, self.run, " ".join(keys))).fetchall()
        fresh = {key for (key,) in found}
        known = [key for key in keys if key not in fresh]
        if known:
            # Of an earlier run is what is not of this one: it has, or gets, its result.
            found = line.execute(
                _DOUBLES, (self.job, self.run, " ".join(known))
            ).fetchall()
            told += [_double(lines[key]) for (key,) in found]
        new = [each for each in lines.values() if each.digest in fresh]
        return self._put(line, new, told, now)

    def _put(
        self, line: Connection[Any], new: list[_Line], told: list[Outcome], now: float
    ) -> Iterable[Due]:
        chunks = self._chunks(new)
        counts = (len(new) + len(told), len(chunks), self.job)
        row = line.execute(_COUNT, counts).fetchone()
        first = (0 if row is None else cast("int", row[0])) - len(chunks) + 1
        if told:
            values = {
                "job": self.job,
                "now": now,
                "results": spell_outcomes(told),
                "counts": json.dumps(counted(told)),
            }
            line.execute(_TOLD, values)
        with line.cursor().copy(_CHUNKS) as copy:
            for number, (sender, lines) in enumerate(chunks, first):
                packed = pack(each.spelled for each in lines)
                copy.write_row((self.job, number, sender, packed))
        for number, (sender, _) in enumerate(chunks, first):
            # Each sender's nth chunk goes before anybody's next one.
            self._senders[sender] += 1 if sender else 0
            yield Due(
                turn_key(self.job, number, 1),
                Job(CHUNK, spell_turn(self.job, number)),
                BULK_LANE,
                BULK + self._senders[sender],
            )

    def _chunks(self, new: list[_Line]) -> list[tuple[str, list[_Line]]]:
        size, rate = CHUNK_SIZE, self.per_sender or self.rate
        if rate is not None:
            size = max(1, min(size, int(rate * CHUNK_SECONDS)))
        by_sender: dict[str, list[_Line]] = defaultdict(list)
        for each in new:
            by_sender[each.sender if self.per_sender is not None else ""].append(each)
        return [
            (sender, lines[at : at + size])
            for sender, lines in by_sender.items()
            for at in range(0, len(lines), size)
        ]

    def _ready(self, given: object) -> _Line | Outcome:
        """As it is written; or what became of it, if it cannot be sent."""
        index, self.taken = self.taken, self.taken + 1
        if isinstance(given, BadRow):
            error = RowError(given.line, given.column, given.problem)
            return _failed(index, "", given.line, error)
        item = given if isinstance(given, Item) else Item(cast("Message", given))
        message, key = item.message, item.key
        try:
            sender = self._sender(message)
            key = key or key_of(message)
            spelled = spell_entry(index, key, item.line, message)
        except NexmoError as why:
            return _failed(index, key, item.line, why)
        return _Line(index, key, item.line, sender, reference(self.name, key), spelled)

    def _sender(self, message: object) -> str:
        """From whom it goes; of a workflow, from whom its first message does."""
        if isinstance(message, Workflow):
            refuse(message, self.api)
            return message.steps[0].message.sender
        if isinstance(message, Message):
            return message.sender
        raise no_message(message)


def _double(ready: _Line) -> Outcome:
    return _failed(ready.index, ready.key, ready.line, DoubleError(ready.key))


def _failed(index: int, key: str, line: int | None, error: NexmoError) -> Outcome:
    return Outcome(index=index, key=key, line=line, error=error, handed=False)
