"""Carries requests to an ASGI app in the same process: no socket, no port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ClosedError, UnknownOutcomeError
from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOST: Final = "127.0.0.1"

# ASGI's own dictionaries are untyped by design: asgi.readthedocs.io, "Events".
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Event, Receive, Send], Awaitable[None]]


class AsgiTransport:
    """Carries requests to an ASGI app in the same process, such as a sandbox's.

    Args:
        app: The app. Its lifespan is its owner's business.
        clock: What time-outs are measured by.
    """

    def __init__(self, app: App, *, clock: Clock | None = None) -> None:
        self._app = app
        self._clock = clock or SystemClock()
        self._is_closed = False

    async def send(self, request: Request) -> Response:
        """Call the app once."""
        if self._is_closed:
            raise ClosedError("the transport is closed")
        events: list[Event] = []
        is_answered = asyncio.Event()
        said: list[Event] = [{"type": "http.request", "body": request.body}]

        async def receive() -> Event:
            if said:
                return said.pop()
            # Apps that stream listen meanwhile for a caller who hangs up.
            await is_answered.wait()
            return {"type": "http.disconnect"}

        async def send(event: Event) -> None:
            events.append(event)
            if event["type"] == "http.response.body" and not event.get("more_body"):
                is_answered.set()

        try:
            async with self._clock.timeout(request.timeout):
                await self._app(_scope(request), receive, send)
        except TimeoutError as why:
            raise UnknownOutcomeError(request.client_ref, "the app is slow") from why
        if not events:
            raise UnknownOutcomeError(request.client_ref, "the app did not answer")
        body = b"".join(cast("bytes", event.get("body", b"")) for event in events)
        start = events[0]
        return Response(start["status"], _headers(start.get("headers", ())), body)

    async def aclose(self) -> None:
        """Send nothing from now on; nothing is held that could be given back."""
        self._is_closed = True


def _scope(request: Request) -> Event:
    path, _, query = request.path.partition("?")
    headers = [
        (b"host", _HOST.encode()),
        (b"accept", b"application/json"),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(request.body)).encode()),
    ]
    if request.authorization:
        headers.append((b"authorization", request.authorization.encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "client": (_HOST, 0),
        "server": (_HOST, 80),
        "headers": headers,
    }


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs
    }
