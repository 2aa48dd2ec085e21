"""The journal's file, as one thread sees it: what stands in it, and how it is written.

A batch is one statement for its intents and one for its answers, since each statement
costs the interpreter's lock, which a busy event loop gives back slowly. Both are only
ever added at the end. Keys come in no order, so that each would touch a page of its own
in an index: the latest are kept in memory, and sorted into the index many at a time.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.bulk.errors import JournalError, JournalFullError
from nexmo_async.bulk.journal import sql
from nexmo_async.bulk.journal.entries import Answer, Entry, Intent, check
from nexmo_async.bulk.journal.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nexmo_async.bulk.journal.entries import State

#: What an item is as long as it has no answer.
_INTENDED: Final = Answer("intended")

#: No space, a disk that fails, somebody who reads.
_PASSING: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY}
)

#: Rows that one statement adds at most; SQLite takes 32,766 values.
MOST_ROWS: Final = 1024

#: Keys that are kept in memory until they are sorted into the index.
LATEST: Final = 32_768

_TORN: Final = (
    "Restore it from a copy. Deleting it, and the .lock beside it, begins the job "
    "anew: what was sent would be sent again."
)


@attrs.define
class Table:
    """The file. Only one thread may touch it.

    Attributes:
        path: The file.
        is_full: Whether each commit waits for the disk.
        keeps: Keys that it holds in memory before it sorts them into the index.
    """

    path: Path
    is_full: bool
    keeps: int = LATEST
    _lock: Lock | None = None
    _database: sqlite3.Connection | None = None
    _run: int = 0
    _last: int = 0
    _indexed: int = 0
    _latest: dict[str, int] = attrs.field(factory=dict[str, int])
    _open: dict[str, int] = attrs.field(factory=dict[str, int])

    @property
    def _rows(self) -> sqlite3.Connection:
        if self._database is None:
            raise JournalError(str(self.path), "is not open")
        return self._database

    def open(
        self,
        job: str,
        notes: Mapping[str, str],
        now: float,
        meet: Callable[[str], object] | None = None,
    ) -> None:
        """Lock it, look whether it can be believed, and begin a run.

        Args:
            job: Whose it is.
            notes: What is noted in a new one.
            now: Unix seconds.
            meet: Called with each key that is known.
        """
        path = str(self.path)
        try:
            self._lock = Lock(sidecar(self.path), path)
            self._begin(job, notes, now)
            if meet is not None:
                for (key,) in self._rows.execute(sql.KEYS):
                    meet(key)
        except sqlite3.DatabaseError as why:
            self.close()
            if may_pass(why):
                raise JournalFullError(path, str(why)) from why
            raise JournalError(path, f"cannot be read: {why}", _TORN) from why
        except OSError as why:
            raise JournalError(path, f"cannot be opened: {why.strerror}") from why
        except BaseException:
            self.close()
            raise

    def write(
        self, intents: Sequence[Intent], answers: Mapping[str, Answer]
    ) -> list[Entry | None]:
        """Commit a batch; what was known of each intent before.

        Raises:
            sqlite3.Error: It is not written, nothing of it.
        """
        if not (intents or answers):
            return []
        rows, lock = self._rows, self._lock
        rows.execute("BEGIN IMMEDIATE")
        try:
            if answers:
                self._answer(answers)
            known, fresh = self._claim(intents)
            rows.execute(sql.COUNT)
            rows.execute("COMMIT")
        except BaseException:
            if rows.in_transaction:
                rows.execute("ROLLBACK")
            raise
        if lock is not None:
            lock.count(lock.commits + 1)
        for key in answers:
            self._open.pop(key, None)
        self._open |= fresh
        self._latest |= fresh
        self._last += len(fresh)
        if len(self._latest) >= self.keeps:
            self._index()
        return known

    def look(self, keys: Sequence[str]) -> dict[str, Entry]:
        """What is known of each of these keys."""
        numbers = list(self._numbers(keys).values()) if keys else []
        return self._entries(numbers) if numbers else {}

    def page(
        self, states: Sequence[State], after: int, most: int
    ) -> list[tuple[int, Entry]]:
        """Items in one of these states, in the order they were intended."""
        asked = after, json.dumps(states), most
        found = self._rows.execute(sql.PAGE, asked).fetchall()
        return [(row[0], _entry(row)) for row in found]

    def close(self, now: float | None = None) -> None:
        """Close it and let others have it. May be called again."""
        database, self._database = self._database, None
        lock, self._lock = self._lock, None
        try:
            if database is not None:
                if now is not None:
                    with suppress(sqlite3.Error):  # of interest, but not needed
                        database.execute(sql.END, (now, self._run))
                database.close()
        finally:
            if lock is not None:
                lock.release()

    def _begin(self, job: str, notes: Mapping[str, str], now: float) -> None:
        rows = self._database = sqlite3.connect(self.path, isolation_level=None)
        commits = -1 if self._is_new() else self._believe(job)
        lost = 0 if self._lock is None else self._lock.commits - max(commits, 0)
        if lost > 0:
            problem = f"has lost {lost} confirmed writes: it was cut or replaced"
            raise JournalError(str(self.path), problem, _TORN)
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute(f"PRAGMA synchronous = {'FULL' if self.is_full else 'NORMAL'}")
        rows.execute(f"PRAGMA wal_autocheckpoint = {sql.PAGES}")
        # All at once: a kill leaves an empty file, or a journal.
        rows.execute("BEGIN IMMEDIATE")
        if commits < 0:
            for statement in sql.SCHEMA.split(";"):
                rows.execute(statement)
            facts = {"job": job} | {f"note {name}": notes[name] for name in notes}
            rows.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        begun = rows.execute("INSERT INTO runs (began) VALUES (?)", (now,))
        rows.execute("COMMIT")
        self._run = cast("int", begun.lastrowid)
        [self._indexed] = rows.execute("SELECT indexed FROM commits").fetchone()
        self._latest = dict(rows.execute(sql.LATEST, (self._indexed,)).fetchall())
        self._last = max(self._latest.values(), default=self._indexed)
        self._open = {}

    def _is_new(self) -> bool:
        [count] = self._rows.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return not count

    def _believe(self, job: str) -> int:
        """How many commits an older file has seen, if it is one of ours and whole."""
        path, rows = str(self.path), self._rows
        if rows.execute("PRAGMA application_id").fetchone()[0] != sql.APPLICATION:
            was_one = self._lock is not None and self._lock.commits
            problem = "is a database, but no journal of a job"
            raise JournalError(path, problem, _TORN if was_one else "")
        version = rows.execute("PRAGMA user_version").fetchone()[0]
        if version != sql.VERSION:
            problem = f"is of version {version}, this release reads {sql.VERSION}"
            raise JournalError(path, problem, "Finish it with the release it is of.")
        found = rows.execute("SELECT value FROM facts WHERE name = 'job'").fetchone()
        check(job, found and found[0], path)
        [whole] = rows.execute("PRAGMA quick_check(1)").fetchone()
        if whole != "ok":
            raise JournalError(path, f"is torn: {whole}", _TORN)
        commits: int = rows.execute("SELECT total FROM commits").fetchone()[0]
        return commits

    def _answer(self, answers: Mapping[str, Answer]) -> None:
        """Add the answers at the end; the number of an item is mostly at hand."""
        far = [key for key in answers if key not in self._open]
        numbers = self._numbers(far) | self._open if far else self._open
        said = [
            value
            for key, answer in answers.items()
            for value in (numbers[key], *answer)
        ]
        _add(self._rows, "answers", 6, said)

    def _claim(
        self, intents: Sequence[Intent]
    ) -> tuple[list[Entry | None], dict[str, int]]:
        """Add the new ones, claim those known for this run."""
        numbers = self._numbers([intent.key for intent in intents])
        known = self._known(list(numbers.values())) if numbers else {}
        found: list[Entry | None] = []
        first: dict[str, Intent] = {}
        for intent in intents:
            key = intent.key
            before = known.get(key)
            if before is not None:
                known[key] = attrs.evolve(before, is_double=True)
            elif key in first:
                before = Entry(first[key], _INTENDED, is_double=True)
            else:
                first[key] = intent
            found.append(before)
        fresh = dict(zip(first, count(self._last + 1), strict=False))
        added = [
            value
            for number, intent in zip(fresh.values(), first.values(), strict=True)
            for value in (number, *intent, self._run)
        ]
        if added:
            _add(self._rows, "items", 7, added)
        return found, fresh

    def _known(self, numbers: Sequence[int]) -> dict[str, Entry]:
        """What stands there of these items; from now on they are of this run."""
        rows, given = self._rows, json.dumps(numbers)
        known = self._entries(numbers)
        rows.execute(sql.CLAIM, (self._run, given))
        rows.execute(sql.FORGET, (given,))
        return known

    def _entries(self, numbers: Sequence[int]) -> dict[str, Entry]:
        """What stands there of these items, by their keys."""
        found = self._rows.execute(sql.KNOWN, (json.dumps(numbers),)).fetchall()
        return {row[1]: _entry(row, is_double=row[-1] == self._run) for row in found}

    def _numbers(self, keys: Sequence[str]) -> dict[str, int]:
        """The numbers of those keys that are known."""
        latest = self._latest
        found = {key: latest[key] for key in keys if key in latest}
        if self._indexed and len(found) < len(keys):
            found |= dict(self._rows.execute(sql.FIND, (json.dumps(keys),)).fetchall())
        return found

    def _index(self) -> None:
        """Sort the latest keys into the index; if there is no room, a little later."""
        rows = self._rows
        try:
            rows.execute("BEGIN IMMEDIATE")
            rows.execute(sql.INDEX, (self._indexed,))
            rows.execute(sql.INDEXED, (self._last,))
            rows.execute("COMMIT")
        except sqlite3.Error:
            if rows.in_transaction:
                rows.execute("ROLLBACK")
        else:
            self._indexed = self._last
            self._latest.clear()


def may_pass(why: sqlite3.Error) -> bool:
    """Whether it may be otherwise a little later."""
    return why.sqlite_errorcode & 0xFF in _PASSING


def sidecar(journal: Path) -> Path:
    """The file beside a journal that one process holds."""
    return journal.with_name(f"{journal.name}.lock")


def _add(
    rows: sqlite3.Connection, table: str, columns: int, values: Sequence[object]
) -> None:
    """Add all the rows, given one value after the other."""
    most = MOST_ROWS * columns
    for begin in range(0, len(values), most):
        some = values[begin : begin + most]
        # Empty rows make its size a usual one, so that the statement is known already.
        count = 1 << (len(some) // columns - 1).bit_length()
        empty = [None] * (count * columns - len(some))
        rows.execute(_adding(table, columns, count), [*some, *empty])


@lru_cache
def _adding(table: str, columns: int, count: int) -> str:
    given = ", ".join([f"({', '.join('?' * columns)})"] * count)
    return (
        f"INSERT OR REPLACE INTO {table} "  # noqa: S608  names of ours
        f"SELECT * FROM (VALUES {given}) WHERE column1 IS NOT NULL"
    )


def _entry(row: Sequence[Any], *, is_double: bool = False) -> Entry:
    return Entry(Intent(*row[1:6]), Answer(*row[6:11]), is_double)
