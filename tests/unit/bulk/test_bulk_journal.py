"""The journal in a file: who may have it, and what becomes of it when it is torn."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from bulk_office import Office, sms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexmo_async import Basic, Nexmo, Retry
from nexmo_async.bulk import (
    Control,
    JournalBusyError,
    JournalError,
    JournalFullError,
    SqliteJournal,
    peek,
)
from nexmo_async.bulk.journal.entries import Answer, Intent
from nexmo_async.clock import SystemClock
from nexmo_async.errors import ConfigurationError, UnknownOutcomeError

if TYPE_CHECKING:
    from pathlib import Path

    from nexmo_async.bulk.journal.sqlite import Survives

CLOCK = SystemClock()
ITEMS = 40


def intent(number: int) -> Intent:
    return Intent(f"key-{number}", f"ref-{number}", number, number + 2, 1.0)


async def written(path: Path, *, is_killed: bool) -> None:
    """A journal with answered items; closed in order, or as a kill leaves it."""
    journal = SqliteJournal(path if not is_killed else path.with_suffix(".live"))
    await journal.open("spring", CLOCK, {"file": "people.csv"})
    for number in range(ITEMS):
        await journal.intend(intent(number))
        journal.answer(f"key-{number}", Answer("answered", f"uuid-{number}"))
    await journal.unsettled(-1, 1)
    if is_killed:
        for end in ("", "-wal", ".lock"):
            shutil.copy(f"{path.with_suffix('.live')}{end}", f"{path}{end}")
    await journal.aclose()


async def known(path: Path) -> int:
    """How many items the journal knows, as a new run would find them."""
    journal = SqliteJournal(path)
    await journal.open("spring", CLOCK, {})
    try:
        found = await asyncio.gather(*(journal.intend(intent(n)) for n in range(ITEMS)))
    finally:
        await journal.aclose()
    return sum(each is not None for each in found)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two journals, one closed in order and one that was killed."""
    folder = tmp_path_factory.mktemp("whole")
    asyncio.run(written(folder / "closed.db", is_killed=False))
    asyncio.run(written(folder / "killed.db", is_killed=True))
    return folder


