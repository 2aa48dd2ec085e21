"""What became of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.bulk.errors import DoubleError
from nexmo_async.errors import UnknownOutcomeError

if TYPE_CHECKING:
    from nexmo_async.errors import NexmoError
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.attempt import Result
    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow


@attrs.frozen(slots=False)  # one for each message: a dict is filled in half the time
class BulkResult:
    """What became of one item. Each item has exactly one.

    Attributes:
        index: Which item it was, counted from 0.
        key: Its name within the job. Empty for a bad row, and in a stream for an item
            that was given none.
        message: The message or workflow; None for a bad row.
        ok: Whether Nexmo accepted the message, or the workflow reached the person.
        sent: The accepted message, or how the workflow ended; None if there is none, or
            an earlier run of the job had sent it.
        error: What went wrong; None if nothing did. `error.sent` says whether it left.
        attempts: How often it was handed over to be sent.
        waited: Seconds from being taken to being handed over for the last time.
        line: Where it stood in its file, counted from 1.
        took: Seconds from being handed over to the answer.
        message_uuid: Nexmo's id of the message. May be empty.
        skipped: Whether an earlier run of the job had settled it.
    """

    index: int
    key: str
    message: Message | Workflow | None
    ok: bool
    sent: Sent | Result | None
    error: NexmoError | None
    attempts: int = 0
    waited: float = 0.0
    line: int | None = None
    took: float = 0.0
    message_uuid: str = ""
    skipped: bool = False

    @property
    def unknown(self) -> bool:
        """Whether nobody knows if it was sent: it may be on its way."""
        return isinstance(self.error, UnknownOutcomeError)

    @property
    def double(self) -> bool:
        """Whether it was not sent because the job had one of that key already."""
        return isinstance(self.error, DoubleError)

    @property
    def reason(self) -> str:
        """The name of what went wrong, as reports count it; empty if nothing did."""
        return "" if self.error is None else type(self.error).__name__
