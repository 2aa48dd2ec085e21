"""What does a bulk cost, against sending by hand, and what does its journal cost?

python benchmarks/bench_bulk.py [--quick] [--rounds 15] [--seconds 2] [--items 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import deque
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness import (
    in_turns,
    memory,
    opened,
    responder,
    run,
    summed,
    write,
    yardstick,
)
from rivals import Aiohttp, Ours, Vendor, dumps, loads, payload

from nexmo_async import Basic, Limit, Nexmo, Sms
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from harness import Responder, Round

    from nexmo_async.bulk import BulkResult

IN_FLIGHT: Final = 64

#: What must hold: who, against whom, at least.
PROMISES: Final = (
    ("bulk.stream", "send, 64 at once", 0.95),
    ("bulk.run", "send, 64 at once", 0.8),
)

#: Told side by side: by hand, and the vendor's own.
BESIDE: Final = (
    ("bulk.stream", "aiohttp, semaphore"),
    ("bulk.run", "aiohttp, semaphore"),
    ("bulk.stream", "vonage, threads"),
    ("bulk.run", "vonage, threads"),
)

#: Bytes that a million items may add, and how much dearer the last may be.
MOST_GROWN: Final = 20_000_000
DEARER: Final = 1.05
STRETCHES: Final = 10
PARTS: Final = 400

#: What is allowed per second, and the least that must go out.
LIMIT: Final = 500
LEAST: Final = 495


def sms(number: int) -> Sms:
    """A message to somebody else each time."""
    return Sms(
        to=f"4477{number % 100_000_000:08}",
        sender="447700900001",
        content="Your parcel arrives at two.",
    )


class Plain(Ours):
    """Tasks that send one after the other: as one would without a bulk."""

    def __init__(self) -> None:
        super().__init__(AiohttpTransport)
        self._numbers = count()

    async def send(self, _: int) -> None:
        """Send one."""
        await self._messages.send(sms(next(self._numbers)))

    def until(self, ends: float) -> Iterator[Sms]:
        """Messages until time is up."""
        while time.perf_counter() < ends:
            yield sms(next(self._numbers))


class Stream(Plain):
    """`nexmo.bulk.stream`."""

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send for so long. How many were sent."""
        sent, items = 0, self.until(time.perf_counter() + seconds)
        async for result in self._client.bulk.stream(items, concurrency=in_flight):
            assert result.ok
            sent += 1
        return sent


class Job(Plain):
    """`nexmo.bulk.run`, its journal on the disk."""

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send for so long. How many were sent."""
        with tempfile.TemporaryDirectory() as folder:
            report = await self._client.bulk.run(
                self.until(time.perf_counter() + seconds),
                job="bench",
                journal=Path(folder) / "bench.db",
                concurrency=in_flight,
            )
        assert report.is_complete
        return report.ok


class Semaphore(Aiohttp):
    """Written by hand: gather over all, a semaphore around each."""

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send for so long, a thousand at a time. How many were sent."""
        ends, sent, turn = (
            time.perf_counter() + seconds,
            0,
            asyncio.Semaphore(in_flight),
        )

        async def one(number: int) -> None:
            async with (
                turn,
                self._session.post(self._url, data=dumps(payload(number))) as answer,
            ):
                answer.raise_for_status()
                assert loads(await answer.read())["message_uuid"]

        while time.perf_counter() < ends:
            await asyncio.gather(*(one(sent + more) for more in range(1000)))
            sent += 1000
        return sent


class Null:
    """Accepts at once, and remembers when."""

    _ANSWER: Final = Response(202, {}, b'{"message_uuid":"aaaa-bbbb"}')

    def __init__(self, keep: int = 0) -> None:
        self.times: deque[float] = deque(maxlen=keep)

    async def send(self, _: Request) -> Response:
        """Accept it."""
        self.times.append(time.monotonic())
        return self._ANSWER

    async def aclose(self) -> None:
        """Nothing to close."""


