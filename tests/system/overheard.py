"""Takes down all that is said somewhere, and looks for what should not be."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest

from nexmo_async.observe.log import log
from nexmo_async.observe.otel import OpenTelemetry
from nexmo_async.observe.prometheus import Prometheus

if TYPE_CHECKING:
    from nexmo_async.observe.events import Observer

#: Where something may be said. Numbers of people may be in none of the first.
MASKED: Final = ("logs", "spans", "metrics")
PLACES: Final = (*MASKED, "printed", "errors", "pickles", "commands")


@attrs.define
class Said:
    """All that was said in a day, by where it was said; and what should not be."""

    logs: list[str] = attrs.field(factory=list[str])
    spans: list[str] = attrs.field(factory=list[str])
    metrics: list[str] = attrs.field(factory=list[str])
    printed: list[str] = attrs.field(factory=list[str])
    errors: list[str] = attrs.field(factory=list[str])
    pickles: list[str] = attrs.field(factory=list[str])
    commands: list[str] = attrs.field(factory=list[str])
    secrets: dict[str, set[str]] = attrs.field(factory=dict[str, set[str]])

    def of(self, place: str) -> str:
        return "\n".join(getattr(self, place))

    def keep(self, kind: str, *secrets: str) -> None:
        """These are secrets, in every spelling that somebody could read them from."""
        found = self.secrets.setdefault(kind, set())
        for secret in secrets:
            found.add(secret)
            found.add(base64.b64encode(secret.encode()).decode().rstrip("="))

    def say(self, *things: object) -> None:
        """Take down how things look, and what they are when they travel."""
        for thing in things:
            self.printed += [repr(thing), str(thing), f"{thing}"]
            with suppress(TypeError, AttributeError, pickle.PicklingError):
                self.pickles.append(f"{thing!r}: {pickle.dumps(thing)!r}")
            if isinstance(thing, BaseException):
                self.errors += traceback.format_exception(thing)
                self.printed.append(repr(vars(thing)))

    def leaks(self, kind: str, place: str) -> list[str]:
        text = self.of(place)
        return sorted(secret for secret in self.secrets[kind] if secret in text)


class Everything(logging.Handler):
    """Takes down each record: message, arguments, fields and traceback."""

    def __init__(self, said: Said) -> None:
        super().__init__(logging.DEBUG)
        self._said = said
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)  # with the traceback, if there is one
        self._said.logs.append(f"{text} {record.args!r} {vars(record)!r}")


@attrs.define
class Watchers:
    """Everybody who may observe a client."""

    spans: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = attrs.field(factory=InMemoryMetricReader)
    registry: CollectorRegistry = attrs.field(factory=CollectorRegistry)

    def observers(self) -> list[Observer]:
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        meters = MeterProvider(metric_readers=[self.reader])
        return [log, OpenTelemetry(tracers, meters), Prometheus(self.registry)]

    def told(self, said: Said) -> None:
        said.spans += [span.to_json() for span in self.spans.get_finished_spans()]
        data = self.reader.get_metrics_data()
        said.metrics.append("" if data is None else data.to_json())
        said.metrics.append(generate_latest(self.registry).decode())
