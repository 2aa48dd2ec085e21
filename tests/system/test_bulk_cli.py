"""The bulk commands as somebody uses them: in a terminal, killed, resumed by name."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import socket
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from nexmo_async.clock import FastClock, SystemClock
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ROWS = 300


@pytest.fixture
async def account() -> AsyncIterator[Sandbox]:
    """A sandbox whose second tries of webhooks come soon."""
    async with Sandbox(clock=FastClock(20)) as box:
        yield box


@pytest.fixture(autouse=True)
def people(tmp_path: Path) -> None:
    rows = "".join(f"Ana,4477009{number:05}\n" for number in range(ROWS))
    (tmp_path / "people.csv").write_text(f"name,to\n{rows}")


async def begun(box: Sandbox, folder: Path, *words: str) -> asyncio.subprocess.Process:
    """The command itself, in a process of its own."""
    env = {
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_SIGNATURE_SECRET": box.signature_secret,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", "bulk", *words),
        cwd=folder,
        env=os.environ | env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(box: Sandbox, folder: Path, *words: str) -> tuple[int | None, str]:
    """Exit code and output of a command."""
    process = await begun(box, folder, *words)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def until(box: Sandbox, count: int, process: asyncio.subprocess.Process) -> None:
    """Wait until the sandbox has got so many messages."""
    async with SystemClock().timeout(60):
        while len(box.messages()) < count:
            assert process.returncode is None, (await process.communicate())[1]
            await SystemClock().sleep(0.01)


def send(*more: str) -> list[str]:
    words = ["send", "people.csv", "--sender", "ACME", "--text", "Hi {name}"]
    return [*words, "--job", "demo", "--yes", *more]


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def results(path: Path) -> list[dict[str, str]]:
    """The lines of the file of results, as far as they are written."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def outcomes(path: Path) -> Counter[str]:
    """How many rows ended how."""
    return Counter(row["outcome"] for row in results(path))


def times(box: Sandbox) -> Counter[int]:
    """How many people got how many messages."""
    return Counter(Counter(sent.to for sent in box.messages()).values())


async def test_killed_half_way_and_resumed_everybody_gets_one_message(
    account: Sandbox, tmp_path: Path
) -> None:
    heard = ["--listen", free_port(), "--on-unknown", "resend", "--grace", "2"]
    process = await begun(account, tmp_path, *send(*heard))
    await until(account, ROWS // 2, process)
    process.kill()
    await process.wait()
    with closing(sqlite3.connect(tmp_path / "demo.db")) as rows:
        [[left]] = rows.execute(
            "SELECT count(*) FROM items LEFT JOIN answers USING (number)"
            " WHERE state IS NULL"
        )
    code, said = await ended(account, tmp_path, "resume", "demo")

    assert left <= 64
    assert code == 0, said
    assert times(account) == {1: ROWS}
    assert outcomes(tmp_path / "demo-results.csv") == {"sent": ROWS}


async def test_without_receipts_the_unknown_are_told_and_nobody_gets_two(
    account: Sandbox, tmp_path: Path
) -> None:
    process = await begun(account, tmp_path, *send("--grace", "0"))
    await until(account, ROWS // 2, process)
    process.kill()
    await process.wait()
    code, said = await ended(account, tmp_path, "resume", "demo", "--json")
    told = json.loads(said.splitlines()[0])

    assert code == (3 if told["unknown"] else 0), said
    assert told["ok"] + told["skipped"] + told["unknown"] == ROWS
    assert set(times(account)) == {1}
    assert len(account.messages()) >= ROWS - told["unknown"]


async def test_ctrl_c_finishes_what_is_in_flight(
    account: Sandbox, tmp_path: Path
) -> None:
    process = await begun(account, tmp_path, *send())
    await until(account, 100, process)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    code, said = await ended(account, tmp_path, "status", "demo", "--json")
    told = json.loads(said)

    assert process.returncode == 5
    assert b"bulk resume demo goes on" in err
    assert code == 0
    assert (told["ok"], told["unknown"]) == (len(account.messages()), 0)
    assert told["ok"] < ROWS


async def test_a_job_that_runs_cannot_be_begun_again(
    account: Sandbox, tmp_path: Path
) -> None:
    process = await begun(account, tmp_path, *send("--limit", "10/s"))
    await until(account, 21, process)
    kept = results(tmp_path / "demo-results.csv")
    code, said = await ended(account, tmp_path, *send())
    still = results(tmp_path / "demo-results.csv")
    _, shown = await ended(account, tmp_path, "status", "demo")
    process.kill()
    await process.wait()

    assert code == 1
    assert f"is in use by process {process.pid}" in said
    assert str(process.pid) in shown
    assert still[: len(kept)] == kept
