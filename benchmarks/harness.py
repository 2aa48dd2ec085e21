"""What every benchmark shares: an answering side, fair rounds, a readable record.

Rivals are measured in turns, round after round, so that a busy minute of the machine
hits all of them; what is told is the median of the rounds and how far they spread.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import attrs
import trustme

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results"
_PACKAGES: Final = (
    "nexmo-async",
    "aiohttp",
    "httpcore",
    "httptools",
    "httpx",
    "httpx2",
    "orjson",
    "uvloop",
    "vonage",
)


@attrs.frozen
class Responder:
    """Where the answering side listens."""

    plain: str
    secure: str
    authorities: str


@attrs.frozen
class Round:
    """One run of one rival."""

    rate: float
    cpu: float


class Rival(Protocol):
    """Something that sends messages."""

    async def open(self, url: str, authorities: str, in_flight: int) -> None:
        """Prepare for so many at once."""

    async def run(self, in_flight: int, seconds: float) -> int:
        """Send for so long. How many were sent."""

    async def close(self) -> None:
        """Give everything back."""


def pin(core: int) -> None:
    """Stay on one core, where the system allows it and has two."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


@contextmanager
def responder() -> Iterator[Responder]:
    """Start the answering side, on a core of its own where the system allows it."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: str(Path(folder) / name) for name in ("ca", "cert", "key")}
        authority.cert_pem.write_to_path(paths["ca"])
        issued.cert_chain_pems[0].write_to_path(paths["cert"])
        issued.private_key_pem.write_to_path(paths["key"])
        with subprocess.Popen(  # noqa: S603  a program of ours
            [sys.executable, str(HERE / "responder.py"), paths["cert"], paths["key"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: pin(1),  # noqa: PLW1509  no thread runs yet
        ) as process:
            assert process.stdout is not None
            plain, secure = process.stdout.readline().split()
            try:
                yield Responder(
                    f"http://127.0.0.1:{plain}",
                    f"https://127.0.0.1:{secure}",
                    paths["ca"],
                )
            finally:
                process.terminate()


async def measure(rival: Rival, in_flight: int, seconds: float) -> Round:
    """One run: sends per second, and seconds of CPU for each."""
    began, used = time.perf_counter(), time.process_time()
    sent = await rival.run(in_flight, seconds)
    return Round(
        sent / (time.perf_counter() - began), (time.process_time() - used) / sent
    )


@asynccontextmanager
async def opened(
    rivals: Mapping[str, Rival], url: str, authorities: str, in_flight: int
) -> AsyncIterator[None]:
    """Open all, and close them in the end."""
    for rival in rivals.values():
        await rival.open(url, authorities, in_flight)
    try:
        yield
    finally:
        for rival in rivals.values():
            await rival.close()


async def in_turns(
    rivals: Mapping[str, Rival], in_flight: int, seconds: float, rounds: int
) -> dict[str, list[Round]]:
    """All rivals in turns, after a short warm-up of each.

    Each round begins with another one, and each rival with no garbage but its own.
    """
    found: dict[str, list[Round]] = {name: [] for name in rivals}
    for rival in rivals.values():
        await rival.run(in_flight, seconds / 4)
    order = deque(rivals)
    for _ in range(rounds):
        for name in order:
            gc.collect()
            found[name].append(await measure(rivals[name], in_flight, seconds))
        order.rotate(-1)
    return found


def summed(rounds: Sequence[Round]) -> dict[str, float]:
    """Median and spread, rounded so that nobody believes more than there is."""
    rates = [each.rate for each in rounds]
    return {
        "rate": round(statistics.median(rates), 1),
        "lowest": round(min(rates), 1),
        "highest": round(max(rates), 1),
        "cpu_microseconds": round(
            statistics.median(each.cpu for each in rounds) * 1e6, 1
        ),
    }


def memory() -> int:
    """Bytes that the process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def yardstick() -> float:
    """Seconds of CPU for a piece of work that is always the same.

    A machine that others use is slower at one minute than at another: what takes long
    is held against this, measured in between.
    """
    used = time.process_time()
    words = [str(number) for number in range(20_000)]
    assert len({word: word.encode() for word in words}) == len(words)
    return time.process_time() - used


def machine() -> dict[str, object]:
    """On what it was measured, and of what."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _said("git", "rev-parse", "--short", "HEAD"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def write(name: str, result: Mapping[str, object]) -> Path:
    """Keep a result beside the others."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps({"machine": machine(), **result}, indent=1)
    path.write_text(text + "\n")
    return path


def bars(title: str, rates: Mapping[str, float]) -> str:
    """A chart as SVG: one bar for each rival, the longest for the quickest."""
    most, rows = max(rates.values()), []
    for place, (name, rate) in enumerate(sorted(rates.items(), key=lambda it: -it[1])):
        y = 44 + 26 * place
        colour = "#2563eb" if name.startswith("nexmo") else "#94a3b8"
        rows.append(
            f'<text x="170" y="{y + 13}" text-anchor="end">{name}</text>'
            f'<rect x="180" y="{y}" width="{max(1, 400 * rate / most):.0f}" height="18"'
            f' rx="2" fill="{colour}"/>'
            f'<text x="{190 + 400 * rate / most:.0f}" y="{y + 13}">{rate:,.0f}/s</text>'
        )
    height = 60 + 26 * len(rates)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{height}"'
        ' font-family="system-ui, sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="20" y="24" font-size="14">{title}</text>{"".join(rows)}</svg>\n'
    )


def run(main: object) -> None:
    """Run an `async def main()` on the first core."""
    pin(0)
    asyncio.run(main)  # type: ignore[arg-type]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _said(*command: str) -> str:
    done = subprocess.run(  # noqa: S603  written out below
        command, cwd=HERE, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(named, platform.processor())
