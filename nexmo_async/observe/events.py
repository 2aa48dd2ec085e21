"""What happens to a send, as frozen values. They hold numbers of people: see `log`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

import attrs


@attrs.frozen
class Subject:
    """What an event is about.

    Attributes:
        method: "POST" or "PATCH".
        path: Where to.
        client_ref: The reference of the message. May be empty.
        sender: Who it is from. May be empty.
        recipient: Who it is for. May be empty.
    """

    method: str
    path: str
    client_ref: str = ""
    sender: str = ""
    recipient: str = ""


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
    """

    subject: Subject
    took: float
    status: int | None
    problem: str = ""


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


Event = Queued | Throttled | Attempt | Answered | Repeated | Settled

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
