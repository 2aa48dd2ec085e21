"""What a message goes through, as frozen values with people's numbers: see `log`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import attrs

if TYPE_CHECKING:
    from datetime import datetime

#: What was asked for: a message, a workflow for Nexmo to run, a change of a message, or
#: whatever else the API can do.
Operation = Literal["send", "workflow", "update", "request"]

#: How it ended. "invalid": it was not even tried. "failed": for another reason.
Outcome = Literal[
    "accepted",
    "refused",
    "not sent",
    "throttled",
    "unknown",
    "invalid",
    "cancelled",
    "failed",
]


@attrs.frozen
class Subject:
    """What an event is about.

    Attributes:
        method: "POST" or "PATCH"; empty where nothing is asked of Nexmo.
        path: Where to, without what follows a question mark.
        client_ref: The reference of the message. May be empty.
        sender: Who it is from. May be empty.
        recipient: Who it is for. May be empty.
        channel: "sms", "whatsapp", ... May be empty.
        send: The number of the send in this process, from 1: all its events have the
            same. 0 where an event belongs to no send.
    """

    method: str
    path: str
    client_ref: str = ""
    sender: str = ""
    recipient: str = ""
    channel: str = ""
    send: int = 0


@attrs.frozen
class Begun:
    """A send begins.

    Attributes:
        operation: What is asked for.
        server: Who is asked: `https://api.nexmo.com`.
    """

    subject: Subject
    operation: Operation
    server: str


@attrs.frozen
class Queued:
    """It has to wait for its turn: a limit of yours is used up."""

    subject: Subject


@attrs.frozen
class Throttled:
    """Its turn has come.

    Attributes:
        waited: Seconds in the queue.
    """

    subject: Subject
    waited: float


@attrs.frozen
class Attempt:
    """It is handed to the network now."""

    subject: Subject


@attrs.frozen
class Answered:
    """One attempt is over.

    Attributes:
        took: Seconds.
        status: The HTTP status; None if no answer came.
        problem: What came instead of an answer. May be empty.
        error: The class of the error that came instead. May be empty.
    """

    subject: Subject
    took: float
    status: int | None
    problem: str = ""
    error: str = ""


@attrs.frozen
class Repeated:
    """It will be tried again.

    Attributes:
        attempt: How many attempts there were so far.
        wait: Seconds until the next one.
        may_double: True if the last one may have been accepted: you chose to resend.
    """

    subject: Subject
    attempt: int
    wait: float
    may_double: bool = False


@attrs.frozen
class Settled:
    """Its outcome was unknown and a receipt was waited for.

    Attributes:
        message_uuid: What the receipt names; empty if none came in time.
    """

    subject: Subject
    message_uuid: str


@attrs.frozen
class Ended:
    """A send is over.

    Attributes:
        operation: What was asked for.
        outcome: How it ended.
        took: Seconds, all in all.
        message_uuid: Nexmo's id of it, or of the workflow; empty if there is none.
        error: The class of the error it ended with. May be empty.
        problem: What that error says. May be empty.
    """

    subject: Subject
    operation: Operation
    outcome: Outcome
    took: float
    message_uuid: str = ""
    error: str = ""
    problem: str = ""


@attrs.frozen
class Received:
    """A receipt has come; one that came before is not told again.

    Attributes:
        message_uuid: The message.
        status: "submitted", "delivered", "read", "rejected", "undeliverable", or as it
            came.
        code: Nexmo's error code when it failed, else None.
        at: When it happened, UTC; None if the webhook did not say so legibly.
    """

    subject: Subject
    message_uuid: str
    status: str
    code: int | None = None
    at: datetime | None = None


@attrs.frozen
class FailedOver:
    """A step of a workflow that runs here gives way to the next one.

    Attributes:
        run: The id of the run.
        step: The step that is left, from 0.
        to_channel: The channel that is next.
        reason: "time_up", "refused", "failed", "unsettled", "unwell", "skipped", ...
    """

    subject: Subject
    run: str
    step: int
    to_channel: str
    reason: str


Event = (
    Begun
    | Queued
    | Throttled
    | Attempt
    | Answered
    | Repeated
    | Settled
    | Ended
    | Received
    | FailedOver
)

#: Takes each event, at once and on the loop: it must not block.
Observer = Callable[[Event], object]

#: How a layer tells.
Tell = Callable[[Event], None]

_LOGGER: Final = logging.getLogger("nexmo_async")


def teller(observers: Sequence[Observer]) -> Tell | None:
    """Tells all of them; None if there is nobody to tell."""
    if not observers:
        return None

    def tell(event: Event) -> None:
        for observer in observers:
            try:
                observer(event)
            except Exception:
                # Whoever only looks on must not decide whether a message is sent.
                _LOGGER.exception("an observer failed")

    return tell
