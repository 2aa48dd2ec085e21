"""What the lanes take for granted of httpcore, which httpx brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import pytest

from nexmo_async.testing import FaultyServer, ManualClock
from nexmo_async.transport.lanes import Body, is_all
from nexmo_async.transport.stream import Stream, Streams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.testing.faulty import Fault


class Counting(Stream):
    """A connection that keeps what it is given to write."""

    written: tuple[bytes, ...] = ()

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  as httpcore names it
    ) -> None:
        self.written += (buffer,)
        await super().write(buffer, timeout)


class Counted(Streams):
    """Makes such connections."""

    def _new(self) -> Stream:
        self.made = Counting(self._clock, self._open)
        return self.made


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def streams(clock: ManualClock) -> AsyncIterator[Counted]:
    streams = Counted(clock)
    yield streams
    streams.abort()


def connection(
    server: FaultyServer, streams: Streams
) -> httpcore.AsyncConnectionInterface:
    pool = httpcore.AsyncConnectionPool(network_backend=streams)
    return pool.create_connection(httpcore.URL(server.url).origin)


def letter(server: FaultyServer, body: Body) -> httpcore.Request:
    url = httpcore.URL(server.url + "/v1/messages")
    return httpcore.Request(
        "POST", url, headers={"Host": "api", "Content-Length": "2"}, content=body
    )


async def test_a_connection_of_a_pool_carries_one_request_after_the_other(
    server: FaultyServer, streams: Counted
) -> None:
    lane = connection(server, streams)
    for _ in range(3):
        answer = await lane.handle_async_request(letter(server, Body(b"{}")))
        assert not lane.is_idle()
        await answer.aread()
        await answer.aclose()

        assert lane.is_idle()
        assert not lane.has_expired()
    assert server.connections == 1


@pytest.mark.parametrize("plan", [(), ("short",)])
async def test_what_came_behind_an_answer_can_be_seen(
    plan: tuple[Fault, ...], server: FaultyServer, streams: Counted
) -> None:
    """httpcore keeps it, as the beginning of the next answer."""
    pool = httpcore.AsyncConnectionPool(network_backend=streams)
    for sender in (pool, connection(server, streams)):
        server.plan.extend(plan)
        answer = await sender.handle_async_request(letter(server, Body(b"{}")))
        await answer.aread()

        assert is_all(answer) is (not plan)
        await answer.aclose()


async def test_the_body_is_taken_after_the_head_was_written(
    server: FaultyServer, streams: Counted
) -> None:
    """Hence a body that was not taken has not left."""
    lane = connection(server, streams)
    before: list[int] = []

    class Watched(Body):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            before.append(len(streams.made.written))
            async for piece in super().__aiter__():
                yield piece

    body = Watched(b"{}")
    await lane.handle_async_request(letter(server, body))

    assert body.left
    assert before == [1]
    assert streams.made.written[1] == b"{}"


async def test_a_connection_that_fails_to_be_made_takes_no_body(
    streams: Counted,
) -> None:
    pool = httpcore.AsyncConnectionPool(network_backend=streams)
    url = httpcore.URL("http://127.0.0.1:1/")
    body = Body(b"{}")

    with pytest.raises(httpcore.ConnectError):
        await pool.create_connection(url.origin).handle_async_request(
            httpcore.Request("POST", url, content=body)
        )
    assert not body.left


async def test_a_connection_that_was_closed_meanwhile_has_expired(
    server: FaultyServer, streams: Counted
) -> None:
    server.plan.append("close")
    lane = connection(server, streams)
    answer = await lane.handle_async_request(letter(server, Body(b"{}")))
    await answer.aread()
    await answer.aclose()
    await server.until(lambda: server.open == 0)

    assert lane.has_expired()


def test_a_pool_through_a_proxy_makes_connections_of_its_own() -> None:
    direct, by_proxy = httpcore.AsyncConnectionPool, httpcore.AsyncHTTPProxy

    assert by_proxy.create_connection is not direct.create_connection
