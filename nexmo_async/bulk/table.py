"""The journal's file, as one thread sees it: what stands in it, and how it is written.

A batch is one statement over a JSON array: each statement costs the interpreter's lock,
which a busy event loop gives back slowly.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from nexmo_async.bulk.errors import JournalError, JournalFullError
from nexmo_async.bulk.journal import NEXT, Answer, Entry, Intent, check
from nexmo_async.bulk.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Stands in the file's header, so that no other database is taken for a journal.
APPLICATION: Final = 0x6E786D6F

#: Of what stands in the file. Another one is refused.
VERSION: Final = 1

#: No space, a disk that fails, somebody who reads.
_PASSING: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY}
)

_UNSETTLED: Final = tuple(state for state, what in NEXT.items() if what == "settle")

_SCHEMA: Final = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (run INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL);
CREATE TABLE items (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  client_ref TEXT NOT NULL,
  place INTEGER NOT NULL,
  line INTEGER,
  intended REAL NOT NULL,
  run INTEGER NOT NULL,
  state TEXT NOT NULL,
  message_uuid TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  took REAL NOT NULL DEFAULT 0,
  answered REAL NOT NULL DEFAULT 0
);
CREATE TABLE commits (total INTEGER NOT NULL);
INSERT INTO commits VALUES (0);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""  # noqa: S608  two numbers of ours

_COLUMNS: Final = (
    "number, items.key, client_ref, place, line, intended, "
    "state, message_uuid, reason, took, answered"
)
_KNOWN: Final = f"""
SELECT {_COLUMNS}, run FROM json_each(?) AS given JOIN items ON items.key = given.value
"""  # noqa: S608  words of ours
_END: Final = "UPDATE runs SET ended = ? WHERE run = ?"
_CLAIM: Final = """
UPDATE items SET run = ?, state = iif(state = 'unsent', 'intended', state)
WHERE key IN (SELECT value FROM json_each(?))
"""
_INTEND: Final = """
INSERT INTO items (key, client_ref, place, line, intended, run, state)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
  json_extract(value, '$[2]'), json_extract(value, '$[3]'),
  json_extract(value, '$[4]'), ?, 'intended'
FROM json_each(?)
"""
_ANSWER: Final = """
UPDATE items SET state = said.state, message_uuid = said.message_uuid,
  reason = said.reason, took = said.took, answered = said.answered
FROM (
  SELECT json_extract(value, '$[0]') AS name, json_extract(value, '$[1]') AS state,
    json_extract(value, '$[2]') AS message_uuid, json_extract(value, '$[3]') AS reason,
    json_extract(value, '$[4]') AS took, json_extract(value, '$[5]') AS answered
  FROM json_each(?)
) AS said WHERE key = said.name
"""
_FIND_UNSETTLED: Final = f"""
SELECT {_COLUMNS} FROM items
WHERE number > ? AND state IN {_UNSETTLED} ORDER BY number LIMIT ?
"""  # noqa: S608  words of ours

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
    """

    path: Path
    is_full: bool
    _lock: Lock | None = None
    _database: sqlite3.Connection | None = None
    _run: int = 0

    @property
    def _rows(self) -> sqlite3.Connection:
        if self._database is None:
            raise JournalError(str(self.path), "is not open")
        return self._database

    def open(self, job: str, notes: Mapping[str, str], now: float) -> None:
        """Lock it, look whether it can be believed, and begin a run."""
        path = str(self.path)
        try:
            self._lock = Lock(sidecar(self.path), path)
            self._begin(job, notes, now)
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
        rows, lock = self._rows, self._lock
        rows.execute("BEGIN IMMEDIATE")
        try:
            if answers:
                said = [(key, *attrs.astuple(each)) for key, each in answers.items()]
                rows.execute(_ANSWER, (json.dumps(said),))
            known = self._claim(intents) if intents else []
            rows.execute("UPDATE commits SET total = total + 1")
            rows.execute("COMMIT")
        except BaseException:
            if rows.in_transaction:
                rows.execute("ROLLBACK")
            raise
        if lock is not None:
            lock.count(lock.commits + 1)
        return known

    def unsettled(self, after: int, most: int) -> list[tuple[int, Entry]]:
        """Items that may have been sent."""
        found = self._rows.execute(_FIND_UNSETTLED, (after, most)).fetchall()
        return [(row[0], _entry(row)) for row in found]

    def close(self, now: float | None = None) -> None:
        """Close it and let others have it. May be called again."""
        database, self._database = self._database, None
        lock, self._lock = self._lock, None
        try:
            if database is not None:
                if now is not None:
                    with suppress(sqlite3.Error):  # of interest, but not needed
                        database.execute(_END, (now, self._run))
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
        # All at once: a kill leaves an empty file, or a journal.
        rows.execute("BEGIN IMMEDIATE")
        if commits < 0:
            for statement in _SCHEMA.split(";"):
                rows.execute(statement)
            facts = {"job": job} | {f"note {name}": notes[name] for name in notes}
            rows.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        begun = rows.execute("INSERT INTO runs (began) VALUES (?)", (now,))
        rows.execute("COMMIT")
        self._run = cast("int", begun.lastrowid)

    def _is_new(self) -> bool:
        [count] = self._rows.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return not count

    def _believe(self, job: str) -> int:
        """How many commits an older file has seen, if it is one of ours and whole."""
        path, rows = str(self.path), self._rows
        if rows.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            was_one = self._lock is not None and self._lock.commits
            problem = "is a database, but no journal of a job"
            raise JournalError(path, problem, _TORN if was_one else "")
        version = rows.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            problem = f"is of version {version}, this release reads {VERSION}"
            raise JournalError(path, problem, "Finish it with the release it is of.")
        found = rows.execute("SELECT value FROM facts WHERE name = 'job'").fetchone()
        check(job, found and found[0], path)
        [whole] = rows.execute("PRAGMA quick_check(1)").fetchone()
        if whole != "ok":
            raise JournalError(path, f"is torn: {whole}", _TORN)
        commits: int = rows.execute("SELECT total FROM commits").fetchone()[0]
        return commits

    def _claim(self, intents: Sequence[Intent]) -> list[Entry | None]:
        """Write the new ones, claim those known for this run."""
        keys = json.dumps(list({intent.key: None for intent in intents}))
        rows, run = self._rows, self._run
        known: dict[str, Entry] = {
            row[1]: _entry(row, is_double=row[-1] == run)
            for row in rows.execute(_KNOWN, (keys,)).fetchall()
        }
        if known:
            rows.execute(_CLAIM, (run, json.dumps(list(known))))
        found: list[Entry | None] = []
        fresh: list[tuple[Any, ...]] = []
        for intent in intents:
            before = known.get(intent.key)
            found.append(before)
            if before is None:
                fresh.append(attrs.astuple(intent))
                known[intent.key] = Entry(intent, Answer("intended"), is_double=True)
            else:
                known[intent.key] = attrs.evolve(before, is_double=True)
        if fresh:
            rows.execute(_INTEND, (run, json.dumps(fresh)))
        return found


def may_pass(why: sqlite3.Error) -> bool:
    """Whether it may be otherwise a little later."""
    return why.sqlite_errorcode & 0xFF in _PASSING


def sidecar(journal: Path) -> Path:
    """The file beside a journal that one process holds."""
    return journal.with_name(f"{journal.name}.lock")


def _entry(row: Sequence[Any], *, is_double: bool = False) -> Entry:
    _, key, ref, place, line, intended, *answer = row[:11]
    return Entry(Intent(key, ref, place, line, intended), Answer(*answer), is_double)
