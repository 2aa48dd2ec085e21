"""Kill -9 at random moments. The environment says how often, and of how many items."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from nexmo_async.bulk import JournalError, Peek, peek

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKER = Path(__file__).with_name("bulk_worker.py")
CONCURRENCY = 16
KILLS = int(os.environ.get("NEXMO_ASYNC_KILLS", "4"))
ITEMS = int(os.environ.get("NEXMO_ASYNC_ITEMS", "400"))

#: Seconds that a worker lives at most: about its share of the items.
LONGEST = ITEMS / KILLS / 500


@contextmanager
def sandbox_process(*arguments: str) -> Iterator[str]:
    """A sandbox as a program of its own; its address."""
    program = [sys.executable, "-m", "nexmo_async", "sandbox", "--port", "0"]
    login = ["--api-key", "abcd1234", "--api-secret", "0123456789abcdef"]
    with subprocess.Popen(
        [*program, *login, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            port = process.stdout.readline().strip().rpartition(":")[2]
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGKILL)


def received(url: str) -> Counter[str]:
    """How often the sandbox took a message for each person."""
    with urlopen(f"{url}/_sandbox/export") as answer:  # noqa: S310  our own sandbox
        return Counter(json.loads(line)["to"] for line in answer)


def work(url: str, journal: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, str(WORKER), url, str(journal), str(ITEMS)]
    worker = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert worker.stdout
    assert worker.stdout.readline() == "begun\n"
    return worker


def kill_after(worker: subprocess.Popen[str], seconds: float) -> bool:
    """Whether it had to be killed: the job was not done before."""
    try:
        worker.wait(seconds)
    except subprocess.TimeoutExpired:
        worker.kill()
    worker.communicate()
    return worker.returncode == -signal.SIGKILL


def unknown_in(journal: Path) -> int:
    try:
        return look(journal).report.unknown
    except JournalError as why:
        if why.problem not in {"does not exist", "has nothing written in it yet"}:
            raise
        return 0


def look(journal: Path) -> Peek:
    return asyncio.run(peek(journal))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_job_that_is_killed_at_any_moment_sends_each_item_once(
    tmp_path: Path,
) -> None:
    moments = random.Random(7)  # noqa: S311  the same moments each time
    journal = tmp_path / "spring.db"
    kills, unknown_at_kill = 0, [0]
    with sandbox_process() as url:
        for _ in range(KILLS):
            if kill_after(work(url, journal), moments.uniform(0.0, LONGEST)):
                kills += 1
            unknown_at_kill.append(unknown_in(journal))
        report: dict[str, Any] = json.loads(work(url, journal).communicate()[0])
        taken = received(url)
    unknown, settled = report["unknown"], look(journal).report.ok
    summary = f"{kills} kills, {unknown} unknown, {sum(taken.values())} received"
    print(summary)  # noqa: T201  of interest after an hour

    assert kills
    assert max(taken.values()) == 1
    assert settled + unknown == ITEMS
    assert settled <= len(taken) <= ITEMS
    assert len(report["unknown_items"]) == min(unknown, 1000)
    grown = [later - before for before, later in pairwise(unknown_at_kill)]
    assert max(grown) <= CONCURRENCY
