"""How a command ends: the one table of exit codes, for programs that call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE: Final = 0
NOT_DONE: Final = 1
WRONG_USE: Final = 2
UNKNOWN: Final = 3
FAILED: Final = 4
STOPPED: Final = 5
INTERRUPTED: Final = 130

#: What each says. A new one is written down here and in the reference.
MEANINGS: Final[Mapping[int, str]] = {
    DONE: "done",
    NOT_DONE: "not done: nothing was sent, nobody was reached, or a check failed",
    WRONG_USE: "wrong use",
    UNKNOWN: "it may have been sent, or not",
    FAILED: "some of a bulk failed, or rows were no messages",
    STOPPED: "stopped before the end, `bulk resume` goes on",
    INTERRUPTED: "Ctrl-C",
}

#: The same under a help.
EPILOG: Final = "Exit codes: " + " · ".join(
    f"{code} {meaning}" for code, meaning in MEANINGS.items()
)
