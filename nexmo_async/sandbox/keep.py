"""A file in which everything is kept, so that a sandbox goes on where it stopped.

SQLite, out of the way of those who send: changes are gathered and written together, in
a thread. Memory stays what everything is read from.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.clock import SystemClock
from nexmo_async.sandbox import written
from nexmo_async.sandbox.bell import Bell
from nexmo_async.sandbox.crew import crew

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
    from pathlib import Path

    from nexmo_async.sandbox.store import Store

_log: Final = logging.getLogger("nexmo_async.sandbox")

#: Says that a file is a sandbox's, and how it is written. (SQLite, file format.)
APPLICATION: Final = 0x6E786D73
VERSION: Final = 1

#: Seconds for which changes are gathered.
GATHER: Final = 0.25

_TABLES: Final = (
    *(
        f"CREATE TABLE {kind} (number INTEGER PRIMARY KEY, told TEXT NOT NULL)"
        for kind in written.KINDS.values()
    ),
    "CREATE TABLE fact (name TEXT PRIMARY KEY, told TEXT NOT NULL)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


class Keeper:
    """Hears of every change, and writes it down a moment later.

    Attributes:
        facts: What else is to be kept, asked for whenever something is written.
        trouble: Why the last writing failed; it is tried again with the next change.
    """

    def __init__(self, file: sqlite3.Connection, most: Mapping[str, int]) -> None:
        self._file = file
        self._most = most
        self._changed: dict[object, None] = {}
        self._forget = False
        self._bell = Bell()
        # A writing that was cancelled goes on in its thread: the next one waits for it.
        self._writing = threading.Lock()
        self.facts: Callable[[], Mapping[str, object]] = dict[str, object]
        self.trouble: str | None = None

    def tell(self, kind: str, thing: object) -> None:
        """Something changed."""
        if kind == "reset":
            self._changed.clear()
            self._forget = True
        elif type(thing) in written.KINDS:
            self._changed[thing] = None
        self._bell.ring()

    def close(self) -> None:
        """Nobody reads any more; what is under way is still written down."""

    async def run(self) -> None:
        """Write down what changes, again and again."""
        patience = SystemClock()
        while True:
            await self._bell.wait()
            await patience.sleep(GATHER)
            await self.flush()

    async def flush(self) -> None:
        """Write down what changed so far."""
        changed, self._changed = self._changed, {}
        forget, self._forget = self._forget, False
        try:
            await asyncio.to_thread(self._write, changed, self.facts(), forget=forget)
        except asyncio.CancelledError:
            # Perhaps it had not begun. What is written down twice is the same.
            self._take_back(changed, forget=forget)
            raise
        except sqlite3.Error as error:
            self._take_back(changed, forget=forget)
            if self.trouble is None:
                _log.warning("what changed cannot be written: %s", error)
            self.trouble = str(error)
        else:
            self.trouble = None

    def _take_back(self, changed: dict[object, None], *, forget: bool) -> None:
        self._changed = {**changed, **self._changed}
        self._forget = forget or self._forget

    def _write(
        self, changed: Iterable[object], facts: Mapping[str, object], *, forget: bool
    ) -> None:
        rows: dict[str, list[tuple[int, str]]] = {}
        for thing in changed:
            kind = written.KINDS[type(thing)]
            number: int = getattr(thing, "number")  # noqa: B009 - each of them has one
            rows.setdefault(kind, []).append((number, written.write(thing)))
        with self._writing, self._file as file:
            for kind, most in self._most.items():
                if forget:
                    file.execute(f"DELETE FROM {kind}")  # noqa: S608 - our own names
                file.executemany(
                    f"REPLACE INTO {kind} VALUES (?, ?)",  # noqa: S608 - the same
                    rows.get(kind, ()),
                )
                file.execute(
                    f"DELETE FROM {kind} WHERE number <= "  # noqa: S608 - the same
                    f"(SELECT max(number) FROM {kind}) - ?",
                    (most,),
                )
            told = [(name, json.dumps(facts[name])) for name in facts]
            file.executemany("REPLACE INTO fact VALUES (?, ?)", told)


@asynccontextmanager
async def keeping(
    path: Path, store: Store
) -> AsyncGenerator[tuple[Keeper, dict[str, Any]]]:
    """Fill a store from a file, and keep it there for as long as the block lasts.

    The keeper comes with the facts that it wrote down the last time.

    Raises:
        ValueError: The file is none of a sandbox, or of another version.
        OSError: It cannot be opened.
    """
    most = store.most
    file, facts = await asyncio.to_thread(_load, path, store)
    keeper = Keeper(file, most)
    try:
        async with crew() as hands:
            store.feed.hear(keeper)
            hands.start(keeper.run())
            yield keeper, facts
    finally:
        await keeper.flush()
        await asyncio.to_thread(file.close)


def stopped_at(path: Path) -> float | None:
    """The Unix seconds on the sandbox's wall when it stopped; None: a new file.

    Raises:
        ValueError: The file is none of a sandbox, or of another version.
    """
    if not path.exists():
        return None
    with closing(_open(path)) as file:
        return _facts(file).get("wall")


def _load(path: Path, store: Store) -> tuple[sqlite3.Connection, dict[str, Any]]:
    file = _open(path)
    try:
        for kind in written.KINDS.values():
            rows = file.execute(f"SELECT told FROM {kind} ORDER BY number")  # noqa: S608 - our own names
            written.read(store, kind, (told for (told,) in rows))
        written.link(store)
        return file, _facts(file)
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
        file.close()
        raise ValueError(f"{path} is damaged: {error}") from None


def _open(path: Path) -> sqlite3.Connection:
    new = not path.exists() or path.stat().st_size == 0
    try:
        if new:
            path.touch(mode=0o600)  # it holds the account's secrets
        file = sqlite3.connect(path, timeout=0, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise OSError(f"cannot open {path}: {error}") from None
    try:
        _prepare(path, file, new=new)
    except sqlite3.OperationalError as error:
        file.close()
        raise OSError(f"cannot use {path}, perhaps a sandbox does: {error}") from None
    except sqlite3.DatabaseError:
        file.close()
        raise ValueError(f"{path} is no file of a sandbox") from None
    except ValueError:
        file.close()
        raise
    return file


def _prepare(path: Path, file: sqlite3.Connection, *, new: bool) -> None:
    # One sandbox at a time: two would write over each other.
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    (application,) = file.execute("PRAGMA application_id").fetchone()
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if not new and application != APPLICATION:
        raise ValueError(f"{path} is no file of a sandbox")
    if not new and version != VERSION:
        raise ValueError(
            f"{path} is of another version: it has format {version}, this sandbox "
            f"reads format {VERSION}; name another file, or delete this one"
        )
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    with file:
        file.execute("BEGIN EXCLUSIVE")
        for statement in _TABLES if new else ():
            file.execute(statement)


def _facts(file: sqlite3.Connection) -> dict[str, Any]:
    return {name: json.loads(told) for name, told in file.execute("SELECT * FROM fact")}
