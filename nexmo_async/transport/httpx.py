"""The only room that knows httpx: one connection per lane.

httpcore's pool looks at all its connections for every request, which at 64 in flight
costs four times the request itself. So each lane is a pool of one, and choosing a lane
is taking the one that was used last.
"""

from __future__ import annotations

import asyncio
import platform
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    UnknownOutcomeError,
)
from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping

#: Connections at most. More requests than that wait, first come first served.
LANES: Final = 100

#: Seconds to wait for a connection, TLS included.
CONNECT: Final = 10.0

#: Seconds that an idle connection is kept.
KEEP_ALIVE: Final = 60.0

USER_AGENT: Final = f"nexmo-async/{version('nexmo-async')} {platform.python_version()}"


class HttpxTransport:
    """Carries requests with httpx. Open inside a running loop, close when done.

    Args:
        base_url: Scheme, host and port of the API, without a path.
        lanes: Connections at most.
        ssl_context: Trust and client certificates, instead of certifi's authorities.
        clock: What time-outs are measured by.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        lanes: int = LANES,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        try:
            self._base = httpx.URL(base_url)
        except httpx.InvalidURL as why:
            raise ConfigurationError("base_url", f"is no address: {why}") from None
        self._host = f"{self._base.host}:{self._base.port or self._base.scheme}"
        self._trust: ssl.SSLContext | bool = ssl_context or (
            self._base.scheme == "https" and httpx.create_ssl_context()
        )
        self._clock = clock or SystemClock()
        self._room = asyncio.Semaphore(lanes)
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._urls: dict[str, httpx.URL] = {}
        self._is_closed = False

    def __repr__(self) -> str:
        """Show where it leads and how many lanes are idle."""
        return f"<HttpxTransport {self._host} idle={len(self._idle)}>"

    async def send(self, request: Request) -> Response:
        """Send once, on the lane that was used last or a new one.

        The time-out covers waiting for a lane as well.
        """
        body = _Body(request.body)
        try:
            async with self._clock.timeout(request.timeout), self._lane(body) as lane:
                answer = await lane.handle_async_request(self._dress(request, body))
                content = await answer.aread()
        except (httpx.HTTPError, TimeoutError) as why:
            said = _said(why, request.timeout)
            if body.left:
                raise UnknownOutcomeError(request.client_ref, said) from why
            # Headers alone send no message: nothing of it has left.
            raise NotSentError(self._host, said) from why
        return Response(answer.status_code, dict(answer.headers), content)

    async def aclose(self) -> None:
        """Close the idle lanes; those in use are closed by whoever uses them."""
        self._is_closed = True
        async with AsyncExitStack() as lanes:
            while self._idle:
                lanes.push_async_callback(self._idle.pop().aclose)

    @asynccontextmanager
    async def _lane(self, body: _Body) -> AsyncGenerator[httpx.AsyncHTTPTransport]:
        async with self._room:
            if self._is_closed:
                raise ClosedError("the transport is closed")
            lane = self._idle.pop() if self._idle else self._new_lane()
            is_reusable = False
            try:
                yield lane
                is_reusable = not self._is_closed
            finally:
                # One that failed or was interrupted may hold half an answer.
                if is_reusable:
                    self._idle.append(lane)
                else:
                    await body.aclose()
                    await lane.aclose()

    def _dress(self, request: Request, body: _Body) -> httpx.Request:
        url = self._urls.get(request.path)
        if url is None:
            url = self._urls[request.path] = self._base.join(request.path)
        headers = {
            "Host": self._base.netloc.decode("ascii"),
            "Accept": "application/json",
            "Authorization": request.authorization,
            "Content-Length": str(len(request.body)),
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
        }
        extensions = {
            "timeout": {"connect": min(CONNECT, request.timeout)},
            "trace": body.trace,
        }
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            stream=body,
            extensions=extensions,
        )

    def _new_lane(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._trust,
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


def _said(why: Exception, within: float) -> str:
    if isinstance(why, TimeoutError):
        return f"{within:g} s are over"
    return f"{type(why).__name__} {why}".strip()
