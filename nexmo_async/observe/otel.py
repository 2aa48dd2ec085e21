"""Spans and measures for OpenTelemetry (extra `otel`).

Names are those of the semantic conventions for messaging and HTTP clients, where they
have one: https://opentelemetry.io/docs/specs/semconv/messaging/ and .../http/. A send's
span is of the kind CLIENT, as no context travels inside the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

try:
    from opentelemetry import context, metrics, trace
    from opentelemetry.trace import SpanKind, Status, StatusCode
except ModuleNotFoundError as _missing:
    _missing.add_note('Install it: pip install "nexmo-async[otel]"')
    raise

from nexmo_async.observe.events import (
    Answered,
    Attempt,
    Begun,
    Ended,
    Queued,
    Repeated,
    Settled,
    Throttled,
)
from nexmo_async.observe.masks import without
from nexmo_async.observe.metrics import BUCKETS, METRICS, Metric, measures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.metrics import Counter, Histogram, Meter, MeterProvider
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

    from nexmo_async.observe.events import Event, Operation

SYSTEM: Final = "nexmo"
SCHEMA: Final = "https://opentelemetry.io/schemas/1.37.0"

#: What is asked for, as the name of a span says it.
NAMES: Final[Mapping[Operation, str]] = {
    "send": "send",
    "workflow": "create workflow",
    "update": "update",
    "request": "request",
}

#: Operations that hand a message over; the others are plain requests.
SENDING: Final = frozenset({"send", "workflow"})

#: How the labels of measures are called here.
ATTRIBUTES: Final[Mapping[str, str]] = {
    "operation": "messaging.operation.name",
    "channel": "messaging.destination.name",
    "outcome": "nexmo.outcome",
    "error": "error.type",
    "status": "nexmo.receipt.status",
    "to_channel": "nexmo.failover.channel",
    "reason": "nexmo.failover.reason",
}

_ERROR: Final = 400


@attrs.define(eq=False)
class _Open:
    """The spans of a send that is under way, and what was current before them."""

    send: Span
    before_send: Token[Context]
    where: dict[str, AttributeValue]
    attempt: Span | None = None
    before_attempt: Token[Context] | None = None
    attempts: int = 0


class OpenTelemetry:
    """Observer: `Nexmo(..., observers=[OpenTelemetry()])`.

    A span for each send below whichever is current in the task that sends, a child for
    each attempt, and measures. While a send is under way its span is current, so that
    what your HTTP library, your log or your middleware tells belongs to it.

    No recipient and no text of a message is told.

    Args:
        tracer_provider: Who takes the spans, instead of the global provider.
        meter_provider: Who takes the measures, instead of the global provider.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(
            "nexmo_async", tracer_provider=tracer_provider, schema_url=SCHEMA
        )
        meter = metrics.get_meter(
            "nexmo_async", meter_provider=meter_provider, schema_url=SCHEMA
        )
        self._metrics = {metric: _made(metric, meter) for metric in METRICS}
        self._open: dict[int, _Open] = {}

    def __call__(self, event: Event) -> None:
        """Go on with the spans of the send that it tells of, and measure."""
        if isinstance(event, Begun):
            self._begin(event)
        elif (spans := self._open.get(event.subject.send)) is not None:
            self._go_on(spans, event)
        for metric, value, labels in measures(event):
            named = zip(metric.labels, labels, strict=True)
            told = {ATTRIBUTES[label]: said for label, said in named if said}
            told["messaging.system"] = SYSTEM
            instrument = self._metrics[metric]
            if isinstance(instrument, metrics.Counter):
                instrument.add(value, told)
            else:
                instrument.record(value, told)

    def _begin(self, event: Begun) -> None:
        subject, operation = event.subject, event.operation
        parts = urlsplit(event.server)
        where: dict[str, AttributeValue] = {"server.address": parts.hostname or ""}
        if parts.port is not None:
            where["server.port"] = parts.port
        said: dict[str, AttributeValue] = {
            "messaging.system": SYSTEM,
            "messaging.operation.name": operation,
            **where,
        }
        if operation in SENDING:
            said["messaging.operation.type"] = "send"
        if subject.channel:
            said["messaging.destination.name"] = subject.channel
        if subject.client_ref:
            ref = without(subject, subject.client_ref)
            said["messaging.message.conversation_id"] = ref
        name = f"{NAMES[operation]} {subject.channel}".rstrip()
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=said)
        token = context.attach(trace.set_span_in_context(span))
        where["url.full"] = f"{event.server}{without(subject, subject.path)}"
        self._open[subject.send] = _Open(span, token, where)

    def _go_on(self, spans: _Open, event: Event) -> None:
        match event:
            case Attempt():
                self._attempt(spans, event)
            case Answered():
                _answered(spans, event)
            case Queued():
                spans.send.add_event("nexmo.queued")
            case Throttled(waited=waited):
                spans.send.add_event("nexmo.throttled", {"nexmo.waited": waited})
            case Repeated(wait=wait, may_double=may_double):
                told = {"nexmo.wait": wait, "nexmo.may_double": may_double}
                spans.send.add_event("nexmo.repeated", told)
            case Settled(message_uuid=uuid):
                spans.send.add_event("nexmo.settled", {"messaging.message.id": uuid})
            case Ended():
                self._end(spans, event)
            case _:
                return

    def _attempt(self, spans: _Open, event: Attempt) -> None:
        said = {"http.request.method": event.subject.method, **spans.where}
        if spans.attempts:
            said["http.request.resend_count"] = spans.attempts
        span = self._tracer.start_span(
            event.subject.method, kind=SpanKind.CLIENT, attributes=said
        )
        spans.attempts += 1
        spans.attempt = span
        spans.before_attempt = context.attach(trace.set_span_in_context(span))

    def _end(self, spans: _Open, event: Ended) -> None:
        del self._open[event.subject.send]
        if spans.attempt is not None:
            _close(spans)
        span = spans.send
        span.set_attribute("nexmo.outcome", event.outcome)
        if event.message_uuid:
            span.set_attribute("messaging.message.id", event.message_uuid)
        if event.error:
            span.set_attribute("error.type", event.error)
            problem = without(event.subject, event.problem)
            span.set_status(Status(StatusCode.ERROR, problem or event.outcome))
        span.end()
        context.detach(spans.before_send)


def _answered(spans: _Open, event: Answered) -> None:
    span = spans.attempt
    if span is None:
        return
    if event.status is not None:
        span.set_attribute("http.response.status_code", event.status)
    if event.status is None or event.status >= _ERROR:
        span.set_attribute("error.type", event.error or str(event.status))
        problem = without(event.subject, event.problem)
        span.set_status(Status(StatusCode.ERROR, problem or None))
    _close(spans)


def _close(spans: _Open) -> None:
    if spans.attempt is not None:
        spans.attempt.end()
    if spans.before_attempt is not None:
        context.detach(spans.before_attempt)
    spans.attempt = spans.before_attempt = None


def _made(metric: Metric, meter: Meter) -> Counter | Histogram:
    if metric.kind == "counter":
        return meter.create_counter(metric.otel, metric.unit, metric.help)
    return meter.create_histogram(
        metric.otel,
        metric.unit,
        metric.help,
        explicit_bucket_boundaries_advisory=BUCKETS,
    )
