"""What does a webhook cost, and how long until whoever waits for it goes on?

The server, the caller and the recorder are processes of their own. Rounds of the two
servers take turns, so that whatever else the machine does hits both, and a ratio is
that of two neighbours. Beside the requests a second stands what one request costs the
server in CPU, which depends less on who else is there.

The bound of 0.6 counts for uvicorn as `pip install uvicorn` brings it: h11 and asyncio.
With its `standard` extras the server itself needs some 20 us for a request. To verify,
read and record one costs as much again, so no endpoint that does so keeps 0.6 of that:
it is shown without a bound.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import math
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
import tracemalloc
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nexmo_async.receipts import MemoryReceipts
from nexmo_async.receipts.redis import RedisReceipts
from nexmo_async.testing.redis import RedisServer, find_redis
from nexmo_async.webhooks import WebhookApp, parse, sign, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nexmo_async.models.receipt import Receipt
    from nexmo_async.receipts import ReceiptStore

SECRETS = {"abcd1234": "a signature secret of more than 32 bytes"}
RESULTS = Path(__file__).parent / "results/webhooks.json"

ROUNDS = 7
PAIRS = 15
REQUESTS = 2000
CONNECTIONS = 16
RATE = 1000
RECEIPTS = 5000
WAITING = 100_000

#: What must hold: (more is better, the bound).
MUST = {
    "verify_parse_us": (False, 60.0),
    "ratio_plain": (True, 0.6),
    "resume_memory_p99_ms": (False, 2.0),
    "resume_redis_p99_ms": (False, 10.0),
    "waiting_bytes": (False, 1536.0),
}

#: uvicorn as `pip install uvicorn` brings it, and with its `standard` extras.
SERVERS = {
    "plain": ["--http", "h11", "--loop", "asyncio"],
    "quick": ["--http", "httptools", "--loop", "uvloop"],
}

Scope = Any


def event(number: int, stamp: str = "") -> bytes:
    """A status of 600 bytes."""
    said = {
        "message_uuid": f"{number:08x}-bbbb-cccc-dddd-{uuid.uuid4().hex[:12]}",
        "to": "447700900000",
        "from": "447700900001",
        "timestamp": "2026-01-01T12:00:00Z",
        "status": "delivered",
        "channel": "sms",
        "client_ref": stamp or f"order-{number}",
        "usage": {"currency": "EUR", "price": "0.0333"},
        "destination": {"network_code": "23415"},
        "sms": {"count_total": "1"},
    }
    body = json.dumps(said)
    return json.dumps({**said, "filling": "x" * (600 - len(body) - 15)}).encode()


def signed(body: bytes) -> str:
    """The header that goes with it."""
    [(key, secret)] = SECRETS.items()
    return sign(body, api_key=key, secret=secret, now=time.time())


async def reads_only(_: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own
    """The least that any endpoint must do."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


takes_webhooks = WebhookApp(MemoryReceipts(), SECRETS)


def verify_parse() -> list[float]:
    """Microseconds of one event, by round."""
    body = event(1)
    header, now = signed(body), time.time()
    costs = []
    for _ in range(ROUNDS * 3):
        before = time.perf_counter()
        for _ in range(2000):
            verify(body, header, SECRETS, now=now)
            parse(body)
        costs.append((time.perf_counter() - before) / 2000 * 1e6)
    return costs


@contextlib.contextmanager
def served(app: str, how: list[str]) -> Iterator[tuple[int, int]]:
    """An app of this file behind uvicorn: its port, and the process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "uvicorn", f"bench_webhooks:{app}", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "error", "--lifespan", "off", *how]
    with subprocess.Popen(  # noqa: S603  this very file
        [sys.executable, *command], cwd=Path(__file__).parent
    ) as server:
        try:
            while True:
                with contextlib.suppress(OSError), socket.socket() as knocking:
                    knocking.connect(("127.0.0.1", port))
                    break
                time.sleep(0.05)
            yield port, server.pid
        finally:
            server.terminate()


async def load(port: int) -> float:
    """Requests a second, over some connections at once."""
    requests = []
    for number in range(REQUESTS):
        body = event(number)
        head = (
            f"POST /webhooks HTTP/1.1\r\nhost: a\r\nauthorization: {signed(body)}\r\n"
        )
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        requests.append(head.encode() + body)

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while requests:
            writer.write(requests.pop())
            said = await reader.readuntil(b"\r\n\r\n")
            assert said.startswith(b"HTTP/1.1 200"), said
        writer.close()

    before = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(caller())
    return REQUESTS / (time.perf_counter() - before)


def spent(process: int) -> float:
    """Microseconds of CPU that a process had so far; NaN where nobody tells."""
    told = Path(f"/proc/{process}/schedstat")
    return int(told.read_text().split()[0]) / 1000 if told.exists() else math.nan


def one_round(port: int, process: int) -> tuple[float, float]:
    """Requests a second, and the server's CPU for one of them."""
    before = spent(process)
    rate = asyncio.run(load(port))
    return rate, (spent(process) - before) / REQUESTS


