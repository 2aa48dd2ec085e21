"""One process at a time: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import mmap
import os
import sys
from typing import TYPE_CHECKING, Final

from nexmo_async.bulk.errors import JournalBusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes of the file. What is written into memory that is the file's survives a kill,
#: and costs no call of the system.
_SIZE: Final = 64


class Lock:
    """A file beside the journal, locked while it is open; it also counts its commits.

    The lock is the system's own, not the file: after a kill nobody holds it. The count
    tells whether a journal has lost what it had confirmed.

    Args:
        path: The file. It stays, since taking it away would race with the next holder.
        journal: The journal, for errors.

    Raises:
        JournalBusyError: Somebody else holds it; it tells the process.
    """

    def __init__(self, path: Path, journal: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _seize(self._file)
        except OSError:
            pid, _ = _read(self._file)
            os.close(self._file)
            raise JournalBusyError(journal, pid) from None
        _, commits = _read(self._file)
        os.lseek(self._file, 1, os.SEEK_SET)
        os.write(self._file, _line(commits))
        self._memory = mmap.mmap(self._file, _SIZE)
        self.commits: int = commits

    def count(self, commits: int) -> None:
        """Remember how many commits the journal has confirmed, and who made them."""
        self.commits = commits
        self._memory[1:_SIZE] = _line(commits)

    def release(self) -> None:
        """Let others have it."""
        self._memory.close()
        os.close(self._file)


def holder(path: Path) -> int | None:
    """The process that holds the lock; None if none does."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        _seize(file)
    except OSError:
        return _read(file)[0]
    finally:
        os.close(file)
    return None


def _line(commits: int) -> bytes:
    return f"{os.getpid():20d} {commits:20d}".ljust(_SIZE - 2).encode() + b"\n"


def _read(file: int) -> tuple[int | None, int]:
    os.lseek(file, 1, os.SEEK_SET)
    words = os.read(file, _SIZE).split()
    if len(words) != 2 or not all(word.isdigit() for word in words):  # noqa: PLR2004  pid and count
        return None, 0
    return int(words[0]), int(words[1])


def _seize(file: int) -> None:
    """Lock it, or raise `OSError` at once."""
    if sys.platform == "win32":
        # Of Windows a locked byte cannot be read: so it is one that holds nothing.
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
