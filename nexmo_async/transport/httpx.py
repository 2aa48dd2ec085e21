"""The only room that knows httpx: one connection per lane, below its client.

The client dresses each request anew, and httpcore's pool looks at all its connections
for every one; at 64 in flight that costs many times the request itself. So each lane
is one connection of httpcore's, told what to send in the bytes that it writes, and
choosing a lane is taking the one that was used last.
"""

from __future__ import annotations

import asyncio
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import httpcore
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
from nexmo_async.transport.lanes import Body, Dress, Lanes, Shared
from nexmo_async.transport.route import HEADERS, KEEP_ALIVE, LANES

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from nexmo_async.transport.stream import Streams


class HttpxTransport:
    """Carries requests with httpx. Open inside a running loop, close when done.

    Args:
        base_url: Scheme, host and port of the API, without a path.
        client: An `AsyncClient` of yours, of httpx or httpx2, instead of connections
            of its own. You opened it, so you close it.
        lanes: Connections at most.
        ssl_context: Trust and client certificates; see `route.trust`.
        proxy: A proxy; None: the one that the environment names, "": none at all.
            One that speaks SOCKS needs the package socksio.
        unix_socket: The path of a socket that leads to the API.
        http2: Speak HTTP/2, many requests on one connection. Needs the package h2. When
            the server ends a connection, the outcome of what is on its way there is
            unknown.
        clock: What time-outs are measured by.

    Raises:
        ConfigurationError: The address is none, or the proxy; or a package is missing.
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
        self._clock = clock or SystemClock()
        self._room = asyncio.Semaphore(lanes)
        self._way: _Way
        if client is not None:
            self._way = _Given(client, self._to)
            return
        if http2:
            _need("http2", "h2", "httpx[http2]")
        if ssl_context is None and self._to.is_secure:
            ssl_context = route.trust()
        if proxy is None:
            proxy = route.proxy_of(base_url)
        open_pool = partial(
            _pool,
            proxy=_proxy(proxy, ssl_context) if proxy and not unix_socket else None,
            unix_socket=unix_socket,
            ssl_context=ssl_context,
            http2=http2,
            lanes=lanes,
        )
        dress = Dress(partial(_url, self._to.url), self._to.netloc)
        kind = Shared if http2 else Lanes
        self._way = kind(dress, open_pool, self._clock)

    def __repr__(self) -> str:
        """Show where it leads and how many lanes are idle."""
        return f"<HttpxTransport {self._to.host} idle={self._way.idle}>"

    async def send(self, request: Request) -> Response:
        """Send once, on the lane that was used last or a new one.

        The time-out covers waiting for a lane as well.
        """
        body = Body(request.body)
        try:
            async with self._clock.timeout(request.timeout), self._room:
                return await self._way.carry(request, body)
        except ClosedError:
            raise
        except self._way.failures as why:
            problem = route.said(why, request.timeout)
            if body.left:
                raise UnknownOutcomeError(request.client_ref, problem) from why
            # Headers alone send no message: nothing of it has left.
            raise NotSentError(self._to.host, problem) from why

    async def aclose(self) -> None:
        """Close the idle lanes; those in use are closed by whoever uses them."""
        await self._way.aclose()


def _url(base: str, path: str) -> httpcore.URL:
    try:
        url = httpx.URL(base + path)
    except httpx.InvalidURL as why:
        raise ConfigurationError("base_url", f"is no address: {why}") from None
    return _bytes(url)


def _bytes(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _proxy(url: str, ssl_context: ssl.SSLContext | None) -> httpx.Proxy:
    if url.startswith("https:"):
        return httpx.Proxy(url, ssl_context=ssl_context or route.trust())
    if url.startswith("socks"):
        _need("proxy", "socksio", "httpx[socks]")
    try:
        return httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):  # and what it says may hold a password
        advice = "Write it as http://host:port, https:// or socks5://"
        raise ConfigurationError("proxy", "is no address of one", advice) from None


def _need(setting: str, package: str, extra: str) -> None:
    if find_spec(package) is None:
        advice = f'Install it: pip install "{extra}"'
        raise ConfigurationError(setting, f"needs the package {package}", advice)


def _pool(  # noqa: PLR0913  what a connection is made of
    streams: Streams,
    *,
    proxy: httpx.Proxy | None,
    unix_socket: str | None,
    ssl_context: ssl.SSLContext | None,
    http2: bool,
    lanes: int,
) -> httpcore.AsyncConnectionPool:
    """The kind of pool that makes such connections, as httpx would choose it."""
    options: dict[str, Any] = {
        "ssl_context": ssl_context,
        "http2": http2,
        "max_connections": lanes,
        "keepalive_expiry": KEEP_ALIVE,
        "network_backend": streams,
    }
    if proxy is None:
        return httpcore.AsyncConnectionPool(**options, uds=unix_socket)
    options |= {"proxy_url": _bytes(proxy.url), "proxy_auth": proxy.raw_auth}
    if proxy.url.scheme.startswith("socks"):
        return httpcore.AsyncSOCKSProxy(**options)
    return httpcore.AsyncHTTPProxy(
        **options,
        proxy_headers=proxy.headers.raw,
        proxy_ssl_context=proxy.ssl_context,
    )


class _Way(Protocol):
    @property
    def idle(self) -> int: ...

    @property
    def failures(self) -> tuple[type[Exception], ...]: ...

    async def carry(self, request: Request, body: Body) -> Response: ...

    async def aclose(self) -> None: ...


class _Given:
    """On a client of yours, as anybody would."""

    idle = 0

    #: Whatever it raises: what counts is how far the bytes came.
    failures = (Exception,)

    def __init__(self, client: AsyncClient, to: route.Address) -> None:
        self._client = client
        self._to = to
        self._is_closed = False

    async def carry(self, request: Request, body: Body) -> Response:
        if self._is_closed or self._client.is_closed:
            raise ClosedError("the transport is closed")
        watch = _Watch()
        dressed = self._client.build_request(
            request.method,
            self._to.url + request.path,
            content=body,
            headers={
                "Host": self._to.netloc,
                **HEADERS,
                "Authorization": request.authorization,
                "Content-Length": str(len(request.body)),
            },
            timeout=None,
            extensions={"trace": watch.trace},
        )
        try:
            answer = await self._client.send(dressed, auth=None, follow_redirects=False)
        except BaseException:
            await watch.aclose()
            raise
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, answer.content)

    async def aclose(self) -> None:
        self._is_closed = True


class _Closable(Protocol):
    async def aclose(self) -> None: ...


class _Watch:
    """Keeps the connection that a client made for a request, if it is a new one."""

    def __init__(self) -> None:
        self._stream: _Closable | None = None

    async def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._stream = facts["return_value"]

    async def aclose(self) -> None:
        """Close it: who cancels a TLS handshake leaves it open."""
        if self._stream is not None:
            await self._stream.aclose()


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
