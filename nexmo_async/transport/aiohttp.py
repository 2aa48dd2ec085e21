"""Carries requests with aiohttp, the extra `fast`.

On connections of its own it goes past aiohttp's session, which costs more than all the
rest: a connection of the connector, one write of bytes that were prepared, one answer
of aiohttp's parser. Through a proxy, or with a session of yours, the session sends.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp
import attrs
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import (
    ClosedError,
    NexmoError,
    NotSentError,
    UnknownOutcomeError,
)
from nexmo_async.transport import route
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.route import (
    HEADERS,
    KEEP_ALIVE,
    LANES,
    MAX_ANSWER,
    PREPARED,
    TOO_LARGE,
)
from nexmo_async.transport.stale import Watch

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.client_proto import ResponseHandler

#: Time-outs are ours; only making a connection has one of its own.
_TIMEOUT: Final = aiohttp.ClientTimeout(
    total=None, sock_read=None, sock_connect=route.CONNECT
)
_FAILURES: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
_INFORMATION: Final = range(100, 200)

#: Turns of the loop in which it reads what is there, and acts upon it.
_TURNS: Final = range(2)


class AiohttpTransport:
    """Carries requests with aiohttp. Open inside a running loop, close when done.

    Args:
        base_url: Scheme, host and port of the API, without a path.
        session: A session of yours instead of connections of its own. You opened it,
            so you close it.
        lanes: Connections at most.
        ssl_context: Trust and client certificates; see `route.trust`.
        proxy: A proxy; None: the one that the environment names, "": none at all.
        unix_socket: The path of a socket that leads to the API.
        clock: What time-outs are measured by.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        base_url: str,
        *,
        session: aiohttp.ClientSession | None = None,
        lanes: int = LANES,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        unix_socket: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._to = route.address(base_url)
        self._clock = clock or SystemClock()
        self._lanes = lanes
        self._unix_socket = unix_socket
        self._proxy = route.proxy_of(base_url) if proxy is None else proxy
        if ssl_context is None and self._to.is_secure and session is None:
            ssl_context = route.trust()
        self._trust = ssl_context
        self._given = session
        self._own: aiohttp.ClientSession | None = None
        self._way: _Way | None = None
        self._busy = 0
        self._is_closed = False

    def __repr__(self) -> str:
        """Show where it leads and how many requests are on their way."""
        return f"<AiohttpTransport {self._to.host} busy={self._busy}>"

    async def send(self, request: Request) -> Response:
        """Send once. The time-out covers waiting for a connection as well."""
        way = self._open()
        letter = _Letter(request)
        self._busy += 1
        try:
            async with self._clock.timeout(request.timeout):
                return await way.carry(letter)
        except _FAILURES as why:
            raise self._failure(letter, route.said(why, request.timeout)) from why
        finally:
            self._busy -= 1
            if self._is_closed:
                await self._close_if_idle()

    async def aclose(self) -> None:
        """Close the connections, after the last request that is on its way."""
        self._is_closed = True
        await self._close_if_idle()

    def _failure(self, letter: _Letter, problem: str) -> NexmoError:
        if letter.left:
            return UnknownOutcomeError(letter.request.client_ref, problem)
        if self._is_closed:
            return ClosedError("the transport is closed")
        return NotSentError(self._to.host, problem)

    async def _close_if_idle(self) -> None:
        if not self._busy and self._own is not None:
            own, self._own = self._own, None
            if self._way is not None:
                self._way.close()
            await own.close()

    def _open(self) -> _Way:
        if self._is_closed:
            raise ClosedError("the transport is closed")
        if self._way is not None:
            return self._way
        if self._given is not None:
            self._way = _Session(
                self._given, self._to.url, self._proxy or None, self._clock
            )
            return self._way
        connector = self._connector()
        self._own = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=_TIMEOUT,
        )
        if self._proxy and self._unix_socket is None:
            self._way = _Session(self._own, self._to.url, self._proxy, self._clock)
        else:
            self._way = _Direct(
                self._own, connector, self._to, self._lanes, self._clock
            )
        return self._way

    def _connector(self) -> aiohttp.BaseConnector:
        if self._unix_socket is not None:
            return aiohttp.UnixConnector(
                self._unix_socket, limit=self._lanes, keepalive_timeout=KEEP_ALIVE
            )
        return aiohttp.TCPConnector(
            limit=self._lanes,
            keepalive_timeout=KEEP_ALIVE,
            ssl=True if self._trust is None else self._trust,
        )


@attrs.define
class _Letter:
    """A request that knows how far it came.

    Attributes:
        left: Whether the first byte was handed to the network.
    """

    request: Request
    left: bool = False


class _Way(Protocol):
    async def carry(self, letter: _Letter) -> Response: ...

    def close(self) -> None: ...


