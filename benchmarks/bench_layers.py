"""What do our own layers cost? Everything on, over a transport that does nothing.

python benchmarks/bench_layers.py [--messages 20000] [--rounds 9]

Validation, encoding, token, limit, retries and decoding of each message are counted;
CPU time, so that a busy machine changes little, and the median of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING, Final

from harness import run, write
from rivals import APPLICATION, KEY

from nexmo_async import Jwt, Limit, Nexmo, Sms
from nexmo_async.transport.base import Response

if TYPE_CHECKING:
    from nexmo_async.transport.base import Request

#: Microseconds of CPU for each message, at most.
MOST: Final = 25.0

_ACCEPTED: Final = Response(
    202,
    {"content-type": "application/json"},
    b'{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}',
)


class Nothing:
    """Accepts every message, without a network."""

    async def send(self, _: Request) -> Response:
        """Accept it."""
        return _ACCEPTED

    async def aclose(self) -> None:
        """Nothing is open."""


def message() -> Sms:
    """A text message, new each time."""
    return Sms(
        to="447700900000",
        sender="447700900001",
        content="Your parcel arrives at two.",
    )


async def layers(messages: int, rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds for each message, of all of it and of making the message alone."""
    whole, made = list[float](), list[float]()
    async with Nexmo(
        Jwt(APPLICATION, KEY), transport=Nothing(), limits=[Limit(1_000_000)]
    ) as nexmo:
        await nexmo.messages.send(message())  # signs the token
        for _ in range(rounds):
            used = time.process_time()
            for _ in range(messages):
                await nexmo.messages.send(message())
            between = time.process_time()
            for _ in range(messages):
                message()
            whole.append((between - used) / messages * 1e6)
            made.append((time.process_time() - between) / messages * 1e6)
    return whole, made


async def main() -> None:
    """Measure, say whether it is little enough, and keep the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="a short, rough run")
    given = parser.parse_args()
    if given.quick:
        given.messages, given.rounds = 2_000, 3
    whole, made = await layers(given.messages, given.rounds)
    cost = statistics.median(whole)
    verdict = "holds" if cost <= MOST else "FAILS"
    print(f"{cost:6.1f} us for each message ({min(whole):.1f}-{max(whole):.1f})")
    print(f"{statistics.median(made):6.1f} us of it to make and check the message")
    print(f"{MOST:6.1f} us at most: {verdict}")
    write(
        "layers_quick" if given.quick else "layers",
        {
            "cpu_microseconds": round(cost, 1),
            "lowest": round(min(whole), 1),
            "highest": round(max(whole), 1),
            "of_it_making_the_message": round(statistics.median(made), 1),
            "at_most": MOST,
            "verdict": verdict,
        },
    )


if __name__ == "__main__":
    run(main())
