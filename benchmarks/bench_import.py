"""What does a program pay before it sends anything: time, memory, packages?

The wheel is installed into two environments of its own, alone and with `[cli]`, and
each import runs in a fresh process, in turns with `import httpx`, which is what the
same program would need without us. (Where `click` and `rich` are installed, httpx loads
them too: hence the environment without.) Whoever asks the door for `Nexmo` and `Sms`
has loaded the client; httpx itself is loaded when the client is opened.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness import write

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parent.parent

#: What is imported; all others are compared with the first.
PROGRAMS: Final = {
    "httpx": "import httpx",
    "asyncio": "import asyncio",
    "door": "import nexmo_async",
    "Nexmo, Sms": "from nexmo_async import Nexmo, Sms",
    "every name": ("import nexmo_async as n; [getattr(n, name) for name in n.__all__]"),
}

#: What the program says of itself: seconds and bytes that the import took.
TOLD: Final = """
import sys, time
from pathlib import Path
statm = Path("/proc/self/statm")
def resident():
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0
before, began = resident(), time.perf_counter()
{program}
took = time.perf_counter() - began
print(took, resident() - before)
"""

#: What we promise: times `import httpx`, megabytes, milliseconds, packages.
PROMISED: Final = {"door_ratio": 1.3, "door_mb": 8, "help_ms": 250, "packages": 12}


def installed(folder: Path, extra: str = "") -> Path:
    """The Python of a new environment that has this package, compiled, and no other."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603  ours
    python = next(p for p in folder.glob("*/python*") if p.is_file())
    pip = [python, "-m", "pip", "install", "--quiet", f"{ROOT}{extra}"]
    subprocess.run(pip, check=True)  # noqa: S603  ours
    return python


def packages(python: Path) -> list[str]:
    """What is installed there beside this package, and what an environment has."""
    command = [python, "-m", "pip", "list", "--format", "freeze"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  ours
    names = {line.partition("==")[0] for line in done.stdout.splitlines()}
    return sorted(names - {"nexmo-async", "pip", "setuptools", "wheel"})


def imported(python: Path, program: str) -> tuple[float, float]:
    """Milliseconds and megabytes that it takes in a fresh process."""
    command = [python, "-c", TOLD.format(program=program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  ours
    seconds, size = map(float, done.stdout.split())
    return seconds * 1e3, size / 1e6


def helped(python: Path) -> float:
    """Milliseconds from the command to the end of its help."""
    command = [python.with_name("nexmo-async"), "--help"]
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)  # noqa: S603  ours
    return (time.perf_counter() - began) * 1e3


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median, and how far the values lie apart."""
    return {
        "median": round(statistics.median(values), 2),
        "lowest": round(min(values), 2),
        "highest": round(max(values), 2),
    }


def measured(python: Path, rounds: int) -> dict[str, dict[str, object]]:
    """All programs in turns, and each beside the `import httpx` of its own round."""
    for program in PROGRAMS.values():
        imported(python, program)
    turns = [
        {name: imported(python, program) for name, program in PROGRAMS.items()}
        for _ in range(rounds)
    ]
    return {
        name: {
            "ms": spread([turn[name][0] for turn in turns]),
            "mb": spread([turn[name][1] for turn in turns]),
            "ratio": spread([turn[name][0] / turn["httpx"][0] for turn in turns]),
        }
        for name in PROGRAMS
    }


def main() -> None:
    """Measure, print a table, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        core = installed(Path(folder) / "core")
        cli = installed(Path(folder) / "cli", "[cli]")
        names = packages(core)
        found = measured(core, rounds)
        helped(cli)
        took = spread([helped(cli) for _ in range(rounds)])
    print(f"{'':12} {'ms':>8} {'x httpx':>8} {'MB':>6}")
    for name, row in found.items():
        ms, ratio, mb = (row[key]["median"] for key in ("ms", "ratio", "mb"))  # type: ignore[index]
        print(f"{name:12} {ms:8.1f} {ratio:8.2f} {mb:6.1f}")
    print(f"nexmo-async --help: {took['median']:.0f} ms")
    print(f"it needs {len(names)} other packages: {', '.join(names)}")
    result = {
        "promised": PROMISED,
        "imports": found,
        "help_ms": took,
        "packages": names,
    }
    print(f"written to {write('import', result)}")


if __name__ == "__main__":
    main()
