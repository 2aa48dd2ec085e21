from __future__ import annotations

import sqlite3
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.clock import ManualClock, instant
from nexmo_async.sandbox import Sandbox, Store
from nexmo_async.sandbox.keep import keeping
from nexmo_async.sandbox.records import Draft, Message
from nexmo_async.sandbox.written import read, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


def kept(db: Path, kind: str) -> int:
    with sqlite3.connect(db) as file:
        (count,) = file.execute(f"SELECT count(*) FROM {kind}").fetchone()  # noqa: S608 - ours
    file.close()
    return int(count)


async def test_it_is_written_while_it_runs(db: Path) -> None:
    """Whoever kills the sandbox finds all but the last moment of it."""
    store = Store()
    async with keeping(db, store) as (keeper, facts):
        assert facts == {}
        store.add_message(made(1))
        await keeper.flush()
        store.add_message(made(2))
        assert keeper._file.execute("SELECT number FROM message").fetchall() == [(1,)]  # noqa: SLF001 - it is locked

    assert kept(db, "message") == 2


def made(number: int, text: str = "hi") -> Message:
    draft = Draft(
        api="v1",
        channel="sms",
        message_type="text",
        to="1",
        sender="2",
        request={"text": text, "a": [1.5, None, {"b": True}]},
        text=text,
    )
    at = instant(ManualClock())
    return Message(message_uuid=str(number), draft=draft, accepted_at=at)


@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    store, other = Store(), Store()
    store.add_message(made(1, text))

    read(other, "message", [write(store.messages()[0])])

    assert other.messages()[0].draft == store.messages()[0].draft


async def test_a_file_of_another_version_says_which(db: Path) -> None:
    async with Sandbox(db=db):
        pass
    with sqlite3.connect(db) as file:
        file.execute("PRAGMA user_version = 7")
    file.close()

    with pytest.raises(ValueError, match="has format 7, this sandbox reads format 1"):
        async with Sandbox(db=db):
            pass


@pytest.mark.parametrize("content", [b"hello" * 1000, b"x"])
async def test_what_is_no_file_of_a_sandbox_is_left_alone(
    db: Path, content: bytes
) -> None:
    db.write_bytes(content)  # noqa: ASYNC240 - a moment

    with pytest.raises(ValueError, match="is no file of a sandbox"):
        async with Sandbox(db=db):
            pass

    assert db.read_bytes() == content  # noqa: ASYNC240 - the same


async def test_the_database_of_somebody_else_is_left_alone(db: Path) -> None:
    with sqlite3.connect(db) as file:
        file.execute("CREATE TABLE message (mine TEXT)")
    file.close()

    with pytest.raises(ValueError, match="is no file of a sandbox"):
        async with Sandbox(db=db):
            pass


async def test_a_damaged_file_says_so(db: Path) -> None:
    store = Store()
    async with keeping(db, store):
        store.add_message(made(1))
    with sqlite3.connect(db) as file:
        file.execute("UPDATE message SET told = '{}'")
    file.close()

    with pytest.raises(ValueError, match="is damaged"):
        async with Sandbox(db=db):
            pass


async def test_two_sandboxes_do_not_share_a_file(db: Path) -> None:
    async with Sandbox(db=db):
        with pytest.raises(OSError, match="perhaps a sandbox does"):
            async with Sandbox(db=db):
                pass


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot open"):
        async with Sandbox(db=tmp_path / "no" / "where.db"):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
async def test_the_file_is_for_its_owner_only(db: Path) -> None:
    """It has the account's secrets."""
    async with Sandbox(db=db):
        assert stat.S_IMODE(db.stat().st_mode) == 0o600  # noqa: ASYNC240 - a moment


async def test_a_disk_that_fails_is_told_once_and_tried_again(
    db: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store()
    async with keeping(db, store) as (keeper, _):
        store.add_message(made(1))
        keeper._file.execute("ALTER TABLE message RENAME TO away")  # noqa: SLF001 - a disk that is full
        await keeper.flush()
        await keeper.flush()
        assert "no such table: message" in (keeper.trouble or "")
        assert len(caplog.records) == 1

        keeper._file.execute("ALTER TABLE away RENAME TO message")  # noqa: SLF001 - and is not any more
        await keeper.flush()
        assert keeper.trouble is None

    assert kept(db, "message") == 1