class _Session:
    """Through a session, as anybody would."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        proxy: str | None,
        clock: Clock,
    ) -> None:
        self._session = session
        self._clock = clock
        self._url = url
        self._proxy = proxy

    async def carry(self, letter: _Letter) -> Response:
        request = letter.request
        if self._session.closed:
            raise ClosedError("the session is closed")
        for _ in _TURNS:  # so that the loop hears of connections that were closed
            await self._clock.sleep(0)
        async with self._session.request(
            request.method,
            URL(self._url + request.path),
            data=_Payload(letter),
            headers={**HEADERS, "Authorization": request.authorization},
            allow_redirects=False,
            raise_for_status=False,
            timeout=_TIMEOUT,
            proxy=self._proxy,
        ) as answer:
            body = await _whole(answer.content)
            return Response(answer.status, _lower(answer.headers), body)

    def close(self) -> None:
        """Whoever opened the session closes it."""


class _Payload(aiohttp.BytesPayload):
    """The bytes of a request; they say when the first of them was taken."""

    def __init__(self, letter: _Letter) -> None:
        super().__init__(letter.request.body, content_type="application/json")
        self._letter = letter

    async def write(self, writer: AbstractStreamWriter) -> None:
        self._letter.left = True
        await super().write(writer)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        self._letter.left = True
        await super().write_with_length(writer, content_length)


@attrs.define(eq=False)
class _Lane:
    """One connection, for one request at a time."""

    connection: aiohttp.connector.Connection
    protocol: ResponseHandler
    transport: asyncio.Transport
    watch: Watch
    idle_since: float = 0.0

    async def carry(self, head: bytes, letter: _Letter) -> Response:
        """Send one request and read its answer."""
        if self.protocol.transport is None:
            raise aiohttp.ClientConnectionError("the connection is gone")
        self.protocol.set_response_params(read_until_eof=True, auto_decompress=False)
        body = letter.request.body
        letter.left = True
        self.transport.write(head + b"%d\r\n\r\n" % len(body) + body)
        message, payload = await self.protocol.read()
        while message.code in _INFORMATION:
            message, payload = await self.protocol.read()
        # As a rule it came with its head.
        came = payload.read_nowait() if payload.is_eof() else await _whole(payload)
        return Response(message.code, _lower(message.headers), came)

    def may_go_on(self) -> bool:
        """Whether nothing came that nobody asked for, nor the end."""
        return not (self.protocol.should_close or self.watch.has_news())


class _Direct:
    """On connections of the connector, past the session; the one used last is next."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connector: aiohttp.BaseConnector,
        to: route.Address,
        lanes: int,
        clock: Clock,
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._room = asyncio.Semaphore(lanes)
        self._idle: list[_Lane] = []
        # Only leads to a connection, the same one for every request.
        self._wish = aiohttp.ClientRequest(
            "POST",
            URL(to.url),
            loop=asyncio.get_running_loop(),
            session=session,
        )
        lines = [
            f"Host: {to.netloc}",
            *(f"{name}: {HEADERS[name]}" for name in HEADERS),
        ]
        self._same = "\r\n".join(lines)
        self._heads: dict[tuple[str, str], bytes] = {}
        self._signed = ("", b"")

    async def carry(self, letter: _Letter) -> Response:
        head = self._head(letter.request)
        async with self._room:
            lane = self._next() or await self._new()
            try:
                answer = await lane.carry(head, letter)
            except BaseException:
                # It may hold half an answer.
                lane.connection.close()
                raise
            self._keep(lane)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().connection.close()

    def _next(self) -> _Lane | None:
        oldest = self._clock.monotonic() - KEEP_ALIVE
        while self._idle:
            lane = self._idle.pop()
            if lane.idle_since >= oldest and lane.may_go_on():
                return lane
            lane.connection.close()
        return None

    async def _new(self) -> _Lane:
        connection = await self._connector.connect(self._wish, [], _TIMEOUT)
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            connection.close()
            raise aiohttp.ClientConnectionError("the connection is gone")
        return _Lane(connection, protocol, transport, Watch(transport))

    def _keep(self, lane: _Lane) -> None:
        if lane.protocol.should_close:
            lane.connection.close()
            return
        lane.idle_since = self._clock.monotonic()
        self._idle.append(lane)

    def _head(self, request: Request) -> bytes:
        """All of it up to the length of the body."""
        head = self._heads.get((request.method, request.path))
        if head is None:
            target = URL(request.path).raw_path_qs  # no line break can hide in it
            text = f"{request.method} {target} HTTP/1.1\r\n{self._same}\r\n"
            head = text.encode("ascii")
            if len(self._heads) < PREPARED:
                self._heads[request.method, request.path] = head
        authorization, line = self._signed
        if authorization is not request.authorization:
            authorization = request.authorization
            if not authorization.isprintable():
                raise ValueError("the Authorization header has odd characters")
            line = f"Authorization: {authorization}\r\nContent-Length: ".encode("ascii")
            self._signed = authorization, line
        return head + line


async def _whole(payload: aiohttp.StreamReader) -> bytes:
    body = b""
    async for part in payload.iter_any():
        body += part
        if len(body) > MAX_ANSWER:
            raise aiohttp.ClientPayloadError(TOO_LARGE)
    return body


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
