from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from nexmo_async.errors import ConfigurationError, NotSentError
from nexmo_async.testing import FaultyServer, ManualClock
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.base import Request
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

REQUEST = Request("POST", "/v1/messages", b"{}", "order-7", "Basic c2VjcmV0", 5.0)
needs_socks = pytest.mark.skipif(
    find_spec("socksio") is None, reason="SOCKS needs the package socksio"
)


class Proxy:
    """Leads to one server, whatever it is asked for; speaks CONNECT and SOCKS5."""

    def __init__(self, to: str) -> None:
        self._port = int(to.rpartition(":")[2])
        self.asked: list[bytes] = []
        self.open = 0
        self.port = 0
        self.is_mute = False
        self.changed = asyncio.Event()

    async def listen(self, context: ssl.SSLContext | None = None) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def empty(self) -> None:
        while self.open:
            self.changed.clear()
            await self.changed.wait()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open += 1
        try:
            first = await reader.readexactly(1)
            if first == b"\x05":
                await self._socks(reader, writer)
            else:
                self.asked.append(first + await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await self._relay(reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            self.open -= 1
            self.changed.set()
            writer.close()

    async def _socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readexactly((await reader.readexactly(1))[0])
        if self.is_mute:
            self.changed.set()
            await reader.read()
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        self.asked.append(await reader.readexactly(head[4]))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        tasks = [
            asyncio.create_task(_copy(reader, back)),
            asyncio.create_task(_copy(there, writer)),
        ]
        await asyncio.wait(tasks)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def server(serving: ssl.SSLContext) -> AsyncIterator[FaultyServer]:
    async with FaultyServer(ssl_context=serving) as server:
        yield server


@pytest.fixture
async def proxy(server: FaultyServer) -> AsyncIterator[Proxy]:
    proxy = Proxy(server.url)
    listening = await proxy.listen()
    yield proxy
    listening.close()


@pytest.mark.parametrize("kind", [HttpxTransport, AiohttpTransport])
async def test_a_proxy_is_a_tunnel_for_tls(
    kind: type[HttpxTransport | AiohttpTransport],
    server: FaultyServer,
    proxy: Proxy,
    trusting: ssl.SSLContext,
) -> None:
    transport = kind(
        "https://api.example.com",
        proxy=f"http://127.0.0.1:{proxy.port}",
        ssl_context=trusting,
    )

    answers = [await transport.send(REQUEST) for _ in range(3)]

    assert [answer.status for answer in answers] == [202, 202, 202]
    assert server.received[0].headers["host"] == "api.example.com"
    assert [asked.split()[1] for asked in proxy.asked] == [b"api.example.com:443"]
    await transport.aclose()
    await server.until(lambda: server.open == 0)


async def test_a_proxy_may_be_spoken_to_in_tls_itself(
    server: FaultyServer, serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    proxy = Proxy(server.url)
    listening = await proxy.listen(serving)
    transport = HttpxTransport(
        "https://api.example.com",
        proxy=f"https://127.0.0.1:{proxy.port}",
        ssl_context=trusting,
    )

    answers = [await transport.send(REQUEST) for _ in range(2)]

    assert [answer.status for answer in answers] == [202, 202]
    assert len(proxy.asked) == 1
    await transport.aclose()
    await server.until(lambda: server.open == 0)
    listening.close()


async def test_a_proxy_hears_its_own_password_and_the_api_does_not(
    server: FaultyServer, proxy: Proxy, trusting: ssl.SSLContext
) -> None:
    transport = HttpxTransport(
        "https://api.example.com",
        proxy=f"http://ann:secret@127.0.0.1:{proxy.port}",
        ssl_context=trusting,
    )

    await transport.send(REQUEST)

    assert b"Proxy-Authorization: Basic YW5uOnNlY3JldA==" in proxy.asked[0]
    assert "proxy-authorization" not in server.received[0].headers
    await transport.aclose()


@needs_socks
async def test_a_proxy_may_speak_socks(
    server: FaultyServer, proxy: Proxy, trusting: ssl.SSLContext
) -> None:
    transport = HttpxTransport(
        "https://api.example.com",
        proxy=f"socks5://127.0.0.1:{proxy.port}",
        ssl_context=trusting,
    )

    answers = [await transport.send(REQUEST) for _ in range(3)]

    assert [answer.status for answer in answers] == [202, 202, 202]
    assert proxy.asked == [b"api.example.com"]
    await transport.aclose()
    await server.until(lambda: server.open == 0)


@needs_socks
async def test_a_proxy_that_says_nothing_means_not_sent_and_leaks_nothing(
    server: FaultyServer, proxy: Proxy, trusting: ssl.SSLContext, clock: ManualClock
) -> None:
    proxy.is_mute = True
    transport = HttpxTransport(
        "https://api.example.com",
        proxy=f"socks5://127.0.0.1:{proxy.port}",
        ssl_context=trusting,
        clock=clock,
    )
    sending = asyncio.create_task(transport.send(REQUEST))
    await proxy.changed.wait()
    await clock.advance(5.0)

    with pytest.raises(NotSentError, match="5 s are over"):
        await sending
    assert server.received == []
    await proxy.empty()


@pytest.mark.parametrize("proxy_url", ["ftp://proxy", "proxy", "http://u:secret@[::1"])
def test_a_proxy_that_is_none_is_a_wrong_setting(proxy_url: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy: is no address") as caught:
        HttpxTransport("http://api.example.com", proxy=proxy_url)

    assert "secret" not in str(caught.value)


def test_a_proxy_that_speaks_socks_needs_a_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)

    with pytest.raises(ConfigurationError, match="proxy: needs the package socksio"):
        HttpxTransport("http://api.example.com", proxy="socks5://127.0.0.1:1080")