async def million(items: int) -> dict[str, object]:
    """So many items over nothing: memory, and the price of the last."""
    part, costs, steady = items // STRETCHES // PARTS, list[float](), list[float]()
    async with Nexmo(Basic("key", "secret"), transport=Null()) as nexmo:
        results = nexmo.bulk.stream(map(sms, range(items + part)))
        await _taken(results, part)
        before = memory()
        for _ in range(STRETCHES):
            used = passed = 0.0
            for _ in range(PARTS):
                used += await _taken(results, part)
                passed += yardstick()
            costs.append(used / part / PARTS)
            steady.append(used / passed)
        grown = memory() - before
        assert await anext(results, None) is None
    dearer = steady[-1] / steady[0]
    return {
        "items": items,
        "microseconds each": [round(each * 1e6, 1) for each in costs],
        "by the yardstick": [round(each / steady[0], 3) for each in steady],
        "last / first": round(dearer, 3),
        "bytes grown": grown,
        "verdict": _verdict(holds=grown < MOST_GROWN and dearer <= DEARER),
    }


async def _taken(results: AsyncIterator[BulkResult], count: int) -> float:
    """Take so many. Seconds of CPU that it took."""
    used = time.process_time()
    for _ in range(count):
        assert (await anext(results)).ok
    return time.process_time() - used


async def limited(seconds: float) -> dict[str, object]:
    """At a limit: how many go out, and the most in any one second."""
    null, total = Null(keep=1_000_000), int(LIMIT * seconds)
    limits = [Limit(LIMIT)]
    async with Nexmo(Basic("key", "secret"), transport=null, limits=limits) as nexmo:
        async for result in nexmo.bulk.stream(map(sms, range(total))):
            assert result.ok
    times = list(null.times)
    most, first = 0, 0
    for last, moment in enumerate(times):
        while times[first] <= moment - 1.0:
            first += 1
        most = max(most, last - first + 1)
    rate = (total - LIMIT) / (times[-1] - times[LIMIT - 1])
    fits = LEAST <= rate <= LIMIT and most <= LIMIT
    return {
        "limit": LIMIT,
        "per second": round(rate, 1),
        "most in any second": most,
        "verdict": _verdict(holds=fits),
    }


def _verdict(*, holds: bool) -> str:
    return "holds" if holds else "FAILS"


def promises(rounds: dict[str, list[Round]]) -> list[dict[str, object]]:
    """The ratios that must hold: each round against the same round of the rival."""
    found: list[dict[str, object]] = []
    beside = ((ours, theirs, None) for ours, theirs in BESIDE)
    for ours, theirs, least in (*PROMISES, *beside):
        pairs = list(zip(rounds[ours], rounds[theirs], strict=True))
        ratio = statistics.median(mine.rate / other.rate for mine, other in pairs)
        cpu = statistics.median(other.cpu / mine.cpu for mine, other in pairs)
        told: dict[str, object] = {
            "who": f"{ours} / {theirs}",
            "ratio": round(ratio, 2),
        }
        told["by CPU"] = round(cpu, 2)
        if least is not None:
            told |= {"at least": least, "verdict": _verdict(holds=ratio >= least)}
        found.append(told)
    return found


async def raced(where: Responder, rounds: int, seconds: float) -> dict[str, object]:
    """All in turns, over TLS, as the vendor's speaks nothing else."""
    rivals = {
        "send, 64 at once": Plain(),
        "bulk.stream": Stream(),
        "bulk.run": Job(),
        "aiohttp, semaphore": Semaphore(),
        "vonage, threads": Vendor(),
    }
    async with opened(rivals, where.secure, where.authorities, IN_FLIGHT):
        found = await in_turns(rivals, IN_FLIGHT, seconds, rounds)
    table = {name: summed(each) for name, each in found.items()}
    return {"table": table, "ratios": promises(found)}


async def main() -> None:
    """Measure, print and keep it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a short, rough run")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--items", type=int, default=1_000_000)
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds, given.items = 3, 0.7, 100_000
    with responder() as where:
        race = await raced(where, given.rounds, given.seconds)
    result = {
        "race": race,
        "a million": await million(given.items),
        "at a limit": await limited(10.0 if not given.quick else 3.0),
    }
    for name, each in result.items():
        print(name)
        for key, value in each.items():
            print("  ", key, value)
    print("written to", write("bulk_quick" if given.quick else "bulk", result))


if __name__ == "__main__":
    run(main())
