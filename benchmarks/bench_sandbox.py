"""How much can the sandbox take, with its client beside it on the same machine?

python benchmarks/bench_sandbox.py [SECONDS]: the sandbox runs as a program of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LANES: Final = 64
KEPT: Final = 100_000
HEARD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
KEY, SECRET = "abcd1234", "0123456789abcdef"
TEXT: Final = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "Your code is 1234",
}


class Lane:
    """One connection that is kept, with as little as possible around it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, raw: bytes) -> tuple[bytes, bytes]:
        """Send these bytes; the status line and the body come back."""
        self.writer.write(raw)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
        return head[:12], await self.reader.readexactly(length)


class Listener(asyncio.Protocol):
    """Takes every webhook, and counts."""

    count = 0
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.raw = b""

    def data_received(self, data: bytes) -> None:
        """Some bytes; each whole request is answered."""
        self.raw += data
        while b"\r\n\r\n" in self.raw:
            head, _, rest = self.raw.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
            if len(rest) < length:
                return
            self.raw = rest[length:]
            Listener.count += 1
            self.transport.write(HEARD)


def request(path: str, body: object = None) -> bytes:
    """One request, as bytes."""
    raw = b"" if body is None else json.dumps(body).encode()
    login = b64encode(f"{KEY}:{SECRET}".encode()).decode()
    verb = "GET" if body is None else "POST"
    return (
        f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {login}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    ).encode() + raw


@asynccontextmanager
async def program(*more: str) -> AsyncIterator[tuple[int, float, int]]:
    """The sandbox, its port, and the seconds until it was ready."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", "sandbox", "--port", "0"),
        *("--api-key", KEY, "--api-secret", SECRET, *more),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    first = (await process.stdout.readline()).decode()
    took = time.perf_counter() - began
    try:
        yield int(first.rpartition(":")[2]), took, process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def flood(port: int, *, seconds: float, most: int = sys.maxsize) -> float:
    """Send as fast as it goes; messages accepted a second."""
    raw, sent = request("/v1/messages", TEXT), 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal sent
        lane = Lane(*await asyncio.open_connection("127.0.0.1", port))
        while time.perf_counter() < end and sent < most:
            sent += 1
            status, _ = await lane.ask(raw)
            assert status.endswith(b"202"), status
        lane.writer.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(one())
    return sent / (time.perf_counter() - began)


async def with_receipts(seconds: float) -> float:
    """Messages a second of which both receipts have been heard."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Listener, "127.0.0.1", 0)
    hook = server.sockets[0].getsockname()[1]
    Listener.count = 0
    async with program("--status-url", f"http://127.0.0.1:{hook}") as (port, _, _):
        began = time.perf_counter()
        rate = await flood(port, seconds=seconds)
        sent = rate * (time.perf_counter() - began)
        while Listener.count < 2 * round(sent) - 1:  # noqa: ASYNC110 - the network
            await asyncio.sleep(0.01)
        return sent / (time.perf_counter() - began)


async def starting() -> float:
    """Seconds until the sandbox is ready, the best of five starts."""
    took: list[float] = []
    for _ in range(5):
        async with program() as (_, ready, _):
            took.append(ready)
    return min(took)


async def with_file(seconds: float) -> dict[str, object]:
    """The same when everything is kept in a file, and how long a full one is read."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--db", f"{folder}/sandbox.db")
        async with program(*options) as (port, _, _):
            await flood(port, seconds=1)
            rate = await flood(port, seconds=seconds)
            await flood(port, seconds=600, most=KEPT)
        async with program(*options) as (_, ready, pid):
            return {
                "accepted/s, kept in a file": round(rate),
                "ready after s, 100,000 messages in the file": round(ready, 2),
                "MB then": round(resident(pid)),
            }


async def searching(port: int, query: str) -> float:
    """Milliseconds of the best of five searches."""
    lane = Lane(*await asyncio.open_connection("127.0.0.1", port))
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        await lane.ask(request(f"/_sandbox/messages?q={query}&limit=50"))
        best = min(best, time.perf_counter() - began)
    return best * 1000


def resident(pid: int) -> float:
    """Megabytes that a process has in memory; 0 where nothing tells."""
    with suppress(OSError), open(f"/proc/{pid}/statm") as told:  # noqa: PTH123 - one number
        pages = int(told.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def cpu(pid: int) -> float:
    """Seconds that a process has computed; 0 where nothing tells."""
    with suppress(OSError), open(f"/proc/{pid}/stat") as told:  # noqa: PTH123 - the same
        facts = told.read().rpartition(")")[2].split()
        return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


async def main(seconds: float) -> None:
    """Measure, and print it as JSON."""
    found: dict[str, object] = {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    found["ready after s"] = round(await starting(), 2)
    async with program() as (port, _, pid):
        await flood(port, seconds=1)
        before, began = cpu(pid), time.perf_counter()
        rate = await flood(port, seconds=seconds)
        sent = rate * (time.perf_counter() - began)
        found["accepted/s, no receipts"] = round(rate)
        found["CPU us each, no receipts"] = round((cpu(pid) - before) / sent * 1e6)
        await flood(port, seconds=600, most=KEPT)
        found["MB with 100,000 messages"] = round(resident(pid))
        for query in ("", "to:4477", "code%20status:delivered", "nothing%20at%20all"):
            found[f"search {query!r} ms"] = round(await searching(port, query), 1)
    found["messages/s, two signed receipts each"] = round(await with_receipts(seconds))
    found |= await with_file(seconds)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 5.0))
