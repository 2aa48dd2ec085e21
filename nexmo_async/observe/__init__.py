"""What a message goes through, told as it happens: events, a log, spans, measures."""

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
    Subject,
    Throttled,
)

__all__ = [
    "Answered",
    "Attempt",
    "Begun",
    "Ended",
    "Event",
    "FailedOver",
    "Queued",
    "Received",
    "Repeated",
    "Settled",
    "Subject",
    "Throttled",
]
