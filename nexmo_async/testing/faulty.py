"""An HTTP server on a real socket that fails as told and counts what really arrived."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, Final, Literal, Self, cast

import attrs

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import TracebackType

#: What may go wrong, for one request:
#: "reset"  the connection is reset before a byte of it is read
#: "lose"   the whole request is read, then the connection is reset
#: "drop"   the whole request is read, then the connection is closed
#: "half"   the whole request is read, half of an answer is given
#: "short"  it is answered with a smaller length than the body has
#: "long"   it is answered with a greater length, then the connection is closed
#: "noise"  the whole request is read, what comes back is no HTTP
#: "late"   the whole request is read, the answer waits for `release`
#: "close"  it is answered well, then the connection is closed though it may stay
Fault = Literal[
    "reset", "lose", "drop", "half", "short", "long", "noise", "late", "close"
]

_ACCEPTED: Final = b'{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}'
_RESET: Final = struct.pack("ii", 1, 0)  # linger for 0 seconds: close by RST


@attrs.frozen
class Answer:
    """What the server says to one request; by default, that it accepted a message."""

    status: int = 202
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    body: bytes = _ACCEPTED

    def encode(self, *, more: int = 0) -> bytes:
        """The answer as it travels.

        Args:
            more: Bytes that its length promises beyond what there is.
        """
        length = len(self.body) + more
        lines = [f"HTTP/1.1 {self.status} Said", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


_ACCEPTANCE: Final = Answer()


@attrs.frozen
class Received:
    """One request that arrived whole. Names of headers are in lower case.

    Attributes:
        met: What the plan had for it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    met: Answer | Fault = _ACCEPTANCE


class FaultyServer:
    """Answers requests as planned, and with an acceptance when the plan is over.

    Args:
        *plan: What happens to the first requests.
        ssl_context: Speak TLS with this certificate.
        unix_socket: Listen there instead of on a free port.

    Attributes:
        url: Where it listens, once entered.
        plan: What happens to the next requests, first to last.
        received: Every request that arrived whole, in order.
        connections: How many connections were made so far.
        open: How many of them are open now.
        most_open: How many were open at once at most.
    """

    def __init__(
        self,
        *plan: Answer | Fault,
        ssl_context: ssl.SSLContext | None = None,
        unix_socket: str | None = None,
    ) -> None:
        self.url: str = ""
        self._ssl = ssl_context
        self._unix_socket = unix_socket
        self.plan: deque[Answer | Fault] = deque(plan)
        self.received: list[Received] = []
        self.connections: int = 0
        self.open: int = 0
        self.most_open: int = 0
        self._changed = asyncio.Event()
        self._late: list[_Connection] = []
        self._all: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        """Listen on a free port of this machine."""
        loop = asyncio.get_running_loop()
        if self._unix_socket is not None:
            self._server = await loop.create_unix_server(
                lambda: _Connection(self), self._unix_socket, ssl=self._ssl
            )
            return self
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", 0, ssl=self._ssl
        )
        port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._ssl else 'http'}://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no longer and hang up on everybody."""
        self._server.close()
        for connection in list(self._all):
            connection.abort()
        await self.until(lambda: self.open == 0)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something has come about, such as `server.open == 0`."""
        while not is_so():
            await self._changed.wait()

    def release(self) -> None:
        """Give the answers that were held back."""
        for connection in self._late:
            connection.answer(Answer())
        self._late.clear()

    def opened(self, connection: _Connection) -> None:
        """Count a connection, and end it at once if that is the plan."""
        self._all.add(connection)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        if self.plan and self.plan[0] == "reset":
            self.plan.popleft()
            connection.abort()
        self._ring()

    def closed(self, connection: _Connection) -> None:
        """Count a connection that is gone."""
        self._all.discard(connection)
        self.open -= 1
        self._ring()

    def arrived(self, connection: _Connection, request: Received) -> None:
        """Count a request and do what is planned for it."""
        planned = self.plan.popleft() if self.plan else _ACCEPTANCE
        self.received.append(attrs.evolve(request, met=planned))
        if isinstance(planned, Answer):
            connection.answer(planned)
        elif planned == "late":
            self._late.append(connection)
        else:
            connection.fail(planned)
        self._ring()

    def _ring(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


#: What is still written for a fault, before the connection is closed.
_WRITTEN: Final[Mapping[str, bytes]] = {
    "half": Answer().encode()[:60],
    "short": Answer().encode(more=-9),
    "long": Answer().encode(more=9),
    "noise": b"SMTP ready when you are\r\n\r\n",
    "close": Answer().encode(),
}


class _Connection(asyncio.Protocol):
    def __init__(self, server: FaultyServer) -> None:
        self._server = server
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio names it
        self._server.closed(self)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        head, end, rest = self._bytes.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if len(rest) >= length:
            self._bytes = rest[length:]
            request = Received(method, path, headers, rest[:length])
            self._server.arrived(self, request)

    def answer(self, answer: Answer) -> None:
        self._transport.write(answer.encode())

    def fail(self, fault: Fault) -> None:
        if fault == "lose":
            self.abort()
            return
        self._transport.write(_WRITTEN.get(fault, b""))
        if fault != "short":
            self._transport.close()

    def abort(self) -> None:
        """Close by RST, as a crashed machine's neighbour would."""
        end: socket.socket = self._transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
