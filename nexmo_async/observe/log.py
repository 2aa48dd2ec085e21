"""Writes events to the log `nexmo_async`, with the numbers of people masked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.observe.events import (
    Answered,
    Attempt,
    Begun,
    Ended,
    Event,
    FailedOver,
    Queued,
    Received,
    Repeated,
    Settled,
    Throttled,
)
from nexmo_async.observe.masks import masked, without

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOGGER: Final = logging.getLogger("nexmo_async")

#: What is said of each event, and how loudly.
SENTENCES: Final[Mapping[type[Event], tuple[int, str]]] = {
    Begun: (logging.DEBUG, "is begun"),
    Queued: (logging.DEBUG, "waits for its turn"),
    Throttled: (logging.DEBUG, "has its turn"),
    Attempt: (logging.DEBUG, "is handed to the network"),
    Answered: (logging.DEBUG, "is answered"),
    Repeated: (logging.WARNING, "is tried again"),
    Settled: (logging.WARNING, "is settled"),
    Ended: (logging.INFO, "is done with"),
    Received: (logging.INFO, "has a receipt"),
    FailedOver: (logging.WARNING, "gives way to another channel"),
}


def log(event: Event) -> None:
    """Observer: `Nexmo(..., observers=[log])`. The facts are fields of the record.

    What goes well is told at DEBUG and INFO; a send that ended without an acceptance, a
    message that failed, another try and a failover at WARNING.
    """
    level, sentence = SENTENCES[type(event)]
    if is_trouble(event):
        level = logging.WARNING
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "message %s", sentence, extra=facts(event))


def is_trouble(event: Event) -> bool:
    """Whether it tells of a message that did not, or will not, arrive."""
    if isinstance(event, Ended):
        return event.outcome != "accepted"
    return isinstance(event, Received) and event.status in {"rejected", "undeliverable"}


def facts(event: Event) -> dict[str, object]:
    """The event as fields of a log record, its addresses masked."""
    subject = event.subject
    told: dict[str, object] = {
        "nexmo_event": type(event).__name__.lower(),
        "nexmo_send": subject.send,
        "nexmo_path": without(subject, subject.path),
        "nexmo_channel": subject.channel,
        "nexmo_client_ref": without(subject, subject.client_ref),
        "nexmo_sender": masked(subject.sender),
        "nexmo_recipient": masked(subject.recipient),
    }
    for field in attrs.fields(type(event)):
        if field.name != "subject":
            value = getattr(event, field.name)
            is_said = field.name == "problem"
            told[f"nexmo_{field.name}"] = without(subject, value) if is_said else value
    return told
