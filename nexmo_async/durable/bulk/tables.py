"""The tables of bulk jobs, beside those of DBOS in the same database.

A chunk holds what is to be sent; a slice of it is written down before its first message
leaves, and again when all of its answers are there. What is known of a job is told by
its slices alone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, LiteralString

from psycopg import AsyncConnection, Connection, InterfaceError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.clock import Clock

#: Seconds between two tries to reach a database that is away.
AGAIN: Final = 0.25

_SCHEMA: Final = """
CREATE SCHEMA IF NOT EXISTS nexmo_async;
CREATE TABLE IF NOT EXISTS nexmo_async.bulk_jobs (
    id serial PRIMARY KEY, application text NOT NULL, name text NOT NULL,
    began float8 NOT NULL, slice int NOT NULL, on_unknown text NOT NULL,
    rate float8, per_sender float8, paused text, stopped text,
    runs int NOT NULL DEFAULT 0, loaded boolean NOT NULL DEFAULT false,
    items bigint NOT NULL DEFAULT 0, chunks int NOT NULL DEFAULT 0,
    UNIQUE (application, name)
);
CREATE TABLE IF NOT EXISTS nexmo_async.bulk_keys (
    job int, key bytea, run int NOT NULL, PRIMARY KEY (job, key)
);
CREATE TABLE IF NOT EXISTS nexmo_async.bulk_chunks (
    job int, number int, sender text NOT NULL, lines bytea NOT NULL,
    turn int NOT NULL DEFAULT 1, owner text, state text NOT NULL DEFAULT 'open',
    PRIMARY KEY (job, number)
);
CREATE INDEX IF NOT EXISTS bulk_chunks_open
    ON nexmo_async.bulk_chunks (job, number) WHERE state <> 'done';
CREATE TABLE IF NOT EXISTS nexmo_async.bulk_slices (
    job int, chunk int, number int, places int[] NOT NULL, began float8 NOT NULL,
    ended float8, told int[], begun int[], results text, counts jsonb,
    took float8, tx xid8,
    PRIMARY KEY (job, chunk, number)
);
CREATE INDEX IF NOT EXISTS bulk_slices_told
    ON nexmo_async.bulk_slices (job, tx, chunk, number) WHERE tx IS NOT NULL;
CREATE TABLE IF NOT EXISTS nexmo_async.bulk_turns (
    key text PRIMARY KEY, next float8 NOT NULL
) WITH (fillfactor = 50);
"""


def prepare(url: str) -> None:
    """See to it that the tables are there. One process at a time."""
    with Connection.connect(url, autocommit=True) as line:
        # Nothing at all is said if they are: that would wait for whoever uses them.
        found = line.execute("SELECT to_regclass('nexmo_async.bulk_turns')").fetchone()
        if found is None or found[0] is None:
            line.execute(_SCHEMA)


class Tables:
    """One connection to them. Statements wait for each other; each is a transaction.

    Args:
        url: The database.
        clock: What time is measured by.
        patient: Whether to wait for a database that is away, instead of raising.
    """

    def __init__(self, url: str, clock: Clock, *, patient: bool) -> None:
        self._url = url
        self._clock = clock
        self._patient = patient
        self._turn = asyncio.Lock()
        self._line: AsyncConnection[Any] | None = None

    async def rows(
        self, query: LiteralString, values: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        """What the database answers.

        A statement whose answer was lost is said again if we are patient: each of ours
        may be.

        Raises:
            OSError: The database is away.
        """
        while True:
            try:
                async with self._turn:
                    return await self._rows(query, values)
            except (OperationalError, InterfaceError) as why:
                if not self._patient:
                    raise ConnectionError(f"the database is away: {why}") from why
            await self._clock.sleep(AGAIN)

    async def row(
        self, query: LiteralString, values: Mapping[str, object]
    ) -> tuple[Any, ...] | None:
        """The first row of the answer; None if there is none."""
        found = await self.rows(query, values)
        return found[0] if found else None

    async def aclose(self) -> None:
        """Close the connection; the next statement opens another."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def _rows(
        self, query: LiteralString, values: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        if self._line is None or self._line.closed:
            self._line = await AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=5
            )
        try:
            found = await self._line.execute(query, values)
            return await found.fetchall() if found.description else []
        except asyncio.CancelledError:
            await self.aclose()  # an answer that nobody reads would be the next one's
            raise
