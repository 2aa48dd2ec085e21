"""What stands in a journal's file, and what is asked of it."""

from __future__ import annotations

from typing import Final

#: Stands in the file's header, so that no other database is taken for a journal.
APPLICATION: Final = 0x6E786D6F

#: Pages (4 KB) of the log before they are brought into the file. It is then written
#: over from the beginning, which reaches the disk sooner than a file that grows.
PAGES: Final = 256

#: Of what stands in the file. Another one is refused.
VERSION: Final = 1

SCHEMA: Final = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (run INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL);
CREATE TABLE items (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  client_ref TEXT NOT NULL,
  place INTEGER NOT NULL,
  line INTEGER,
  intended REAL NOT NULL,
  run INTEGER NOT NULL
);
CREATE TABLE answers (
  number INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  message_uuid TEXT NOT NULL,
  reason TEXT NOT NULL,
  took REAL NOT NULL,
  answered REAL NOT NULL
);
CREATE TABLE keys (key TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE commits (total INTEGER NOT NULL, indexed INTEGER NOT NULL);
INSERT INTO commits VALUES (0, 0);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""  # noqa: S608  two numbers of ours

#: An item that has no answer is intended: it may have been sent.
ITEMS: Final = """
SELECT number, key, client_ref, place, line, intended,
  coalesce(state, 'intended') AS state, coalesce(message_uuid, '') AS message_uuid,
  coalesce(reason, '') AS reason, coalesce(took, 0.0) AS took,
  coalesce(answered, 0.0) AS answered, run
FROM items LEFT JOIN answers USING (number)
"""
KNOWN: Final = f"""
{ITEMS} WHERE number IN (SELECT value FROM json_each(?))
"""  # noqa: S608  words of ours
FIND: Final = """
SELECT keys.key, number FROM json_each(?) AS given JOIN keys ON keys.key = given.value
"""
PAGE: Final = f"""
{ITEMS} WHERE number > ?
AND coalesce(state, 'intended') IN (SELECT value FROM json_each(?))
ORDER BY number LIMIT ?
"""  # noqa: S608  words of ours
CLAIM: Final = (
    "UPDATE items SET run = ? WHERE number IN (SELECT value FROM json_each(?))"
)
FORGET: Final = """
DELETE FROM answers
WHERE state = 'unsent' AND number IN (SELECT value FROM json_each(?))
"""
KEYS: Final = "SELECT key FROM items"
LATEST: Final = "SELECT key, number FROM items WHERE number > ?"
INDEX: Final = (
    "INSERT INTO keys SELECT key, number FROM items WHERE number > ? ORDER BY 1"
)
INDEXED: Final = "UPDATE commits SET indexed = ?"
COUNT: Final = "UPDATE commits SET total = total + 1"
END: Final = "UPDATE runs SET ended = ? WHERE run = ?"
