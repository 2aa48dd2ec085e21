"""What do waiting runs cost, how soon does a receipt lead on, how late is a time-out?

Each size is measured in a process of its own. A run has a workflow and messages of its
own, as in life; what those take is told apart from what the run itself takes.

Python's garbage collector stands still while moments are measured: a full collection
walks through everything that waits, and stops the loop for as long as "collect ms"
says. How often it comes depends on all else that a program does. Runs leave nothing for
it, so a service with many of them may call `gc.freeze()` once it has started.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
from harness import write

from nexmo_async.clock import SystemClock
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.models.message import Message
    from nexmo_async.workflows.run import Run

SIZES: Final = (1_000, 10_000, 100_000)
PROBES: Final = 2_000
PAGE: Final = 4096

#: What must hold, with 100,000 runs waiting as with a thousand.
BYTES: Final = 3 * 1024
RECEIPT_MS: Final = 5.0
TIMEOUT_MS: Final = 20.0


@attrs.frozen
class Accepted:
    """What a send gives back."""

    message_uuid: str


class Office:
    """Accepts at once, and remembers when."""

    def __init__(self) -> None:
        """Nothing was sent."""
        self.at: dict[str, float] = {}
        self.count = 0

    async def revoke(self, message: str) -> None:
        """There is nothing to take back."""

    async def send(self, message: Message) -> Accepted:
        """Accept it."""
        self.count += 1
        self.at[message.client_ref or ""] = time.perf_counter()
        return Accepted(f"{self.count:032x}")


def workflow(number: int, within: float = 3600.0) -> Workflow:
    """One of many, with texts of its own."""
    to = f"4477{number:08d}"
    viber = Viber(to=to, sender="ACME", content=f"Your code is {number:05d}")
    sms = Sms(to=to, sender="ACME", content=f"Your code is {number:05d}")
    return Workflow(Step(viber, until="delivered", within=within), Step(sms))


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * PAGE


async def accepted(office: Office, count: int) -> None:
    """Wait until so many were sent."""
    while office.count < count:  # noqa: ASYNC110  a benchmark may look
        await asyncio.sleep(0.01)


async def memory(size: int) -> dict[str, float]:
    """Bytes for each waiting run, by Python's own count, its messages left out."""
    flows = [workflow(number) for number in range(size)]
    office, clock = Office(), SystemClock()
    receipts = MemoryReceipts(keep=size + 1)
    gc.collect()
    tracemalloc.start()
    async with Desk(receipts, clock, has_refs=True) as desk:
        runs = [desk.start(flow, office) for flow in flows]
        await accepted(office, size)
        office.at.clear()
        gc.collect()
        own, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(desk) == len(runs) == size
        return {"bytes_own": own / size}


async def rss(size: int) -> dict[str, float]:
    """Bytes of the whole process for each run with its workflow and messages."""
    office, clock = Office(), SystemClock()
    gc.collect()
    before = resident()
    receipts = MemoryReceipts(keep=size + 1)
    async with Desk(receipts, clock, has_refs=True) as desk:
        began = time.perf_counter()
        for number in range(size):
            desk.start(workflow(number), office)
            if number % 100 == 0:
                await asyncio.sleep(0)
        await accepted(office, size)
        started = time.perf_counter() - began
        office.at.clear()
        gc.collect()
        bytes_process = (resident() - before) / size
        began = time.perf_counter()
        gc.collect()
        return {
            "bytes_process": bytes_process,
            "start_microseconds": started / size * 1e6,
            "collect_ms": (time.perf_counter() - began) * 1e3,
        }


def rejected(run: Run) -> Receipt:
    """A receipt that leads to the next step."""
    one = run.tries[0]
    return Receipt(
        message_uuid=one.uuid,
        status="rejected",
        at=None,
        channel="viber",
        to=one.message.to,
        sender="ACME",
        client_ref=one.ref,
        code=1300,
    )


