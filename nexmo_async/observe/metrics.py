"""What is measured: one table, for OpenTelemetry and for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.observe.events import (
    Ended,
    FailedOver,
    Received,
    Repeated,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nexmo_async.observe.events import Event


@attrs.frozen(kw_only=True)
class Metric:
    """Something that is counted or measured.

    Attributes:
        name: Its name in Prometheus, which adds `_total` to that of a counter.
        otel: Its name in OpenTelemetry, that of the semantic conventions if they have
            one.
        kind: "counter", or "histogram".
        unit: In UCUM, as OpenTelemetry wants it.
        help: What it says.
        labels: What it is told apart by.
    """

    name: str
    otel: str
    kind: Literal["counter", "histogram"]
    unit: str
    help: str
    labels: tuple[str, ...]


SENDS: Final = Metric(
    name="nexmo_sends",
    otel="messaging.client.sent.messages",
    kind="counter",
    unit="{message}",
    help="Sends that are over, by how they ended.",
    labels=("operation", "channel", "outcome", "error"),
)
DURATION: Final = Metric(
    name="nexmo_send_duration_seconds",
    otel="messaging.client.operation.duration",
    kind="histogram",
    unit="s",
    help="From the beginning of a send to its end, queueing and back-off included.",
    labels=("operation", "channel", "outcome", "error"),
)
RETRIES: Final = Metric(
    name="nexmo_retries",
    otel="nexmo.client.retries",
    kind="counter",
    unit="{retry}",
    help="Attempts beyond the first one of a send.",
    labels=("channel",),
)
THROTTLE: Final = Metric(
    name="nexmo_throttle_wait_seconds",
    otel="nexmo.client.throttle.wait",
    kind="histogram",
    unit="s",
    help="What your own limits kept sends back for; those that did not wait count not.",
    labels=("channel",),
)
RECEIPTS: Final = Metric(
    name="nexmo_receipts",
    otel="nexmo.client.receipts",
    kind="counter",
    unit="{receipt}",
    help="Receipts that came, doubles left out.",
    labels=("channel", "status"),
)
FAILOVERS: Final = Metric(
    name="nexmo_failovers",
    otel="nexmo.client.failovers",
    kind="counter",
    unit="{failover}",
    help="Steps of workflows run here that gave way to the next one.",
    labels=("channel", "to_channel", "reason"),
)

METRICS: Final = (SENDS, DURATION, RETRIES, THROTTLE, RECEIPTS, FAILOVERS)

#: Upper bounds of histograms in seconds, those of the conventions for messaging and
#: further ones: a send may queue, and back off, for a minute.
BUCKETS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0),
)

#: Each label has few values: what comes from outside and is none of these is "other".
KNOWN: Final = {
    "channel": frozenset(
        {"", "sms", "mms", "rcs", "whatsapp", "messenger", "viber", "email", "raw"}
    ),
    "status": frozenset(
        {"submitted", "delivered", "read", "rejected", "undeliverable"}
    ),
}

#: What a measure is of, how much it is, and its labels.
Measure = tuple[Metric, float, tuple[str, ...]]


def measures(event: Event) -> Iterator[Measure]:
    """What an event adds to each metric; nothing in it names a person."""
    channel = _known("channel", event.subject.channel)
    match event:
        case Ended(operation=operation, outcome=outcome, error=error, took=took):
            labels = (operation, channel, outcome, error)
            yield SENDS, 1, labels
            yield DURATION, took, labels
        case Repeated():
            yield RETRIES, 1, (channel,)
        case Throttled(waited=waited):
            yield THROTTLE, waited, (channel,)
        case Received(status=status):
            yield RECEIPTS, 1, (channel, _known("status", status))
        case FailedOver(to_channel=to_channel, reason=reason):
            yield FAILOVERS, 1, (channel, to_channel, reason)
        case _:
            return


def _known(label: str, value: str) -> str:
    return value if value in KNOWN[label] else "other"