@pytest.mark.parametrize(
    ("name", "end"), [("closed.db", ""), ("killed.db", ""), ("killed.db", "-wal")]
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(share=st.floats(0.0, 1.0))
def test_a_journal_cut_at_any_byte_is_whole_or_refused(
    whole: Path, tmp_path: Path, name: str, end: str, share: float
) -> None:
    for other in ("", "-wal", ".lock"):
        if (whole / f"{name}{other}").exists():
            shutil.copy(whole / f"{name}{other}", tmp_path / f"{name}{other}")
    (tmp_path / f"{name}-shm").unlink(missing_ok=True)
    torn = tmp_path / f"{name}{end}"
    os.truncate(torn, int(share * torn.stat().st_size))
    try:
        found = asyncio.run(known(tmp_path / name))
    except JournalError as why:
        assert "Deleting it" in why.advice  # noqa: PT017  else it is whole
    else:
        assert found == ITEMS


async def test_a_journal_that_lost_its_last_writes_says_how_many(
    tmp_path: Path, whole: Path
) -> None:
    for end in ("", ".lock"):
        shutil.copy(whole / f"killed.db{end}", tmp_path / f"killed.db{end}")

    with pytest.raises(JournalError, match=r"has lost \d+ confirmed writes"):
        await known(tmp_path / "killed.db")


async def test_a_journal_that_was_killed_knows_all(tmp_path: Path, whole: Path) -> None:
    for end in ("", "-wal", ".lock"):
        shutil.copy(whole / f"killed.db{end}", tmp_path / f"killed.db{end}")

    assert await known(tmp_path / "killed.db") == ITEMS


async def test_another_process_is_refused_with_the_pid(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    journal = SqliteJournal(path)
    await journal.open("spring", CLOCK, {})
    code = (
        "import asyncio, sys; from nexmo_async.bulk import *;"
        "from nexmo_async.clock import SystemClock as C;"
        "asyncio.run(SqliteJournal(sys.argv[1]).open('spring', C(), {}))"
    )
    program = [sys.executable, "-c", code, str(path)]
    done = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, text=True, check=False
    )

    assert f"is in use by process {os.getpid()}" in done.stderr
    assert (await peek(path)).pid == os.getpid()
    await journal.aclose()
    assert (await peek(path)).pid is None


async def test_the_same_process_is_refused_as_well(tmp_path: Path) -> None:
    journal, other = SqliteJournal(tmp_path / "a.db"), SqliteJournal(tmp_path / "a.db")
    await journal.open("spring", CLOCK, {})
    with pytest.raises(JournalBusyError) as caught:
        await other.open("spring", CLOCK, {})
    await journal.aclose()

    assert caught.value.pid == os.getpid()


async def test_a_journal_of_another_job_is_refused(tmp_path: Path) -> None:
    await written(tmp_path / "a.db", is_killed=False)

    with pytest.raises(JournalError, match="belongs to the job 'spring', not to 'x'"):
        await SqliteJournal(tmp_path / "a.db").open("x", CLOCK, {})


async def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    await written(tmp_path / "a.db", is_killed=False)
    with closing(sqlite3.connect(tmp_path / "a.db")) as rows:
        rows.execute("PRAGMA user_version = 99")

    with pytest.raises(JournalError, match="is of version 99, this release reads 1"):
        await known(tmp_path / "a.db")
    with pytest.raises(JournalError, match="is of version 99"):
        await peek(tmp_path / "a.db")


async def test_another_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as rows:
        rows.execute("CREATE TABLE people (name)")

    with pytest.raises(JournalError, match="is a database, but no journal"):
        await known(tmp_path / "a.db")
    with pytest.raises(JournalError, match="is no journal"):
        await peek(tmp_path / "a.db")


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("to,name\n" * 1000)

    with pytest.raises(JournalError, match="file is not a database"):
        await known(tmp_path / "a.csv")


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file or directory"):
        await known(tmp_path / "none" / "a.db")
    with pytest.raises(JournalError, match="does not exist"):
        await peek(tmp_path / "none" / "a.db")


async def test_a_refused_journal_is_not_held(tmp_path: Path) -> None:
    await written(tmp_path / "a.db", is_killed=False)
    with pytest.raises(JournalError):
        await SqliteJournal(tmp_path / "a.db").open("x", CLOCK, {})

    assert await known(tmp_path / "a.db") == ITEMS


def test_to_survive_something_else_is_refused(tmp_path: Path) -> None:
    survives: Survives = "fire"  # type: ignore[assignment]
    with pytest.raises(ConfigurationError, match="choose from power, process"):
        SqliteJournal(tmp_path / "a.db", survives=survives)


async def test_a_look_from_outside_tells_all_runs_together(tmp_path: Path) -> None:
    office, path = Office(), tmp_path / "spring.db"
    office.doors.set()
    office.plan["447700000001"].append(UnknownOutcomeError("r", "reset"))
    once = Retry(attempts=1, on_unknown="raise")
    async with Nexmo(Basic("k", "s"), transport=office, retry=once) as nexmo:
        for count in (3, 5):
            await nexmo.bulk.run(
                (sms(number) for number in range(count)),
                job="spring",
                journal=path,
                on_unknown="raise",
                notes={"file": "people.csv"},
            )
    seen = await peek(path)

    assert (seen.job, seen.runs, seen.notes) == ("spring", 2, {"file": "people.csv"})
    assert (seen.report.ok, seen.report.unknown, seen.report.total) == (4, 1, 5)
    assert [each.index for each in seen.report.unknown_items] == [1]
    assert sum(moment.sent for moment in seen.report.curve) == 5


async def test_the_file_has_the_name_of_the_job_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    office = Office()
    office.doors.set()
    async with Nexmo(Basic("k", "s"), transport=office) as nexmo:
        await nexmo.bulk.run([sms(1)], job="spring")

    assert (await peek("spring.db")).report.ok == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
async def test_a_full_disk_stops_the_job_and_loses_nothing(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415  only where there is one

    office, path = Office(), tmp_path / "spring.db"
    office.doors.set()
    items = [sms(number) for number in range(3000)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = SqliteJournal(path, patience=0.0)
    async with Nexmo(Basic("k", "s"), transport=office) as nexmo:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            with pytest.raises(JournalFullError, match="Make room"):
                await nexmo.bulk.run(items, job="spring", journal=journal)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sent = office.sent.total()
        report = await nexmo.bulk.run(
            items, job="spring", journal=path, on_unknown="raise"
        )

    assert 0 < sent < 3000
    assert set(office.sent.values()) == {1}
    assert report.unknown <= 64
    assert report.total == 3000
    assert report.ok + report.skipped + report.unknown == 3000


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
async def test_a_disk_that_has_room_again_lets_the_job_go_on(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415  only where there is one

    office, control = Office(), Control()
    office.doors.set()
    items = [sms(number) for number in range(3000)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def make_room(_: object) -> None:
        if control.snapshot().waiting_for.startswith("the journal: "):
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    async with Nexmo(Basic("k", "s"), transport=office) as nexmo:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            report = await nexmo.bulk.run(
                items,
                job="spring",
                journal=tmp_path / "spring.db",
                control=control,
                progress=make_room,
            )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert report.ok == 3000
    assert set(office.sent.values()) == {1}