async def speed(size: int) -> dict[str, float]:
    """From a receipt to the next send, and from a time-out's time to it. In ms."""
    office, clock = Office(), SystemClock()
    receipts = MemoryReceipts(keep=size + PROBES + 1)
    async with Desk(receipts, clock, has_refs=True) as desk:
        runs = [desk.start(workflow(number), office) for number in range(size)]
        await accepted(office, size)
        dice = random.Random(size)  # noqa: S311  no secret
        gc.collect()
        gc.disable()
        moved: list[float] = []
        for run in dice.sample(runs, min(PROBES, size)):
            began = time.perf_counter()
            await receipts.record(rejected(run))
            while (sent := office.at.get(f"{run.id}:2")) is None:  # noqa: ASYNC110  as above
                await asyncio.sleep(0)
            moved.append((sent - began) * 1e3)
        late = await timeouts(desk, office, size)
    return {**spread("receipt", moved), **spread("timeout", late)}


async def timeouts(desk: Desk, office: Office, size: int) -> list[float]:
    """How late the second step of runs is whose time is up, spread over two seconds."""
    before, within = office.count, {}
    for number in range(PROBES):
        seconds = 1.0 + number / 1000
        within[desk.start(workflow(size + number, seconds), office).id] = seconds
    await accepted(office, before + 2 * PROBES)
    return [
        (office.at[f"{name}:2"] - office.at[f"{name}:1"] - seconds) * 1e3
        for name, seconds in within.items()
    ]


def spread(name: str, found: Sequence[float]) -> dict[str, float]:
    """The middle, the slowest hundredth, the slowest."""
    cuts = statistics.quantiles(found, n=1000)
    values = {"p50": cuts[499], "p99": cuts[989], "max": max(found)}
    return {f"{name}_ms_{key}": value for key, value in values.items()}


QUESTIONS: Final = {"memory": memory, "rss": rss, "speed": speed}


def ask(question: str, size: int) -> dict[str, float]:
    """Answer one question in a process of its own."""
    program = [sys.executable, __file__, "--question", question, "--size", str(size)]
    said = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603  this file
    found: dict[str, float] = json.loads(said.stdout)
    return found


def table(rows: Sequence[dict[str, float]]) -> str:
    """Rows under heads."""
    heads = {
        "runs": "size",
        "own bytes": "bytes_own",
        "process bytes": "bytes_process",
        "start us": "start_microseconds",
        "collect ms": "collect_ms",
        "receipt p50 ms": "receipt_ms_p50",
        "p99": "receipt_ms_p99",
        "late p50 ms": "timeout_ms_p50",
        "late p99": "timeout_ms_p99",
        "late max": "timeout_ms_max",
    }
    lines = ["  ".join(f"{head:>14}" for head in heads)]
    for row in rows:
        cells = (row[key] for key in heads.values())
        lines.append(
            "  ".join(f"{c:>14,.0f}" if c >= 100 else f"{c:>14.3f}" for c in cells)  # noqa: PLR2004
        )
    return "\n".join(lines)


def main() -> None:
    """Ask all questions for all sizes, or one of one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--question", choices=QUESTIONS)
    options.add_argument("--size", type=int)
    chosen = options.parse_args()
    if chosen.question:
        print(json.dumps(asyncio.run(QUESTIONS[chosen.question](chosen.size))))
        return
    sizes = (chosen.size,) if chosen.size else SIZES
    rows: list[dict[str, float]] = []
    for size in sizes:
        row: dict[str, float] = {"size": size}
        for question in QUESTIONS:
            row |= ask(question, size)
        rows.append({key: round(value, 3) for key, value in row.items()})
        print(table(rows[-1:]))
    holds = {
        "bytes": all(row["bytes_process"] <= BYTES for row in rows),
        "receipt_p99": all(row["receipt_ms_p99"] <= RECEIPT_MS for row in rows),
        "timeout_p99": all(row["timeout_ms_p99"] <= TIMEOUT_MS for row in rows),
    }
    print(table(rows))
    print("must hold:", holds)
    write("workflows", {"rows": rows, "holds": holds})


if __name__ == "__main__":
    main()
