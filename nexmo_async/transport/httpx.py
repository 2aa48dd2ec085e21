"""The only room that knows httpx: one connection per lane.

httpcore's pool looks at all its connections for every request, which at 64 in flight
costs four times the request itself. So each lane is a pool of one, and choosing a lane
is taking the one that was used last.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    UnknownOutcomeError,
)
from nexmo_async.transport import route
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.route import CONNECT, HEADERS, KEEP_ALIVE, LANES, PREPARED

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping


#: A connection, and whether it has still to be made.
_Lane = tuple[httpx.AsyncHTTPTransport, bool]


class HttpxTransport:
    """Carries requests with httpx. Open inside a running loop, close when done.

    Args:
        base_url: Scheme, host and port of the API, without a path.
        client: An `AsyncClient` of yours, of httpx or httpx2, instead of connections
            of its own. You opened it, so you close it.
        lanes: Connections at most.
        ssl_context: Trust and client certificates; see `route.trust`.
        proxy: A proxy; None: the one that the environment names, "": none at all.
        unix_socket: The path of a socket that leads to the API.
        http2: Speak HTTP/2, many requests on one connection. Needs the package h2.
        clock: What time-outs are measured by.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        base_url: str,
        *,
        client: AsyncClient | None = None,
        lanes: int = LANES,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        unix_socket: str | None = None,
        http2: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._to = route.address(base_url)
        try:
            self._base = httpx.URL(base_url)
        except httpx.InvalidURL as why:
            raise ConfigurationError("base_url", f"is no address: {why}") from None
        self._clock = clock or SystemClock()
        self._client = client
        self._trust: ssl.SSLContext | bool = ssl_context or (
            self._to.is_secure and client is None and route.trust()
        )
        self._proxy = route.proxy_of(base_url) if proxy is None else proxy
        self._unix_socket = unix_socket
        self._http2 = http2
        self._room = asyncio.Semaphore(lanes)
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._shared: httpx.AsyncHTTPTransport | None = None
        self._urls: dict[str, httpx.URL] = {}
        self._is_closed = False

    def __repr__(self) -> str:
        """Show where it leads and how many lanes are idle."""
        return f"<HttpxTransport {self._to.host} idle={len(self._idle)}>"

    async def send(self, request: Request) -> Response:
        """Send once, on the lane that was used last or a new one.

        The time-out covers waiting for a lane as well.
        """
        body = _Body(request.body)
        try:
            async with self._clock.timeout(request.timeout):
                if self._client is not None:
                    return await self._by_client(self._client, request, body)
                async with self._lane(body) as (lane, is_new):
                    dressed = self._dress(request, body, is_new=is_new)
                    answer = await lane.handle_async_request(dressed)
                    content = await answer.aread()
        except ClosedError:
            raise
        except Exception as why:
            # Whatever a client of yours raises: what counts is how far it came.
            if self._client is None and not isinstance(why, _FAILURES):
                raise
            problem = route.said(why, request.timeout)
            if body.left:
                raise UnknownOutcomeError(request.client_ref, problem) from why
            # Headers alone send no message: nothing of it has left.
            raise NotSentError(self._to.host, problem) from why
        return Response(answer.status_code, dict(answer.headers), content)

    async def aclose(self) -> None:
        """Close the idle lanes; those in use are closed by whoever uses them."""
        self._is_closed = True
        async with AsyncExitStack() as lanes:
            if self._shared is not None:
                lanes.push_async_callback(self._shared.aclose)
            while self._idle:
                lanes.push_async_callback(self._idle.pop().aclose)

    async def _by_client(
        self, client: AsyncClient, request: Request, body: _Body
    ) -> Response:
        if self._is_closed or client.is_closed:
            raise ClosedError("the transport is closed")
        dressed = client.build_request(
            request.method,
            self._to.url + request.path,
            content=body,
            headers=self._headers(request),
            timeout=None,
            extensions={"trace": body.trace},
        )
        try:
            answer = await client.send(dressed, auth=None, follow_redirects=False)
        except BaseException:
            await body.aclose()
            raise
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, answer.content)

    @asynccontextmanager
    async def _lane(self, body: _Body) -> AsyncGenerator[_Lane]:
        async with self._room:
            if self._is_closed:
                raise ClosedError("the transport is closed")
            if self._http2:
                self._shared = self._shared or self._new_lane()
                yield self._shared, True
                return
            is_new = not self._idle
            lane = self._new_lane() if is_new else self._idle.pop()
            is_reusable = False
            try:
                yield lane, is_new
                is_reusable = not self._is_closed
            finally:
                # One that failed or was interrupted may hold half an answer.
                if is_reusable:
                    self._idle.append(lane)
                else:
                    await body.aclose()
                    await lane.aclose()

    def _dress(self, request: Request, body: _Body, *, is_new: bool) -> httpx.Request:
        url = self._urls.get(request.path)
        if url is None:
            url = self._base.join(request.path)
            if len(self._urls) < PREPARED:
                self._urls[request.path] = url
        extensions: dict[str, Any] = {
            "timeout": {"connect": min(CONNECT, request.timeout)}
        }
        if is_new:  # later on there is no handshake to watch
            extensions["trace"] = body.trace
        return httpx.Request(
            request.method,
            url,
            headers=self._headers(request),
            stream=body,
            extensions=extensions,
        )

    def _headers(self, request: Request) -> dict[str, str]:
        return {
            "Host": self._to.netloc,
            **HEADERS,
            "Authorization": request.authorization,
            "Content-Length": str(len(request.body)),
        }

    def _new_lane(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._trust,
            http2=self._http2,
            proxy=self._proxy or None,
            uds=self._unix_socket,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEP_ALIVE),
        )


class _Body(httpx.AsyncByteStream):
    """The bytes of a request; they know how far they came.

    Attributes:
        left: Whether the first of them was taken.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._stream: _Closable | None = None
        self.left = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.left = True
        yield self._content

    async def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Keep the connection that was made for these bytes, if it is a new one."""
        if event == "connection.connect_tcp.complete":
            self._stream = facts["return_value"]

    async def aclose(self) -> None:
        """Close that connection: who cancels a TLS handshake leaves it open."""
        if self._stream is not None:
            await self._stream.aclose()


class _Closable(Protocol):
    async def aclose(self) -> None: ...


_FAILURES: Final = (httpx.HTTPError, TimeoutError)


class _Answer(Protocol):
    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...


class AsyncClient(Protocol):
    """What is needed of a client of yours: httpx's and httpx2's have it."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    def build_request(self, method: str, url: str, **facts: Any) -> Any:  # noqa: ANN401  its own kind of request
        """Make a request of its own kind."""
        ...

    async def send(self, request: Any, **options: Any) -> _Answer:  # noqa: ANN401  the same
        """Send it and read the whole answer."""
        ...
