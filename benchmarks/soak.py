"""Does it hold out? Many sends, some of which fail, some of which are cancelled.

python benchmarks/soak.py [--sends 200000] [--library aiohttp]

Nothing may be sent twice unless it was told to be, nothing may be left open, and
memory may not grow. The same run, shortened, is one of the tests.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async import Basic, Limit, Nexmo, NexmoError, Retry, Sms
from nexmo_async.observe.events import Event, Repeated
from nexmo_async.testing import Answer, FaultyServer

if TYPE_CHECKING:
    from nexmo_async.testing import Fault

IN_FLIGHT: Final = 64

#: What befalls two sends in a hundred.
FAULTS: Final[tuple[Answer | Fault, ...]] = (
    "reset",
    "lose",
    "drop",
    "half",
    "long",
    "noise",
    "close",
    Answer(429, {"Retry-After": "0"}),
    Answer(429),
    Answer(500),
    Answer(503, {"Retry-After": "0"}, b""),
)
REFUSED: Final = {429, 503}
FAULTY: Final = 0.02
CANCELLED: Final = 0.01


@attrs.define
class Verdict:
    """What was found in the end.

    Attributes:
        sends: How many were tried.
        accepted: How many the client reported as sent.
        failed: How many failed, by name of the error.
        cancelled: How many were cancelled under way.
        doubled: References that arrived twice, though nobody was told that they may.
        lost: References that were reported as sent, but never arrived.
        open: Connections that were left open.
        tasks: Tasks that were left running.
        files: File descriptors more than in the beginning.
        grown: Bytes of memory more at the end than after the first tenth.
        seconds: How long it took.
    """

    sends: int = 0
    accepted: int = 0
    failed: Counter[str] = attrs.field(factory=Counter[str])
    cancelled: int = 0
    doubled: int = 0
    lost: int = 0
    open: int = 0
    tasks: int = 0
    files: int = 0
    grown: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether all is as it must be. Memory is for a long run to judge."""
        return not any((self.doubled, self.lost, self.open, self.tasks, self.files))


class Soak:
    """One soaking: a server that fails, a client, and a crowd that sends.

    Args:
        sends: How many.
        library: What carries them.
        seed: The same faults and cancellations again.
    """

    def __init__(
        self, sends: int, library: Literal["httpx", "aiohttp"], seed: int = 7
    ) -> None:
        self._left = self._sends = sends
        self._library: Literal["httpx", "aiohttp"] = library
        self._random = random.Random(seed)  # noqa: S311  faults are no secret
        # One byte for each send: the soak itself must not grow.
        self._arrived = bytearray(sends + 1)
        self._reported = bytearray(sends + 1)
        self._may_double = bytearray(sends + 1)
        self.verdict = Verdict(sends=sends)

    async def run(self) -> Verdict:
        """Send all of them and look at what is left."""
        began, files = time.monotonic(), _files()
        tasks = len(asyncio.all_tasks())
        async with FaultyServer() as server:
            retry = Retry(base=0.001, on_unknown="resend", cap=0.01)
            async with (
                Nexmo(
                    Basic("abcd1234", "the-api-secret"),
                    base_url=server.url,
                    transport=self._library,
                    retry=retry,
                    limits=[Limit(1_000_000), Limit(1_000_000, key="recipient")],
                    observers=[self._told],
                ) as nexmo,
                asyncio.TaskGroup() as crowd,
            ):
                for _ in range(IN_FLIGHT):
                    crowd.create_task(self._work(nexmo, server))
            self._count(server)
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await server.until(lambda: server.open == 0)
            self.verdict.open = server.open
        self.verdict.tasks = len(asyncio.all_tasks()) - tasks
        await asyncio.sleep(0.05)
        gc.collect()
        self.verdict.files = max(0, _files() - files)
        self.verdict.seconds = time.monotonic() - began
        self._judge()
        return self.verdict

    async def _work(self, nexmo: Nexmo, server: FaultyServer) -> None:
        while self._left:
            self._left -= 1
            number = self._sends - self._left
            if self._random.random() < FAULTY and not server.plan:
                server.plan.append(self._random.choice(FAULTS))
            await self._send(nexmo, f"order-{number:09}")
            if number % 1000 == 0:
                self._count(server)
            if number == self._sends // 10:
                self.verdict.grown = -_memory()
            if number == self._sends:
                self.verdict.grown += _memory()

    async def _send(self, nexmo: Nexmo, ref: str) -> None:
        sms = Sms(to="447700900000", sender="ACME", content="hi", client_ref=ref)
        sending = asyncio.create_task(nexmo.messages.send(sms))
        if self._random.random() < CANCELLED:
            for _ in range(self._random.randrange(40)):
                await asyncio.sleep(0)
            sending.cancel()
        try:
            await sending
        except asyncio.CancelledError:
            self.verdict.cancelled += 1
        except NexmoError as error:
            self.verdict.failed[type(error).__name__] += 1
        else:
            self.verdict.accepted += 1
            self._reported[_number(ref)] = 1

    def _told(self, event: Event) -> None:
        if isinstance(event, Repeated) and event.may_double:
            self._may_double[_number(event.subject.client_ref)] = 1

    def _count(self, server: FaultyServer) -> None:
        for request in server.received:
            if isinstance(request.met, Answer) and request.met.status in REFUSED:
                continue
            place = request.body.index(b"order-")
            self._arrived[_number(request.body[place : place + 15].decode())] += 1
        server.received.clear()

    def _judge(self) -> None:
        sent = zip(self._arrived, self._reported, self._may_double, strict=True)
        for arrived, reported, may_double in sent:
            self.verdict.lost += reported and not arrived
            self.verdict.doubled += arrived > 1 and not may_double


def _number(ref: str) -> int:
    return int(ref.removeprefix("order-"))


def _files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def _memory() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sends", type=int, default=200_000)
    parser.add_argument("--library", choices=["aiohttp", "httpx"], default="aiohttp")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    verdict = asyncio.run(Soak(given.sends, given.library, given.seed).run())
    for name, value in attrs.asdict(verdict).items():
        print(f"{name:10} {value}")
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
