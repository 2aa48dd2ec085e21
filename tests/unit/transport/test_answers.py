"""An answer belongs to one request: no byte of it to the next one, and not too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest

from nexmo_async.errors import UnknownOutcomeError
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.base import Request
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.transport.route import MAX_ANSWER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.testing import ManualClock

Kind = Callable[..., HttpxTransport | AiohttpTransport]

#: One that speaks HTTP/2 falls back upon HTTP/1.1, with a server that has no other.
ALL = pytest.mark.parametrize(
    "kind",
    [HttpxTransport, partial(HttpxTransport, http2=True), AiohttpTransport],
    ids=["httpx", "http2", "aiohttp"],
)

TRUE = b"HTTP/1.1 202 Accepted\r\nContent-Length: 6\r\n\r\n'true'"
ANOTHERS = b"HTTP/1.1 202 Accepted\r\nContent-Length: 6\r\n\r\n'lies'"
CHUNKED = (
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"6\r\n'true'\r\n0\r\nX-Trailer: 1\r\n\r\n"
)
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


class Teller(asyncio.Protocol):
    """Answers each request with the same bytes, whatever they are."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._server.tellers.append(self)

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"{}"):
            self.transport.write(self._server.says)


class Server:
    """Speaks as told."""

    def __init__(self) -> None:
        self.says = TRUE
        self.url = ""
        self.tellers: list[Teller] = []


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Teller(server), "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()
    for teller in server.tellers:
        teller.transport.abort()


def request(timeout: float = 5.0) -> Request:
    return Request("POST", "/v1/messages", b"{}", "order-7", "Basic c2VjcmV0", timeout)


@ALL
@pytest.mark.parametrize("answer", [TRUE, CHUNKED, EMPTY])
async def test_what_comes_behind_an_answer_is_not_the_next_one(
    kind: Kind, answer: bytes, server: Server, clock: ManualClock
) -> None:
    """The message would count as accepted under the name of another one."""
    server.says = answer + ANOTHERS
    transport = kind(server.url, lanes=1, clock=clock)

    bodies = [(await transport.send(request())).body for _ in range(3)]

    assert b"'lies'" not in bodies
    assert len(server.tellers) == 3
    await transport.aclose()


@ALL
async def test_what_comes_while_nobody_asks_is_not_the_next_answer(
    kind: Kind, server: Server, clock: ManualClock
) -> None:
    """The loop reads it, so that the socket looks as if nothing had come."""
    transport = kind(server.url, lanes=1, clock=clock)
    await transport.send(request())
    server.tellers[0].transport.write(ANOTHERS)
    await clock.advance(1.0)

    assert (await transport.send(request())).body == b"'true'"
    assert len(server.tellers) == 2
    await transport.aclose()


@ALL
@pytest.mark.parametrize("answer", [TRUE, CHUNKED, EMPTY])
async def test_an_answer_that_is_all_keeps_the_connection(
    kind: Kind, answer: bytes, server: Server, clock: ManualClock
) -> None:
    server.says = answer
    transport = kind(server.url, lanes=1, clock=clock)
    for _ in range(3):
        await transport.send(request())

    assert len(server.tellers) == 1
    await transport.aclose()


@ALL
async def test_information_before_an_answer_is_none(
    kind: Kind, server: Server, clock: ManualClock
) -> None:
    server.says = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + TRUE
    transport = kind(server.url, lanes=1, clock=clock)
    answers = [await transport.send(request()) for _ in range(2)]

    assert [answer.status for answer in answers] == [202, 202]
    assert len(server.tellers) == 1
    await transport.aclose()


@ALL
@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 2000000\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1e8480\r\n",
    ],
)
async def test_an_answer_without_end_is_not_kept_in_memory(
    kind: Kind, head: bytes, server: Server, clock: ManualClock
) -> None:
    server.says = b"HTTP/1.1 202 Accepted\r\n" + head + b" " * (MAX_ANSWER + 1)
    transport = kind(server.url, lanes=1, clock=clock)

    with pytest.raises(UnknownOutcomeError, match="more than 1048576 bytes"):
        await transport.send(request())
    await transport.aclose()