def throughput(name: str, how: list[str]) -> dict[str, dict[str, float]]:
    """Both servers side by side."""
    with served("reads_only", how) as plain, served("takes_webhooks", how) as ours:
        pairs = [(one_round(*plain), one_round(*ours)) for _ in range(PAIRS + 1)][1:]
    return {
        f"ratio_{name}": summary([our[0] / their[0] for their, our in pairs]),
        f"reads_only_{name}_rps": summary([their[0] for their, _ in pairs]),
        f"webhooks_{name}_rps": summary([our[0] for _, our in pairs]),
        f"ratio_{name}_cpu": summary([their[1] / our[1] for their, our in pairs]),
        f"reads_only_{name}_us": summary([their[1] for their, _ in pairs]),
        f"webhooks_{name}_us": summary([our[1] for _, our in pairs]),
    }


async def paced(store: ReceiptStore) -> None:
    """Record at a steady rate; the reference tells when."""
    start = time.monotonic()
    for number in range(RECEIPTS):
        await asyncio.sleep(max(0.0, start + number / RATE - time.monotonic()))
        body = {"message_uuid": f"m-{number}", "status": "delivered", "to": "1"}
        body |= {"from": "2", "channel": "sms", "client_ref": str(time.monotonic())}
        await store.record(parse(json.dumps(body).encode()))


async def resumed(store: ReceiptStore, number: int) -> float:
    """Milliseconds from the record of a receipt until its waiter goes on."""
    receipt: Receipt = await store.wait_for(f"m-{number}", "delivered", 600)
    return (time.monotonic() - float(receipt.client_ref or 0)) * 1000


async def resume_in_memory() -> list[float]:
    """Milliseconds of each receipt, in one process."""
    store = MemoryReceipts()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(resumed(store, n)) for n in range(RECEIPTS)]
        await asyncio.sleep(0)
        await paced(store)
    return [task.result() for task in waiting]


async def resume_through_redis() -> list[float]:
    """Milliseconds of each receipt, recorded in another process."""
    program = find_redis()
    if program is None:
        return []
    async with (
        RedisServer(program) as server,
        RedisReceipts(server.url) as store,
        asyncio.TaskGroup() as group,
    ):
        waiting = [group.create_task(resumed(store, n)) for n in range(RECEIPTS)]
        await asyncio.sleep(4)  # until all of them listen
        command = [sys.executable, __file__, "record", server.url]
        recorder = await asyncio.create_subprocess_exec(*command)
        await recorder.wait()
    return [task.result() for task in waiting]


async def record(url: str) -> None:
    """The other process."""
    async with RedisReceipts(url) as store:
        await paced(store)


async def waiting_bytes() -> float:
    """Bytes of one message that is waited for, its task and its time-out included."""
    store = MemoryReceipts()
    names = [str(uuid.uuid4()) for _ in range(WAITING)]
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    waiting = [
        asyncio.create_task(store.wait_for(name, "delivered", 600)) for name in names
    ]
    await asyncio.sleep(0)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return (after - before) / WAITING


def p99(told: list[float]) -> float:
    """The time within which 99 of 100 went on."""
    return statistics.quantiles(told, n=100)[98] if told else float("nan")


def summary(told: list[float]) -> dict[str, float]:
    """The middle, and how far the rounds lie apart."""
    return {
        "median": statistics.median(told),
        "least": min(told),
        "most": max(told),
    }


def measure() -> dict[str, Any]:
    """Everything, in order."""
    found = {"verify_parse_us": summary(verify_parse())}
    for name, how in SERVERS.items():
        if name == "quick" and not find_spec("uvloop"):
            continue
        found |= throughput(name, how)
    memory = [asyncio.run(resume_in_memory()) for _ in range(3)]
    redis = [asyncio.run(resume_through_redis()) for _ in range(3)]
    return found | {
        "resume_memory_p99_ms": summary([p99(told) for told in memory]),
        "resume_redis_p99_ms": summary([p99(told) for told in redis]),
        "waiting_bytes": summary([asyncio.run(waiting_bytes())]),
    }


def main() -> None:
    """Measure, print a table, and keep the numbers."""
    found = measure()
    git = ["git", "rev-parse", "--short", "HEAD"]
    said = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603  no input
    about = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "commit": said.stdout.strip(),
        "load": os.getloadavg()[0],
    }
    print(f"{'what':24}{'median':>10}{'least':>10}{'most':>10}   must")
    for name, numbers in found.items():
        more, bound = MUST.get(name, (None, 0.0))
        must = "" if more is None else f"{'>=' if more else '<='} {bound:g}"
        row = "".join(f"{numbers[key]:10.2f}" for key in ("median", "least", "most"))
        print(f"{name:24}{row}   {must}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**about, "results": found}, indent=2) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        asyncio.run(record(sys.argv[2]))
    else:
        main()
