"""The only room that knows httpx: one connection per lane.

httpcore's pool looks at all its connections for every request, which at 64 in flight
costs four times the request itself. So each lane is a pool of one, and choosing a lane
is taking the one that was used last.
"""

from __future__ import annotations

import asyncio
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import httpx

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import NotSentError, UnknownOutcomeError
from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    import ssl

#: Connections at most. More requests than that wait, first come first served.
LANES: Final = 100

#: Seconds to wait for a connection, TLS included.
CONNECT: Final = 10.0

#: Seconds that an idle connection is kept.
KEEP_ALIVE: Final = 60.0

#: Which of httpx's failures mean that not one byte of the request left.
NOTHING_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

USER_AGENT: Final = f"nexmo-async/{version('nexmo-async')} {platform.python_version()}"


class HttpxTransport:
    """Carries requests with httpx. Open inside a running loop, close when done.

    Args:
        base_url: Scheme, host and port of the API, without a path.
        lanes: Connections at most.
        ssl_context: Trust and client certificates, instead of certifi's authorities.
        clock: What time-outs are measured by.
    """

    def __init__(
        self,
        base_url: str,
        *,
        lanes: int = LANES,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._base = httpx.URL(base_url)
        self._host = f"{self._base.host}:{self._base.port or self._base.scheme}"
        self._trust: ssl.SSLContext | bool = ssl_context or (
            self._base.scheme == "https" and httpx.create_ssl_context()
        )
        self._clock = clock or SystemClock()
        self._room = asyncio.Semaphore(lanes)
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._urls: dict[str, httpx.URL] = {}

    def __repr__(self) -> str:
        """Show where it leads and how many lanes are idle."""
        return f"<HttpxTransport {self._host} idle={len(self._idle)}>"

    async def send(self, request: Request) -> Response:
        """Send once, on the lane that was used last or a new one."""
        async with self._room:
            lane = self._idle.pop() if self._idle else self._new_lane()
            try:
                response = await self._on(lane, request)
            except BaseException:
                # A lane that failed or was interrupted may hold half an answer.
                await lane.aclose()
                raise
            self._idle.append(lane)
            return response

    async def aclose(self) -> None:
        """Close the idle lanes; those in use are closed by whoever uses them."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _on(self, lane: httpx.AsyncHTTPTransport, request: Request) -> Response:
        try:
            async with self._clock.timeout(request.timeout):
                answer = await lane.handle_async_request(self._dress(request))
                body = await answer.aread()
        except NOTHING_LEFT as why:
            raise NotSentError(self._host, _said(why)) from why
        except (httpx.HTTPError, TimeoutError) as why:
            raise UnknownOutcomeError(request.client_ref, _said(why)) from why
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body)

    def _dress(self, request: Request) -> httpx.Request:
        url = self._urls.get(request.path)
        if url is None:
            url = self._urls[request.path] = self._base.join(request.path)
        headers = {
            "Accept": "application/json",
            "Authorization": request.authorization,
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
        }
        limits = {"connect": min(CONNECT, request.timeout)}
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            content=request.body,
            extensions={"timeout": limits},
        )

    def _new_lane(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._trust,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEP_ALIVE),
        )


def _said(why: Exception) -> str:
    return f"{type(why).__name__} {why}".strip()
