"""What only a bulk can meet, as branches of the tree in `nexmo_async.errors`.

NexmoError
├── ConfigurationError
│   └── JournalError        the journal cannot be used: of another job, torn, ...
│       ├── JournalBusyError  another process writes it
│       └── JournalFullError  it could not be written: no space is left
├── MessageError
│   ├── RowError            a row is no message
│   └── DoubleError         the job has an item of that key already
├── EarlierError          an earlier run of the job had failed with it for good
└── WorkflowEndedError    a workflow was run and did not reach the person
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nexmo_async.errors import ConfigurationError, MessageError, NexmoError

if TYPE_CHECKING:
    from nexmo_async.errors import Fault, Sent


class JournalError(ConfigurationError):
    """The journal cannot be used.

    Attributes:
        path: The journal.
        problem: What is wrong with it.
    """

    def __init__(self, path: str, problem: str, advice: str = "") -> None:
        super().__init__(path, problem, advice)
        self.path = path


class JournalBusyError(JournalError):
    """Another process writes this journal: two would send everything twice.

    Attributes:
        pid: The process that holds it; None if it does not say.
    """

    def __init__(self, path: str, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(path, f"is in use by {who}", "Wait for it, or stop it first.")
        self.args: tuple[object, ...] = (path, pid)
        self.pid = pid

    def what(self) -> str:
        """Name the journal and who holds it."""
        return f"{self.path}: {self.problem}"


class JournalFullError(JournalError):
    """The journal could not be written, so nothing more was sent."""

    fault: Fault = "nobody"

    def __init__(self, path: str, problem: str) -> None:
        advice = "Make room, then run the same job again: it goes on where it was."
        super().__init__(path, f"cannot be written: {problem}", advice)
        self.args: tuple[object, ...] = (path, problem)

    def what(self) -> str:
        """Name the journal and what the system said."""
        return f"{self.path}: {self.problem}"


class RowError(MessageError):
    """A row is no message.

    Attributes:
        line: Where it stood in the file, counted from 1.
        column: The column concerned; empty if it is the whole row.
        problem: What is wrong with it.
    """

    def __init__(self, line: int, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.args: tuple[object, ...] = (line, column, problem)
        self.line = line
        self.column = column

    def what(self) -> str:
        """Name the line, the column and the problem."""
        where = f"line {self.line}"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: {self.problem}"


class DoubleError(MessageError):
    """The job has an item of that key already: this one was not sent.

    Attributes:
        key: The key of both.
    """

    advice = "Give each a key of its own if both are meant."

    def __init__(self, key: str) -> None:
        super().__init__("key", f"{key} was in this job before")
        self.args: tuple[object, ...] = (key,)
        self.key = key

    def what(self) -> str:
        """Name the key."""
        return f"key: {self.problem}"


class EarlierError(NexmoError):
    """An earlier run of the job had failed with this item, as it would again.

    Attributes:
        key: The item.
        reason: The name of the error it met then.
    """

    advice = "Mend it, and give it another key."

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason

    def what(self) -> str:
        """Name the item and what it met."""
        return f"item {self.key} failed with {self.reason} in an earlier run"


class WorkflowEndedError(NexmoError):
    """A workflow was run to its end and did not reach the person.

    Attributes:
        id: The run.
        outcome: "failed", "stopped", "silent" or "cancelled".
        why: The reason, in words.
    """

    sent: ClassVar[Sent] = "yes"
    fault: Fault = "recipient"

    def __init__(self, id: str, outcome: str, why: str = "") -> None:  # noqa: A002  as `Result` calls it
        super().__init__(id, outcome, why)
        self.id: str = id
        self.outcome: str = outcome
        self.why: str = why

    def what(self) -> str:
        """Name the run, its end and the reason."""
        reason = f": {self.why}" if self.why else ""
        return f"workflow {self.id} has {self.outcome}{reason}"
