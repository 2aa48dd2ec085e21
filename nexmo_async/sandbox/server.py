"""Any ASGI application behind a real port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from nexmo_async.sandbox.crew import crew

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from starlette.types import ASGIApp

#: Seconds that requests in flight get to end when the server stops.
GRACE: Final = 1

#: Seconds that an idle connection is kept: longer than a client keeps it, so that it
#: is never the server that hangs up in the middle of a request.
KEPT: Final = 75

#: How many connections may knock before they are answered.
BACKLOG: Final = 2048


@asynccontextmanager
async def serve(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    certificate: Path | None = None,
) -> AsyncGenerator[str, None]:
    """Serve an ASGI application for as long as the block lasts.

    Signals are left alone, and only errors are logged. Port 0 means any free port.
    With a certificate, a file of the key and the chain in PEM, it is served by https.

    Raises:
        OSError: The port is taken, or is not this machine's.
    """
    with _listen(host, port) as listener:
        server = _Server(app, certificate)
        if certificate is not None:
            # Keys are read from the disk, for which the loop does not wait.
            await asyncio.to_thread(server.config.load)
        async with crew() as hands:
            running = hands.start(server.serve([listener]))
            try:
                await server.ready(running)
                yield _url(host, listener, secure=certificate is not None)
            finally:
                server.leave.set()
                await asyncio.wait({running})


class _Line(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # httptools or h11
    """A connection that the application can cut, through its request's state."""

    app_state: dict[str, object]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self.app_state = {
            **self.app_state,
            "hang_up": cast("asyncio.Transport", transport).abort,
        }
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """A server that is told when to stop instead of asking ten times a second."""

    def __init__(self, app: ASGIApp, certificate: Path | None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="error",
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,
                http=_Line,
                ws="none",
                ssl_certfile=certificate,
                timeout_keep_alive=KEPT,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.leave = asyncio.Event()
        self._up = asyncio.Event()

    async def ready(self, running: asyncio.Task[None]) -> None:
        """Wait until connections are taken, or the start has failed."""
        running.add_done_callback(lambda _: self._up.set())
        await self._up.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise RuntimeError("the application refused to start") from None
        self._up.set()

    async def main_loop(self) -> None:
        """Serve until told to leave."""
        await self.leave.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to whoever runs the loop."""
        yield


@contextlib.contextmanager
def _listen(host: str, port: int) -> Generator[socket.socket, None, None]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named in full: only then asyncio lets each part of an answer leave at once, else
    # the second waits 40 ms until the caller has acknowledged the first.
    kind, protocol = socket.SOCK_STREAM, socket.IPPROTO_TCP
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            raise OSError(
                error.errno, f"cannot listen on {host} port {port}: {error.strerror}"
            ) from error
        listener.setblocking(False)  # noqa: FBT003 - its name says what is false
        yield listener


def _url(host: str, listener: socket.socket, *, secure: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    port: int = listener.getsockname()[1]
    return f"{'https' if secure else 'http'}://{name}:{port}"
