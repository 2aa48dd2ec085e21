"""Spans and measures, as the SDK of OpenTelemetry takes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from nexmo_async import Basic, Limit, Nexmo, Retry, Sms, Step, Workflow
from nexmo_async.errors import NexmoError, NotSentError, UnknownOutcomeError
from nexmo_async.observe.metrics import METRICS
from nexmo_async.observe.otel import OpenTelemetry
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.testing.samples import DELIVERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from nexmo_async.transport.base import Request, Response
    from nexmo_async.transport.hooks import CallNext

BASIC = Basic("abcd1234", "the-api-secret")
SMS = Sms(to="447700900123", sender="447700900001", content="hi", client_ref="order-7")


@attrs.frozen
class Watcher:
    """Takes everything that is told, in memory."""

    spans: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = attrs.field(factory=InMemoryMetricReader)
    provider: TracerProvider = attrs.field(factory=TracerProvider)
    observer: OpenTelemetry = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.provider.add_span_processor(SimpleSpanProcessor(self.spans))
        meters = MeterProvider(metric_readers=[self.reader])
        object.__setattr__(self, "observer", OpenTelemetry(self.provider, meters))

    def finished(self) -> Sequence[ReadableSpan]:
        return self.spans.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.finished() if span.name == name]

    def points(self) -> dict[str, list[Any]]:
        data = self.reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: list(metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def client(watcher: Watcher, clock: ManualClock, *plan: Response | Exception) -> Nexmo:
    return Nexmo(
        BASIC,
        transport=FakeTransport(*plan),
        clock=clock,
        observers=[watcher.observer],
        base_url="https://api.example.com:8443",
        retry=Retry(on_unknown="raise"),
    )


async def test_a_send_is_a_span_with_the_names_of_the_conventions(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock) as nexmo:
        await nexmo.messages.send(SMS)

    [span] = watcher.named("send sms")
    assert span.kind is SpanKind.CLIENT
    assert span.parent is None
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {
        "messaging.system": "nexmo",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "sms",
        "messaging.message.id": "message-1",
        "messaging.message.conversation_id": "order-7",
        "server.address": "api.example.com",
        "server.port": 8443,
        "nexmo.outcome": "accepted",
    }


async def test_the_address_of_a_request_shows_no_number_of_a_person(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock) as nexmo:
        await nexmo.request("GET", "/v1/people/447700900123")

    [span] = watcher.named("GET")
    url = (span.attributes or {})["url.full"]
    assert url == "https://api.example.com:8443/v1/people/*********123"


async def test_each_attempt_is_a_child_with_the_names_of_the_conventions(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock, answer(429, retry_after="2")) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(2)
        await sending

    [span] = watcher.named("send sms")
    first, second = watcher.named("POST")
    where = {
        "http.request.method": "POST",
        "server.address": "api.example.com",
        "server.port": 8443,
        "url.full": "https://api.example.com:8443/v1/messages",
    }
    assert dict(first.attributes or {}) == where | {
        "http.response.status_code": 429,
        "error.type": "429",
    }
    assert dict(second.attributes or {}) == where | {
        "http.response.status_code": 202,
        "http.request.resend_count": 1,
    }
    assert first.status.status_code is StatusCode.ERROR
    assert {attempt.kind for attempt in (first, second)} == {SpanKind.CLIENT}
    assert span.context is not None
    for attempt in (first, second):
        assert attempt.parent is not None
        assert attempt.parent.span_id == span.context.span_id
    assert [event.name for event in span.events] == ["nexmo.repeated"]


@pytest.mark.parametrize(
    ("planned", "error"),
    [
        (answer(422, {"title": "no 447700900123"}), "RequestError"),
        (NotSentError("api.nexmo.com", "no way to 447700900123"), "NotSentError"),
        (UnknownOutcomeError("order-7", "reset"), "UnknownOutcomeError"),
    ],
)
async def test_a_failed_send_says_so_and_names_nobody(
    planned: Response | Exception, error: str, watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock, *[planned] * 4) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(60)
        with pytest.raises(NexmoError):
            await sending

    [span] = watcher.named("send sms")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == error
    assert "447700900123" not in "".join(each.to_json() for each in watcher.finished())


async def test_its_parent_is_whatever_is_current_where_it_is_sent(
    watcher: Watcher, clock: ManualClock
) -> None:
    tracer = watcher.provider.get_tracer("app")
    async with client(watcher, clock) as nexmo:
        with tracer.start_as_current_span("sign-up") as outer:
            await nexmo.messages.send(SMS)

            assert trace.get_current_span() is outer
        await nexmo.messages.send(SMS)

    below, alone = watcher.named("send sms")
    assert below.parent == outer.get_span_context()
    assert alone.parent is None


async def test_what_happens_within_an_attempt_belongs_to_it(
    watcher: Watcher, clock: ManualClock
) -> None:
    tracer = watcher.provider.get_tracer("the HTTP library")

    class Traced(FakeTransport):
        async def send(self, request: Request) -> Response:
            with tracer.start_as_current_span("bytes"):
                return await super().send(request)

    async with Nexmo(
        BASIC, transport=Traced(), clock=clock, observers=[watcher.observer]
    ) as nexmo:
        await nexmo.messages.send(SMS)

    [attempt], [inner] = watcher.named("POST"), watcher.named("bytes")
    assert inner.parent == attempt.get_span_context()


async def test_the_spans_of_64_sends_at_once_are_not_mixed_up(
    watcher: Watcher, clock: ManualClock
) -> None:
    tracer = watcher.provider.get_tracer("app")

    async def sign_up(number: int) -> str:
        sms = Sms(
            to="447700900123", sender="ACME", content="hi", client_ref=f"{number}"
        )
        with tracer.start_as_current_span(f"sign-up {number}"):
            return (await nexmo.messages.send(sms)).message_uuid

    busy = [answer(429, retry_after=f"{wait}") for wait in range(1, 33)]
    transport = FakeTransport(*busy)

    async def lag(request: Request, call_next: CallNext) -> Response:
        await clock.sleep(len(transport.requests) % 7)
        return await call_next(request)

    async with Nexmo(
        BASIC,
        transport=transport,
        clock=clock,
        middleware=[lag],
        observers=[watcher.observer],
        limits=[Limit(16)],
        retry=Retry(attempts=9, max_retry_after=90, total=900),
    ) as nexmo:
        sendings = [asyncio.create_task(sign_up(number)) for number in range(64)]
        await clock.advance(900)
        uuids = [sending.result() for sending in sendings]

    by_id = {span.get_span_context().span_id: span for span in watcher.finished()}
    sends = watcher.named("send sms")
    assert len(sends) == len(set(uuids)) == 64
    for send in sends:
        said = send.attributes or {}
        number = int(str(said["messaging.message.conversation_id"]))
        assert send.parent is not None
        assert by_id[send.parent.span_id].name == f"sign-up {number}"
        assert said["messaging.message.id"] == uuids[number]
        children = [
            span
            for span in watcher.named("POST")
            if span.parent == send.get_span_context()
        ]
        statuses = [(c.attributes or {})["http.response.status_code"] for c in children]
        again = [event for event in send.events if event.name == "nexmo.repeated"]
        assert statuses == [429] * len(again) + [202]
    assert len(watcher.named("POST")) == 96


async def test_a_send_that_is_called_off_leaves_no_span_open(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock, answer(429, retry_after="20")) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(1)
        sending.cancel()
        await asyncio.wait([sending])

    [span] = watcher.named("send sms")
    assert (span.attributes or {})["nexmo.outcome"] == "cancelled"
    assert watcher.observer._open == {}  # noqa: SLF001  what would be a leak


async def test_what_was_waited_for_is_an_event_of_the_span(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with Nexmo(
        BASIC,
        transport=FakeTransport(
            answer(202, {"message_uuid": "aaa"}), UnknownOutcomeError("order-7", "lost")
        ),
        clock=clock,
        observers=[watcher.observer],
        limits=[Limit(1, per=2.0)],
    ) as nexmo:
        await nexmo.messages.send(SMS)
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(3)
        await nexmo.receipts.record(DELIVERED)
        await sending

    _, span = watcher.named("send sms")
    assert [event.name for event in span.events] == [
        "nexmo.queued",
        "nexmo.throttled",
        "nexmo.settled",
    ]
    assert (span.events[1].attributes or {})["nexmo.waited"] == 2.0


async def test_updates_and_workflows_are_spans_as_well(
    watcher: Watcher, clock: ManualClock
) -> None:
    async with client(watcher, clock) as nexmo:
        await nexmo.workflows.create(Workflow(Step(SMS), Step(SMS)))
        await nexmo.request("GET", "/v1/things?api_secret=geheim")

    told = "".join(span.to_json() for span in watcher.finished())
    assert [span.name for span in watcher.finished()] == [
        "POST",
        "create workflow",
        "GET",
        "request",
    ]
    assert "geheim" not in told


async def test_everything_of_the_table_is_measured(
    watcher: Watcher, clock: ManualClock
) -> None:
    steps = Step(SMS, until="delivered", within=5), Step(SMS)
    async with Nexmo(
        BASIC,
        transport=FakeTransport(answer(429, retry_after="1")),
        clock=clock,
        observers=[watcher.observer],
        limits=[Limit(1, per=2.0)],
    ) as nexmo:
        await nexmo.workflows.run(Workflow(*steps))
        await clock.advance(9)
        await nexmo.receipts.record(DELIVERED)

    points = watcher.points()
    assert set(points) == {metric.otel for metric in METRICS}
    [sends] = points["messaging.client.sent.messages"]
    assert sends.value == 2
    assert dict(sends.attributes) == {
        "messaging.system": "nexmo",
        "messaging.operation.name": "send",
        "messaging.destination.name": "sms",
        "nexmo.outcome": "accepted",
    }
    [took] = points["messaging.client.operation.duration"]
    assert took.count == 2
    [throttled] = points["nexmo.client.throttle.wait"]
    assert throttled.sum == 1.0
    [retries] = points["nexmo.client.retries"]
    assert retries.value == 1
    [receipts] = points["nexmo.client.receipts"]
    assert receipts.attributes["nexmo.receipt.status"] == "delivered"
    [failovers] = points["nexmo.client.failovers"]
    assert failovers.attributes["nexmo.failover.reason"] == "time_up"
