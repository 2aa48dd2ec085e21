from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from nexmo_async.testing import FaultyServer
from nexmo_async.transport.stale import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def server(authority: trustme.CA) -> AsyncIterator[FaultyServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with FaultyServer(ssl_context=context) as server:
        yield server


async def test_a_connection_that_is_closed_already_has_news(
    server: FaultyServer, authority: trustme.CA
) -> None:
    """In TLS it has no socket any more that could be looked at."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    over = asyncio.Event()

    class Listening(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio names it
            over.set()

    connection, _ = await asyncio.get_running_loop().create_connection(
        Listening, "127.0.0.1", int(server.url.rpartition(":")[2]), ssl=trust
    )
    connection.abort()
    await over.wait()

    assert Watch(connection).has_news()
