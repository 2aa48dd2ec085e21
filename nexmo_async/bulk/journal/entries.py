"""What a job has done, written ahead: the intent before a send, the answer after it.

An item whose intent is written and whose answer is not may have been sent, or not. So
a journal never loses an intent it has confirmed; an answer that it loses costs a
question, not a second message.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

import attrs

from nexmo_async.bulk.errors import JournalBusyError, JournalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from nexmo_async.clock import Clock

#: How far an item has come. "intended": it may have been sent. "unknown": the same, and
#: that was noticed. "answered": accepted. "refused": it would be refused again.
#: "unsent": it did not leave, and the next run tries again.
State = Literal["intended", "unknown", "answered", "refused", "unsent"]

#: What the next run does about an item in that state.
Next = Literal["send", "skip", "settle", "double"]
NEXT: Final[Mapping[State, Next]] = {
    "intended": "settle",
    "unknown": "settle",
    "answered": "skip",
    "refused": "skip",
    "unsent": "send",
}

#: What may have been sent, and what certainly was.
UNSETTLED: Final[tuple[State, ...]] = tuple(
    state for state, what in NEXT.items() if what == "settle"
)
ACCEPTED: Final[tuple[State, ...]] = ("answered",)


class Intent(NamedTuple):  # one for each message: a tuple is made in half the time
    """An item that is about to be sent.

    Attributes:
        key: Its name within the job.
        client_ref: By what a receipt would name it. Empty on beta.
        place: Which item of its source it is, counted from 0.
        line: Where it stood in its file, counted from 1.
        at: Unix seconds.
    """

    key: str
    client_ref: str
    place: int
    line: int | None
    at: float


class Answer(NamedTuple):
    """What became of an item.

    Attributes:
        state: How far it has come.
        message_uuid: Nexmo's id of it. May be empty.
        reason: The name of what went wrong; empty if nothing did.
        took: Seconds from being handed over to the answer.
        at: Unix seconds.
    """

    state: State
    message_uuid: str = ""
    reason: str = ""
    took: float = 0.0
    at: float = 0.0


@attrs.frozen
class Entry:
    """An item as the journal knows it.

    Attributes:
        intent: What was about to be sent.
        answer: What became of it, as far as that is known.
        is_double: Whether this very run has had the key before.
    """

    intent: Intent
    answer: Answer
    is_double: bool = False


def what_next(known: Entry | None) -> Next:
    """What to do about an item of which the journal knows that much."""
    if known is None:
        return "send"
    return "double" if known.is_double else NEXT[known.answer.state]


class Journal(Protocol):
    """Remembers a job. One process at a time may have it open."""

    @property
    def trouble(self) -> str:
        """Why it cannot write at the moment, in words; empty if it can."""
        ...

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:
        """Begin a new run of the job: all its keys may come once more.

        Args:
            job: Its name, the same for each run.
            clock: What time is measured by.
            notes: Kept from the first run on, for whoever goes on with the job.

        Raises:
            JournalBusyError: Another one has it open.
            JournalError: It is of another job or version, or it is torn.
        """
        ...

    def may_know(self, key: str) -> bool:
        """Whether to `look` for an item.

        False only if certainly nothing is known of it: then it is sent.
        """
        ...

    async def look(self, key: str) -> Entry | None:
        """What is known of an item; None: nothing. Nothing is written.

        Raises:
            JournalFullError: What was told before could not be written.
        """
        ...

    def intend(self, intent: Intent) -> Awaitable[Entry | None]:
        """Write down that an item is about to be sent; None: nothing was known of it.

        Once this was awaited, the intent survives the process, and so does every answer
        given before. What is known of the item otherwise is not changed.

        Raises:
            JournalFullError: It could not be written.
        """
        ...

    def answer(self, key: str, answer: Answer) -> None:
        """Write down what became of an item, soon."""
        ...

    async def unsettled(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that may have been sent, in the order they were intended.

        Args:
            after: The number of the last one seen; -1 to begin.
            most: How many at most.
        """
        ...

    async def answered(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that were accepted, page by page as above."""
        ...

    async def aclose(self) -> None:
        """Write what is left and let others have it. May be called again.

        Raises:
            JournalFullError: It could not be written.
        """
        ...


@attrs.define
class _Row:
    number: int
    intent: Intent
    answer: Answer
    run: int


class MemoryJournal:
    """A journal for tests: what it knows ends with the process.

    The same one may be given to several runs of the same job.
    """

    def __init__(self) -> None:
        self._job: str | None = None
        self._run = 0
        self._is_open = False
        self._rows: dict[str, _Row] = {}
        self.notes: dict[str, str] = {}

    def __repr__(self) -> str:
        """Show the job and how many items are known."""
        return f"<MemoryJournal job={self._job!r} items={len(self._rows)}>"

    @property
    def trouble(self) -> str:
        """Nothing ever keeps it from writing."""
        return ""

    async def open(self, job: str, clock: Clock, notes: Mapping[str, str]) -> None:  # noqa: ARG002  as every journal
        """Begin a new run of the job."""
        check(job, self._job, "memory")
        if self._is_open:
            raise JournalBusyError("memory", None)
        if self._job is None:
            self._job, self.notes = job, dict(notes)
        self._is_open = True
        self._run += 1

    def may_know(self, key: str) -> bool:
        """Whether anything is known of an item."""
        return key in self._rows

    async def look(self, key: str) -> Entry | None:
        """What is known of an item."""
        row = self._rows.get(key)
        return None if row is None else self._entry(row)

    async def intend(self, intent: Intent) -> Entry | None:
        """Remember that it is about to be sent."""
        row = self._rows.get(intent.key)
        if row is None:
            number = len(self._rows)
            row = _Row(number, intent, Answer("intended"), self._run)
            self._rows[intent.key] = row
            return None
        known, row.run = self._entry(row), self._run
        if what_next(known) == "send":
            row.answer = Answer("intended")
        return known

    def answer(self, key: str, answer: Answer) -> None:
        """Remember what became of it."""
        self._rows[key].answer = answer

    async def unsettled(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that may have been sent."""
        return self._page(UNSETTLED, after, most)

    async def answered(self, after: int, most: int) -> Sequence[tuple[int, Entry]]:
        """Items that were accepted."""
        return self._page(ACCEPTED, after, most)

    def _entry(self, row: _Row) -> Entry:
        return Entry(row.intent, row.answer, is_double=row.run == self._run)

    def _page(
        self, states: tuple[State, ...], after: int, most: int
    ) -> list[tuple[int, Entry]]:
        found = (
            (row.number, Entry(row.intent, row.answer))
            for row in self._rows.values()
            if row.number > after and row.answer.state in states
        )
        return list(islice(found, most))

    async def aclose(self) -> None:
        """Let another run have it."""
        self._is_open = False


def check(job: str, found: str | None, path: str) -> None:
    """Refuse a journal that belongs to another job."""
    if found is not None and found != job:
        problem = f"belongs to the job {found!r}, not to {job!r}"
        raise JournalError(path, problem, "Give each job a journal of its own.")
