"""The examples that are programs, run as a user would run them, against the sandbox."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nexmo_async.clock import SystemClock, instant

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from nexmo_async.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"
ANA = "447700900000"
PEOPLE = 400


async def run(name: str, *words: str, cwd: Path, env: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", str(EXAMPLES / name), *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
        env=os.environ | env,
    )


async def line(program: Process) -> str:
    assert program.stdout is not None
    async with SystemClock().timeout(120.0):
        return (await program.stdout.readline()).decode()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"P{number},4477009{number:05}\n" for number in range(PEOPLE)]
    path.write_text("name,to\n" + "".join(rows) + "Nobody,none\n")
    return path


@pytest.fixture
def night(people: Path, env: dict[str, str]) -> list[str]:
    """A line for the bulk night; the quiet hours are on the other side of the day."""
    now = instant(SystemClock()).astimezone(UTC)
    hours = [f"{now + timedelta(hours=more):%H}:00" for more in (10, 12)]
    del env
    return [str(people), "Hi {name}", "--quiet-hours", "-".join(hours)]


async def test_a_bulk_night_goes_on_after_a_crash_and_tells_nobody_twice(
    box: Sandbox, night: list[str], people: Path, env: dict[str, str]
) -> None:
    first = await run(
        "bulk_night.py", *night, "--rate", "100", cwd=people.parent, env=env
    )
    while not (await line(first)).partition(" ")[0].strip("0"):
        pass
    first.kill()
    await first.wait()
    before = len(box.messages())
    second = await run(
        "bulk_night.py", *night, "--rate", "1000", cwd=people.parent, env=env
    )
    said, _ = await second.communicate()
    told = said.decode()
    got = Counter(sent.to for sent in box.messages())

    assert 0 < before < PEOPLE, told
    assert set(got.values()) == {1}
    assert len(got) + told.count("nobody knows") >= PEOPLE
    assert "1 RowError" in told


async def test_a_bulk_night_writes_down_the_rows_that_are_no_messages(
    night: list[str], people: Path, env: dict[str, str]
) -> None:
    program = await run(
        "bulk_night.py", *night, "--rate", "1000", cwd=people.parent, env=env
    )
    said, _ = await program.communicate()
    rejects = await asyncio.to_thread((people.parent / "night-rejects.csv").read_text)

    assert f"{PEOPLE} sent" in said.decode()
    assert "Nobody,none" in rejects


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
async def test_ctrl_c_ends_a_bulk_night_gently(
    box: Sandbox, night: list[str], people: Path, env: dict[str, str]
) -> None:
    program = await run(
        "bulk_night.py", *night, "--rate", "100", cwd=people.parent, env=env
    )
    await line(program)
    program.send_signal(signal.SIGINT)
    said, _ = await program.communicate()

    assert "Traceback" not in said.decode()
    assert "nobody knows" not in said.decode()
    assert len(box.messages()) < PEOPLE


async def test_a_conversation_ends_with_what_the_person_wrote(
    box: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    program = await run("conversation.py", ANA, "0", cwd=tmp_path, env=env)
    url = (await line(program)).split()[-1]
    box.status_url = box.inbound_url = url
    await box.store.bell.until(lambda: box.messages() or None)
    asked = box.messages()[0]
    uuid = await box.inbound(
        channel="whatsapp", sender=ANA, to=asked.sender, text="At two"
    )
    answer = await line(program)
    await program.wait()

    assert answer == "At two\n"
    assert box.messages()[-1].text == "Thank you: At two."
    assert [it.read_at is not None for it in box.store.inbound()] == [True]
    assert [it.message_uuid for it in box.store.inbound()] == [uuid]
