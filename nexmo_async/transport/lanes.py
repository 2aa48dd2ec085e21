"""Lanes: connections of httpcore's that are told what to send in ready bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import httpcore

from nexmo_async.errors import ClosedError
from nexmo_async.transport.base import Request, Response
from nexmo_async.transport.route import (
    CONNECT,
    HEADERS,
    MAX_ANSWER,
    PREPARED,
    TOO_LARGE,
)
from nexmo_async.transport.stream import Streams

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping

    from nexmo_async.clock import Clock

    #: Knows how connections are made, once it knows by what.
    OpenPool = Callable[[Streams], httpcore.AsyncConnectionPool]

#: What httpcore raises; and an address or a header that cannot be spelled.
FAILURES: Final[tuple[type[Exception], ...]] = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


class Body:
    """The bytes of a request; they know how far they came.

    Attributes:
        left: Whether the first of them was taken.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.left: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Hand them over, all at once."""
        self.left = True
        yield self._content


class Dress:
    """Puts requests in the words of httpcore.

    Args:
        url: The URL of a path. Asked once for each path.
        netloc: What the `Host` header says.
    """

    def __init__(self, url: Callable[[str], httpcore.URL], netloc: str) -> None:
        self.url = url
        self._urls: dict[str, httpcore.URL] = {}
        same = {"Host": netloc, **HEADERS}
        self._same = [
            (name.encode("ascii"), value.encode("ascii"))
            for name, value in same.items()
        ]

    def __call__(self, request: Request, body: Body) -> httpcore.Request:
        """What is sent for this request."""
        url = self._urls.get(request.path)
        if url is None:
            url = self.url(request.path)
            if len(self._urls) < PREPARED:
                self._urls[request.path] = url
        return httpcore.Request(
            request.method,
            url,
            headers=[
                *self._same,
                (b"Authorization", request.authorization.encode("ascii")),
                (b"Content-Length", b"%d" % len(request.body)),
            ],
            content=body,
            extensions={"timeout": {"connect": min(CONNECT, request.timeout)}},
        )


@attrs.frozen(eq=False)
class _Lane:
    connection: httpcore.AsyncConnectionInterface
    streams: Streams

    def may_go_on(self) -> bool:
        return self.connection.is_idle() and not self.connection.has_expired()


class Lanes:
    """One request at a time on each connection; the one used last is used next."""

    failures = FAILURES

    def __init__(self, dress: Dress, open_pool: OpenPool, clock: Clock) -> None:
        self._dress = dress
        self._open_pool = open_pool
        self._origin = dress.url("/").origin
        self._clock = clock
        self._idle: list[_Lane] = []
        self._is_closed = False

    @property
    def idle(self) -> int:
        """How many connections wait for a request."""
        return len(self._idle)

    async def carry(self, request: Request, body: Body) -> Response:
        """Send on a connection that is idle, or a new one."""
        lane = self._next()
        is_reusable = False
        try:
            answer = await _exchange(lane.connection, self._dress(request, body))
            is_reusable = not self._is_closed and lane.connection.is_idle()
        finally:
            # One that failed or was interrupted may hold half an answer.
            if is_reusable:
                self._idle.append(lane)
            else:
                lane.streams.abort()
        return answer

    async def aclose(self) -> None:
        """Close the idle ones; those in use are closed by whoever uses them."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().streams.abort()

    def _next(self) -> _Lane:
        if self._is_closed:
            raise ClosedError("the transport is closed")
        while self._idle:
            lane = self._idle.pop()
            if lane.may_go_on():
                return lane
            lane.streams.abort()
        streams = Streams(self._clock)
        return _Lane(self._open_pool(streams).create_connection(self._origin), streams)


class Shared:
    """Many requests at a time on one connection, as HTTP/2 has it."""

    idle = 0
    failures = FAILURES

    def __init__(self, dress: Dress, open_pool: OpenPool, clock: Clock) -> None:
        self._dress = dress
        self._streams = Streams(clock)
        self._pool = open_pool(self._streams)
        self._busy = 0
        self._is_closed = False

    async def carry(self, request: Request, body: Body) -> Response:
        """Send beside the others."""
        if self._is_closed:
            raise ClosedError("the transport is closed")
        self._busy += 1
        try:
            return await _exchange(self._pool, self._dress(request, body))
        finally:
            self._busy -= 1
            self._close_if_idle()

    async def aclose(self) -> None:
        """Close it, after the last request that is on its way."""
        self._is_closed = True
        self._close_if_idle()

    def _close_if_idle(self) -> None:
        if self._is_closed and not self._busy:
            self._streams.abort()


def is_all(answer: httpcore.Response) -> bool:
    """Whether nothing came behind an answer that was read and is not closed yet.

    HTTP/2 says what belongs to what. In HTTP/1.1 httpcore takes what came for the
    answer to the next request, and has no public word for that. Where it cannot be
    seen, it counts as something.
    """
    if _facts(answer)["http_version"] == b"HTTP/2":
        return True
    stream = getattr(answer.stream, "_stream", answer.stream)  # a pool has its own
    parser = getattr(getattr(stream, "_connection", None), "_h11_state", None)
    return parser is not None and not parser.trailing_data[0]


def _facts(answer: httpcore.Response) -> Mapping[str, Any]:
    return answer.extensions  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  half typed


async def _exchange(
    sender: httpcore.AsyncConnectionPool | httpcore.AsyncConnectionInterface,
    request: httpcore.Request,
) -> Response:
    answer = await sender.handle_async_request(request)
    try:
        body = await _whole(answer)
        if not is_all(answer):
            _facts(answer)["network_stream"].abort()
    finally:
        await answer.aclose()
    headers = {
        name.decode("ascii").lower(): value.decode("latin-1")
        for name, value in answer.headers
    }
    return Response(answer.status, headers, body)


async def _whole(answer: httpcore.Response) -> bytes:
    body = b""
    async for part in cast("AsyncIterable[bytes]", answer.stream):
        body += part
        if len(body) > MAX_ANSWER:
            raise httpcore.RemoteProtocolError(TOO_LARGE)
    return body
