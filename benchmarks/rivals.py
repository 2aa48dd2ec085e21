"""Who else sends messages: loops as a good engineer writes them, and SDKs."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import aiohttp
import httptools
import httpx
import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from yarl import URL

from nexmo_async import Jwt, Limit, Nexmo, Sms
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.transport.route import trust

try:
    from orjson import dumps, loads
except ImportError:
    loads = json.loads

    def dumps(body: object) -> bytes:
        """As orjson does."""
        return json.dumps(body).encode()


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

APPLICATION: Final = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM: Final = KEY.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
).decode()
PATH: Final = "/v1/messages"
HEADERS: Final = {
    "Authorization": f"Bearer {'x' * 560}",
    "Content-Type": "application/json",
    "Accept": "application/json",
}


def payload(number: int) -> dict[str, str]:
    """A text message, as one writes it by hand."""
    return {
        "message_type": "text",
        "channel": "sms",
        "to": "447700900000",
        "from": "447700900001",
        "text": "Your parcel arrives at two.",
        "client_ref": f"order-{number:026}",
    }


class Loop:
    """So many tasks, each sending one message after the other until time is up."""

    send: Callable[[int], Awaitable[None]]

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send for so long. How many were sent."""
        ends, sent = time.perf_counter() + seconds, 0

        async def work() -> None:
            nonlocal sent
            while time.perf_counter() < ends:
                await self.send(sent)
                sent += 1

        async with asyncio.TaskGroup() as tasks:
            for _ in range(in_flight):
                tasks.create_task(work())
        return sent


class Ours(Loop):
    """This package with everything on: validation, token, limits, retries, decoding."""

    def __init__(self, kind: type[HttpxTransport | AiohttpTransport]) -> None:
        self._kind = kind

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """Open a client over this transport."""
        context = trust(authorities) if url.startswith("https") else None
        self._transport = self._kind(
            url, lanes=max(100, in_flight), ssl_context=context
        )
        self._client = Nexmo(
            Jwt(APPLICATION, KEY),
            base_url=url,
            transport=self._transport,
            limits=[Limit(1_000_000)],
        )
        await self._client.__aenter__()
        self._messages = self._client.messages

    async def send(self, _: int) -> None:
        """Send one."""
        await self._messages.send(
            Sms(
                to="447700900000",
                sender="447700900001",
                content="Your parcel arrives at two.",
            )
        )

    async def close(self) -> None:
        """Close both."""
        await self._client.aclose()
        await self._transport.aclose()


class Httpx(Loop):
    """A bare `AsyncClient`, of httpx or httpx2."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401  two libraries, one face
        self._module = module

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """One client, with as many connections as there are messages in flight."""
        most = max(100, in_flight)
        limits = self._module.Limits(
            max_connections=most, max_keepalive_connections=most
        )
        self._client = self._module.AsyncClient(
            base_url=url,
            headers=HEADERS,
            limits=limits,
            timeout=30.0,
            verify=trust(authorities),
        )

    async def send(self, number: int) -> None:
        """Send one."""
        answer = await self._client.post(PATH, content=dumps(payload(number)))
        answer.raise_for_status()
        assert loads(answer.content)["message_uuid"]

    async def close(self) -> None:
        """Close it."""
        await self._client.aclose()


class Aiohttp(Loop):
    """A bare session, tuned: no cookies, redirects or decompression, a ready URL."""

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """One session."""
        self._url = URL(url + PATH)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=max(100, in_flight), ssl=trust(authorities)
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEADERS,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=30.0),
        )

    async def send(self, number: int) -> None:
        """Send one."""
        async with self._session.post(
            self._url, data=dumps(payload(number)), allow_redirects=False
        ) as answer:
            answer.raise_for_status()
            assert loads(await answer.read())["message_uuid"]

    async def close(self) -> None:
        """Close it."""
        await self._session.close()


class _Asking(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, ask: Callable[[_Asking], None]) -> None:
        self.ask = ask
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        assert loads(self.body)["message_uuid"]
        self.body = b""
        self.parser = httptools.HttpResponseParser(self)
        self.ask(self)


class Bare:
    """The limit: an asyncio protocol and httptools. No time-out, no pool, no errors."""

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """One connection for each message in flight."""
        where, loop = urlsplit(url), asyncio.get_running_loop()
        context = trust(authorities) if where.scheme == "https" else None
        lines = [f"POST {PATH} HTTP/1.1", f"Host: {where.netloc}"]
        lines += [f"{name}: {value}" for name, value in HEADERS.items()]
        self._head = "\r\n".join([*lines, "Content-Length: "]).encode()
        self._sent, self._ends, self._asking = 0, 0.0, 0
        self._done = asyncio.Event()
        self._connections = [
            (
                await loop.create_connection(
                    lambda: _Asking(self._ask),
                    where.hostname,
                    where.port,
                    ssl=context,
                )
            )[1]
            for _ in range(in_flight)
        ]

    async def run(self, in_flight: int, seconds: float) -> int:
        """Ask on all connections until time is up."""
        self._sent, self._asking = 0, in_flight
        self._ends = time.perf_counter() + seconds
        self._done.clear()
        for connection in self._connections:
            self._write(connection)
        await self._done.wait()
        return self._sent

    async def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.transport.close()

    def _ask(self, connection: _Asking) -> None:
        self._sent += 1
        if time.perf_counter() < self._ends:
            self._write(connection)
            return
        self._asking -= 1
        if not self._asking:
            self._done.set()

    def _write(self, connection: _Asking) -> None:
        body = dumps(payload(self._sent))
        connection.transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)


class Vendor:
    """The vendor's own SDK, in as many threads. It speaks https only."""

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """One client for all threads, with a pool of connections as large."""
        # Both are read when the client is made; it has no argument for them.
        os.environ["REQUESTS_CA_BUNDLE"] = authorities
        import vonage  # noqa: PLC0415  takes a second
        from vonage_messages.models import Sms as Text  # noqa: PLC0415

        self._client = vonage.Vonage(
            vonage.Auth(application_id=APPLICATION, private_key=PEM),
            vonage.HttpClientOptions(
                api_host=urlsplit(url).netloc,
                pool_maxsize=max(10, in_flight),
            ),
        )
        self._text = Text
        self._threads = ThreadPoolExecutor(in_flight)

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send from all threads until time is up."""
        ends, sent, lock = time.perf_counter() + seconds, 0, threading.Lock()

        def work() -> None:
            nonlocal sent
            while time.perf_counter() < ends:
                fields = payload(sent) | {"from_": "447700900001"}
                del fields["from"], fields["channel"], fields["message_type"]
                self._client.messages.send(self._text(**fields))
                with lock:
                    sent += 1

        loop = asyncio.get_running_loop()
        works = (loop.run_in_executor(self._threads, work) for _ in range(in_flight))
        await asyncio.gather(*works)
        return sent

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown()


def all_rivals(*, is_secure: bool) -> dict[str, Any]:
    """Everybody who can speak that."""
    rivals: dict[str, Any] = {
        "nexmo_async": Ours(HttpxTransport),
        "nexmo_async fast": Ours(AiohttpTransport),
        "httpx": Httpx(httpx),
        "httpx2": Httpx(httpx2),
        "aiohttp": Aiohttp(),
        "bare protocol": Bare(),
    }
    return rivals | {"vonage": Vendor()} if is_secure else rivals
