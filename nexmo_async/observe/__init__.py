"""What a send goes through, told as it happens: frozen events, and a log of them."""

from nexmo_async.observe.events import (
    Answered,
    Attempt,
    Event,
    Queued,
    Repeated,
    Settled,
    Subject,
    Throttled,
)

__all__ = [
    "Answered",
    "Attempt",
    "Event",
    "Queued",
    "Repeated",
    "Settled",
    "Subject",
    "Throttled",
]
