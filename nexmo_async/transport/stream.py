"""asyncio's own connections for httpcore, without a layer in between.

Those that httpcore brings along go through anyio, which turns the loop after each
step and writes head and body apart: a quarter of all that a request costs. These write
both at once, and do no more than they must.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import httpcore

from nexmo_async.transport.race import first
from nexmo_async.transport.stale import Watch

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Iterable

    from nexmo_async.clock import Clock

#: Bytes that may lie unread: a reader takes them as they come, so that there are more
#: only where nobody asked for any.
MOST: Final = 4_194_304


class Streams(httpcore.AsyncNetworkBackend):
    """Makes connections, and knows those that are open.

    Args:
        clock: What the time to connect is measured by. Reading and writing take as
            long as they take: who asked sets a limit to the whole request.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: set[Stream] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  as httpcore names it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  nobody sets one
    ) -> Stream:
        """Connect to a host."""
        loop = asyncio.get_running_loop()
        local = None if local_address is None else (local_address, 0)

        async def reach(where: tuple[Any, ...]) -> Stream:
            address, at = where[:2]
            _, stream = await loop.create_connection(
                self._new, address, at, local_addr=local
            )
            return stream

        with _connecting(timeout):
            async with self._clock.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                ways = [partial(reach, where) for *_, where in found]
                return await first(ways, Stream.abort, self._clock)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  the same
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  the same
    ) -> Stream:
        """Connect to a socket of this machine."""
        loop = asyncio.get_running_loop()
        with _connecting(timeout):
            async with self._clock.timeout(timeout):
                _, stream = await loop.create_unix_connection(self._new, path)
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await self._clock.sleep(seconds)

    def abort(self) -> None:
        """Close whatever is open, at once."""
        for stream in tuple(self._open):
            stream.abort()

    def _new(self) -> Stream:
        return Stream(self._clock, self._open)


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection."""

    _transport: asyncio.Transport

    def __init__(self, clock: Clock, among: set[Stream]) -> None:
        self._clock = clock
        self._among = among
        self._came = self._going = b""
        self._is_lost = False
        self._why: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._watch: Watch | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what it writes to."""
        self._transport = cast("asyncio.Transport", transport)
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        """Keep it for the reader; hang up on who floods one that reads nothing."""
        self._came += data
        if len(self._came) > MOST:
            self.abort()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the reader have what came, then say why no more will."""
        self._is_lost, self._why = True, exc
        self._among.discard(self)
        self._wake()

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  see Streams
    ) -> bytes:
        """What came; nothing once the other side has closed it."""
        self._flush()
        if not (self._came or self._is_lost):
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        came, self._came = self._came[:max_bytes], self._came[max_bytes:]
        if not came and self._why is not None:
            raise httpcore.ReadError(str(self._why)) from self._why
        return came

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  see Streams
    ) -> None:
        """Send it with all that is written before the next read."""
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        if not self._going:
            asyncio.get_running_loop().call_soon(self._flush)
        self._going += buffer

    async def aclose(self) -> None:
        """Close it, and lose what was not sent yet."""
        self.abort()

    def abort(self) -> None:
        """Close it, and lose what was not sent yet."""
        self._going = b""
        # Nobody else says so if a handshake is under way.
        self._among.discard(self)
        self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  as httpcore names it
    ) -> Stream:
        """Encrypt from here on. Closes the connection if that fails."""
        loop = asyncio.get_running_loop()
        try:
            with _connecting(timeout):
                async with self._clock.timeout(timeout):
                    self._refuse_plain_text()
                    encrypted = await loop.start_tls(
                        self._transport,
                        self,
                        ssl_context,
                        server_hostname=server_hostname,
                    )
        except BaseException:
            self.abort()
            raise
        if encrypted is None:
            raise httpcore.ConnectError("the connection was closed")
        self._transport = encrypted
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  as httpcore has it
        """What httpcore asks for: whether it is encrypted, whether something came."""
        if info == "is_readable":
            return self._is_lost or bool(self._came) or self._has_news()
        return self._transport.get_extra_info(info)

    def _refuse_plain_text(self) -> None:
        """What came before the handshake would be read as if it were encrypted."""
        if self._came:
            raise ConnectionError("the other side spoke before TLS began")

    def _has_news(self) -> bool:
        if self._watch is None:
            self._watch = Watch(self._transport)
        return self._watch.has_news()

    def _flush(self) -> None:
        if self._going:
            going, self._going = self._going, b""
            self._transport.write(going)

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


@contextmanager
def _connecting(within: float | None) -> Generator[None]:
    """Say in the words of httpcore why there is no connection."""
    try:
        yield
    except TimeoutError as why:
        problem = str(why) or f"no connection within {within:g} s"
        raise httpcore.ConnectTimeout(problem) from why
    except OSError as why:  # an error of TLS is one, too
        raise httpcore.ConnectError(str(why)) from why
