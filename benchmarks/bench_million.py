"""A million messages from a generator: does memory grow, does the rate fall?

python benchmarks/bench_million.py [--messages 1000000] [--in-flight 64]

A machine that others use is slower at one minute than at another. So each stretch is
held against a fixed piece of work that is measured in between, again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import TYPE_CHECKING, Final

from harness import memory, pin, responder, write, yardstick
from rivals import APPLICATION, KEY

from nexmo_async import Jwt, Limit, Nexmo, Sms
from nexmo_async.transport.aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What must hold.
MOST_GROWN: Final = 20_000_000
LEAST_KEPT: Final = 0.95
STRETCHES: Final = 10
PARTS: Final = 50


def messages(count: int) -> Iterator[Sms]:
    """One after the other: none is made before it is needed."""
    for number in range(count):
        yield Sms(to=f"4477{number:08}", sender="447700900001", content="Hello")


async def main() -> None:
    """Send them in stretches, and look at memory and rate after each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--in-flight", type=int, default=64)
    given = parser.parse_args()
    rates, steady, sizes = list[float](), list[float](), list[int]()
    with responder() as where:
        transport = AiohttpTransport(where.plain)
        async with Nexmo(
            Jwt(APPLICATION, KEY),
            base_url=where.plain,
            transport=transport,
            limits=[Limit(1_000_000), Limit(1_000, key="recipient")],
        ) as nexmo:
            source = messages(given.messages)
            stretch = given.messages // STRETCHES
            for _ in range(STRETCHES):
                used = passed = 0.0
                for _ in range(PARTS):
                    began = time.process_time()
                    await send(nexmo, source, stretch // PARTS, given.in_flight)
                    used += time.process_time() - began
                    passed += yardstick()
                rates.append(stretch / used)
                steady.append(stretch / used * passed)
                sizes.append(memory())
                print(
                    f"{rates[-1]:10,.0f} per second of CPU"
                    f"{steady[-1] / steady[0]:8.0%} of the first, by the yardstick"
                    f"{sizes[-1]:15,} bytes"
                )
        await transport.aclose()
    grown, kept = sizes[-1] - sizes[0], steady[-1] / steady[0]
    print(f"grown by {grown:,} bytes (at most {MOST_GROWN:,})")
    print(f"the last stretch at {kept:.0%} of the first (at least {LEAST_KEPT:.0%})")
    result = {"sizes": sizes, "rates": rates, "steady": steady}
    write("million", result | {"grown": grown, "kept": kept})


async def send(nexmo: Nexmo, source: Iterator[Sms], count: int, at_once: int) -> None:
    """Send so many of them."""

    async def work(share: int) -> None:
        for _ in range(share):
            await nexmo.messages.send(next(source))

    async with asyncio.TaskGroup() as tasks:
        for place in range(at_once):
            tasks.create_task(work(count // at_once + (place < count % at_once)))


if __name__ == "__main__":
    pin(0)
    asyncio.run(main())
