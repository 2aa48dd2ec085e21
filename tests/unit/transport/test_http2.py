from __future__ import annotations

import asyncio
import ssl
import sys
from typing import TYPE_CHECKING, cast

import pytest

from nexmo_async.errors import ClosedError, ConfigurationError, UnknownOutcomeError
from nexmo_async.testing import FaultyServer
from nexmo_async.transport.base import Request
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import trustme

h2 = pytest.importorskip("h2", reason="HTTP/2 needs the package h2")
connection = pytest.importorskip("h2.connection")
config = pytest.importorskip("h2.config")
events = pytest.importorskip("h2.events")

BODY = b'{"message_uuid":"aaa"}'


class Accepting(asyncio.Protocol):
    """Accepts each message, once `go` is set; hangs up instead if it is `rude`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.speaking = connection.H2Connection(
            config.H2Configuration(client_side=False, header_encoding="utf-8")
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.server.connections += 1
        self.server.open.add(self)
        self.speaking.initiate_connection()
        self.transport.write(self.speaking.data_to_send())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio names it
        self.server.open.discard(self)
        self.server.changed.set()

    def data_received(self, data: bytes) -> None:
        for event in self.speaking.receive_data(data):
            if isinstance(event, events.RequestReceived):
                self.server.heads.append(dict(event.headers))
            if isinstance(event, events.DataReceived) and event.data:
                self.server.bodies.append(event.data)
            if isinstance(event, events.StreamEnded):
                self.server.waiting.append((self, event.stream_id))
                self.server.answer()
        self.transport.write(self.speaking.data_to_send())
        self.server.changed.set()

    def accept(self, stream: int) -> None:
        length = str(len(BODY))
        head = [(":status", "202"), ("X-Odd", "yes"), ("content-length", length)]
        self.speaking.send_headers(stream, head)
        self.speaking.send_data(stream, BODY, end_stream=True)
        self.transport.write(self.speaking.data_to_send())


class Server:
    """What came, and when it is answered."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.open: set[Accepting] = set()
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.waiting: list[tuple[Accepting, int]] = []
        self.go = True
        self.changed = asyncio.Event()

    def answer(self) -> None:
        while self.go and self.waiting:
            speaker, stream = self.waiting.pop(0)
            speaker.accept(stream)

    async def until(self, count: int) -> None:
        while len(self.bodies) < count:
            self.changed.clear()
            await self.changed.wait()

    async def empty(self) -> None:
        while self.open:
            self.changed.clear()
            await self.changed.wait()


@pytest.fixture
async def server(serving: ssl.SSLContext) -> AsyncIterator[Server]:
    server, loop = Server(), asyncio.get_running_loop()
    serving.set_alpn_protocols(["h2"])
    listening = await loop.create_server(
        lambda: Accepting(server), "127.0.0.1", 0, ssl=serving
    )
    server.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()
    for speaker in list(server.open):
        speaker.transport.abort()


@pytest.fixture
async def transport(
    server: Server, trusting: ssl.SSLContext
) -> AsyncIterator[HttpxTransport]:
    transport = HttpxTransport(server.url, http2=True, ssl_context=trusting)
    yield transport
    await transport.aclose()


def request(name: str = "hi") -> Request:
    return Request("POST", "/v1/messages", name.encode(), name, "Basic eDp5", 5.0)


async def test_http2_carries_both_ways(
    server: Server, transport: HttpxTransport
) -> None:
    answer = await transport.send(request())

    [head] = server.heads
    assert (answer.status, answer.body) == (202, BODY)
    assert answer.headers["x-odd"] == "yes"
    assert (head[":method"], head[":path"]) == ("POST", "/v1/messages")
    assert head["authorization"] == "Basic eDp5"
    assert server.bodies == [b"hi"]


async def test_many_requests_share_one_connection(
    server: Server, transport: HttpxTransport
) -> None:
    server.go = False
    sending = [asyncio.create_task(transport.send(request(str(n)))) for n in range(9)]
    await server.until(9)
    server.go = True
    server.answer()

    answers = await asyncio.gather(*sending)

    assert [answer.status for answer in answers] == [202] * 9
    assert server.connections == 1


async def test_a_connection_that_breaks_leaves_all_of_them_unknown(
    server: Server, transport: HttpxTransport
) -> None:
    server.go = False
    sending = [asyncio.create_task(transport.send(request(str(n)))) for n in range(3)]
    await server.until(3)
    for speaker in list(server.open):
        speaker.transport.abort()

    results = await asyncio.gather(*sending, return_exceptions=True)

    assert [type(result) for result in results] == [UnknownOutcomeError] * 3
    assert len(server.bodies) == 3


async def test_cancelling_one_request_leaves_the_others_alone(
    server: Server, transport: HttpxTransport
) -> None:
    server.go = False
    first, second = (
        asyncio.create_task(transport.send(request(name))) for name in ("a", "b")
    )
    await server.until(2)
    first.cancel()
    await asyncio.wait({first})
    server.waiting = server.waiting[1:]
    server.go = True
    server.answer()

    assert (await second).status == 202
    assert server.connections == 1


async def test_closing_waits_for_the_last_answer_then_hangs_up(
    server: Server, transport: HttpxTransport
) -> None:
    server.go = False
    sending = asyncio.create_task(transport.send(request()))
    await server.until(1)
    await transport.aclose()
    server.go = True
    server.answer()

    assert (await sending).status == 202
    await server.empty()
    with pytest.raises(ClosedError):
        await transport.send(request())


async def test_a_server_without_http2_is_spoken_to_in_http1(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with FaultyServer(ssl_context=context) as server:
        transport = HttpxTransport(server.url, http2=True, ssl_context=trusting)

        answers = [await transport.send(request()) for _ in range(3)]

        assert [answer.status for answer in answers] == [202] * 3
        assert server.connections == 1
        await transport.aclose()


def test_http2_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2", None)

    with pytest.raises(ConfigurationError, match="http2: needs the package h2"):
        HttpxTransport("http://api.example.com", http2=True)
