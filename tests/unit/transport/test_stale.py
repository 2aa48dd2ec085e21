from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from nexmo_async.testing import FaultyServer
from nexmo_async.transport.stale import Watch

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator


@pytest.fixture
async def server(serving: ssl.SSLContext) -> AsyncIterator[FaultyServer]:
    async with FaultyServer(ssl_context=serving) as server:
        yield server


async def test_a_connection_that_is_closed_already_has_news(
    server: FaultyServer, trusting: ssl.SSLContext
) -> None:
    """In TLS it has no socket any more that could be looked at."""
    over = asyncio.Event()

    class Listening(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio names it
            over.set()

    connection, _ = await asyncio.get_running_loop().create_connection(
        Listening, "127.0.0.1", int(server.url.rpartition(":")[2]), ssl=trusting
    )
    connection.abort()
    await over.wait()

    assert Watch(connection).has_news()
