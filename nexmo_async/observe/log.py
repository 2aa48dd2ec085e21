"""Writes events to the log `nexmo_async`, with the numbers of people masked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.observe.events import (
    Answered,
    Attempt,
    Event,
    Queued,
    Repeated,
    Settled,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOGGER: Final = logging.getLogger("nexmo_async")

#: What is said of each event, and how loudly.
SENTENCES: Final[Mapping[type[Event], tuple[int, str]]] = {
    Queued: (logging.DEBUG, "waits for its turn"),
    Throttled: (logging.DEBUG, "has its turn"),
    Attempt: (logging.DEBUG, "is handed to the network"),
    Answered: (logging.DEBUG, "is answered"),
    Repeated: (logging.WARNING, "is tried again"),
    Settled: (logging.WARNING, "is settled"),
}

#: Characters of an address that are shown at its end.
SHOWN: Final = 3


def log(event: Event) -> None:
    """Observer: `Nexmo(..., observers=[log])`. The facts are fields of the record."""
    level, sentence = SENTENCES[type(event)]
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "message %s", sentence, extra=facts(event))


def facts(event: Event) -> dict[str, object]:
    """The event as fields of a log record, its addresses masked."""
    subject = event.subject
    told: dict[str, object] = {
        "nexmo_event": type(event).__name__.lower(),
        "nexmo_path": subject.path,
        "nexmo_client_ref": subject.client_ref,
        "nexmo_sender": masked(subject.sender),
        "nexmo_recipient": masked(subject.recipient),
    }
    for field in attrs.fields(type(event)):
        if field.name != "subject":
            told[f"nexmo_{field.name}"] = getattr(event, field.name)
    return told


def masked(address: str) -> str:
    """All but the last characters as asterisks; short ones altogether."""
    shown = SHOWN if len(address) > 2 * SHOWN else 0
    hidden = len(address) - shown
    return "*" * hidden + address[hidden:]
