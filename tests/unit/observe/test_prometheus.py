"""Measures, as Prometheus scrapes them."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import attrs
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from nexmo_async import Basic, Limit, Nexmo, Sms, Step, Viber, Workflow
from nexmo_async.observe.metrics import METRICS
from nexmo_async.observe.prometheus import Prometheus
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.testing.samples import DELIVERED

if TYPE_CHECKING:
    from nexmo_async.observe.metrics import Metric

BASIC = Basic("abcd1234", "the-api-secret")
SMS = Sms(to="447700900123", sender="447700900001", content="hi")
VIBER = Viber(to="447700900123", sender="ACME", content="hi")


async def scraped(clock: ManualClock) -> str:
    registry = CollectorRegistry()
    steps = Step(VIBER, until="delivered", within=5), Step(SMS)
    async with Nexmo(
        BASIC,
        transport=FakeTransport(answer(429, retry_after="1")),
        clock=clock,
        observers=[Prometheus(registry)],
        limits=[Limit(1, per=2.0)],
    ) as nexmo:
        await nexmo.workflows.run(Workflow(*steps))
        await clock.advance(9)
        await nexmo.receipts.record(DELIVERED)
        await nexmo.receipts.record(attrs.evolve(DELIVERED, status="on fire"))
    return generate_latest(registry).decode()


async def test_a_scrape_shows_everything_of_the_table(clock: ManualClock) -> None:
    lines = set((await scraped(clock)).splitlines())

    sent = 'channel="{}",error="",operation="send",outcome="accepted"'
    assert {
        f"nexmo_sends_total{{{sent.format('viber')}}} 1.0",
        f"nexmo_sends_total{{{sent.format('sms')}}} 1.0",
        f"nexmo_send_duration_seconds_count{{{sent.format('viber')}}} 1.0",
        f"nexmo_send_duration_seconds_sum{{{sent.format('viber')}}} 2.0",
        'nexmo_retries_total{channel="viber"} 1.0',
        'nexmo_throttle_wait_seconds_sum{channel="viber"} 1.0',
        'nexmo_receipts_total{channel="whatsapp",status="delivered"} 1.0',
        'nexmo_failovers_total{channel="viber",reason="time_up",to_channel="sms"} 1.0',
    } <= lines


async def test_a_status_that_nobody_knows_makes_no_new_series(
    clock: ManualClock,
) -> None:
    text = await scraped(clock)

    assert 'nexmo_receipts_total{channel="whatsapp",status="other"} 1.0' in text
    assert "on fire" not in text


async def test_no_label_names_a_person(clock: ManualClock) -> None:
    assert not re.findall(r'"\+?\d{6,}"', await scraped(clock))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    assert metric.help.endswith(".")
    assert (metric.unit == "s") == metric.name.endswith("_seconds")
    assert (metric.kind == "histogram") == (metric.unit == "s")


async def test_clients_with_the_same_registry_are_counted_together(
    clock: ManualClock,
) -> None:
    registry = CollectorRegistry()
    for observer in (Prometheus(registry), Prometheus(registry)):
        async with Nexmo(
            BASIC, transport=FakeTransport(), clock=clock, observers=[observer]
        ) as nexmo:
            await asyncio.gather(*[nexmo.messages.send(SMS) for _ in range(5)])

    text = generate_latest(registry).decode()
    assert 'outcome="accepted"} 10.0' in text
