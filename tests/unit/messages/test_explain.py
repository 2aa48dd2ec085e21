"""Where the time of one message went."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nexmo_async import Basic, Limit, Nexmo, Receipt, Retry, Sms
from nexmo_async.errors import UnknownOutcomeError
from nexmo_async.testing import FakeTransport, ManualClock, answer

if TYPE_CHECKING:
    from nexmo_async.messages import Sent
    from nexmo_async.observe.events import Event
    from nexmo_async.transport.base import Request, Response
    from nexmo_async.transport.hooks import CallNext

BASIC = Basic("abcd1234", "the-api-secret")
SMS = Sms(to="447700900123", sender="ACME", content="hi", client_ref="order-7")


SHARES = (
    "queued 1.000 s, network 1.000 s, back-off 2.000 s, settling 0.000 s, own 0.000 s"
)


def look(_: Event) -> None:
    """Nobody in particular."""


def receipt(status: str, second: int, code: int | None = None) -> Receipt:
    return Receipt(
        message_uuid="message-3",
        status=status,
        at=datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC),
        channel="sms",
        to="447700900123",
        sender="ACME",
        client_ref="order-7",
        code=code,
        reason="Not part of the network" if code else "",
    )


async def sent_with_trouble(clock: ManualClock) -> Sent:
    """Queued for a second, 0.5 s to a 429, 2 s of back-off, 0.5 s to the answer."""

    class Slow(FakeTransport):
        async def send(self, request: Request) -> Response:
            if len(self.requests):
                await clock.sleep(0.5)
            return await super().send(request)

    first = answer(202, {"message_uuid": "message-1"})
    async with Nexmo(
        BASIC,
        transport=Slow(first, answer(429, retry_after="2")),
        clock=clock,
        observers=[look],
        limits=[Limit(1)],
    ) as nexmo:
        await nexmo.messages.send(SMS)
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(9)
        sent = await sending
        await nexmo.receipts.record(receipt("submitted", 5))
        await nexmo.receipts.record(receipt("rejected", 6, 1300))
    return sent


async def test_each_part_of_the_time_has_its_line(clock: ManualClock) -> None:
    explained = str(await (await sent_with_trouble(clock)).explain())

    assert explained.splitlines() == [
        "sms to *********123",
        "     0.000 s  queued           1.000 s",
        "     1.000 s  network          0.500 s  429",
        "     1.500 s  back-off         2.000 s",
        "     3.500 s  network          0.500 s  202",
        "     4.000 s  accepted                  message-3",
        f"4.000 s: {SHARES}",
        "     5.000 s  submitted",
        "     6.000 s  rejected                  1300 Not part of the network",
    ]


async def test_the_sums_are_all_of_the_time(clock: ManualClock) -> None:
    explained = await (await sent_with_trouble(clock)).explain()

    assert explained.took == 4.0
    assert explained.seconds == {
        "queued": 1.0,
        "network": 1.0,
        "back-off": 2.0,
        "settling": 0.0,
        "own": 0.0,
    }


async def test_it_is_data_for_machines(clock: ManualClock) -> None:
    explained = await (await sent_with_trouble(clock)).explain()

    told = json.loads(json.dumps(explained.as_dict()))
    assert told["took"] == 4.0
    assert told["seconds"]["back-off"] == 2.0
    assert [part["what"] for part in told["parts"]] == [
        "queued",
        "network",
        "back-off",
        "network",
        "accepted",
    ]
    assert [part["at"] for part in told["receipts"]] == [5.0, 6.0]


async def test_waiting_for_a_receipt_is_a_part_as_well(clock: ManualClock) -> None:
    lost = UnknownOutcomeError("order-7", "reset on the way to 447700900123")
    async with Nexmo(
        BASIC, transport=FakeTransport(lost), clock=clock, observers=[look]
    ) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(3)
        await nexmo.receipts.record(receipt("submitted", 2))
        explained = await (await sending).explain()

    assert explained.seconds["settling"] == 3.0
    assert "447700900123" not in str(explained)


async def test_what_the_event_loop_took_is_our_own_time(clock: ManualClock) -> None:
    async def lag(request: Request, call_next: CallNext) -> Response:
        await clock.sleep(0.25)
        return await call_next(request)

    async with Nexmo(
        BASIC,
        transport=FakeTransport(),
        clock=clock,
        observers=[look],
        middleware=[lag],
    ) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(1)
        explained = await (await sending).explain()

    assert explained.seconds["own"] == 0.25


async def test_64_at_once_are_not_taken_for_each_other(clock: ManualClock) -> None:
    transport = FakeTransport(*[answer(429, retry_after="1")] * 40)
    retry = Retry(attempts=9, total=900)
    async with Nexmo(
        BASIC,
        transport=transport,
        clock=clock,
        observers=[look],
        retry=retry,
        limits=[Limit(16)],
    ) as nexmo:
        sendings = [asyncio.create_task(nexmo.messages.send(SMS)) for _ in range(64)]
        await clock.advance(900)
        explained = [await sending.result().explain() for sending in sendings]

    networks = [
        part.detail
        for each in explained
        for part in each.parts
        if part.what == "network"
    ]
    assert networks.count("429") == 40
    assert networks.count("202") == 64
    assert all(
        abs((each.took or 0.0) - sum(each.seconds.values())) < 1e-6
        and each.seconds["own"] < 1e-6
        for each in explained
    )


async def test_without_observers_it_knows_the_receipts_and_says_so(
    clock: ManualClock,
) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        sent = await nexmo.messages.send(SMS)
        explained = await sent.explain()

    assert (explained.took, explained.seconds) == (None, {})
    assert str(explained).splitlines() == [
        "sms to *********123",
        "What came before is noted for a client with observers, of any kind.",
        "No receipt so far.",
    ]
