"""What a client lets people see, have a hand in, and share."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from nexmo_async import Basic, Limit, Nexmo, Receipt, Retry, Sms
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    RateLimitError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.testing import FakeTransport, FaultyServer, ManualClock, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.bulk import BulkResult
    from nexmo_async.observe.events import Event
    from nexmo_async.transport.base import Request, Response
    from nexmo_async.transport.hooks import CallNext

BASIC = Basic("abcd1234", "the-api-secret")
SMS = Sms(to="447700900000", sender="447700900001", content="hi", client_ref="order-7")


def receipt(status: str = "submitted") -> Receipt:
    return Receipt(
        message_uuid="aaa",
        status=status,
        client_ref="order-7",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        channel="sms",
        to="447700900000",
        sender="447700900001",
    )


async def drawn(results: AsyncIterator[BulkResult]) -> list[BulkResult]:
    return [result async for result in results]


async def test_observers_are_told_of_each_step_in_order(clock: ManualClock) -> None:
    told: list[Event] = []
    busy = FakeTransport(answer(429, retry_after="2"))
    async with Nexmo(
        BASIC, transport=busy, clock=clock, observers=[told.append], limits=[Limit(9)]
    ) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(2)
        await sending

    assert [type(event).__name__ for event in told] == [
        "Begun",
        "Attempt",
        "Answered",
        "Repeated",
        "Attempt",
        "Answered",
        "Ended",
    ]
    assert {event.subject.recipient for event in told} == {"447700900000"}


async def test_middleware_has_a_hand_in_each_attempt_outermost_first(
    clock: ManualClock,
) -> None:
    seen: list[str] = []

    async def outer(request: Request, call_next: CallNext) -> Response:
        seen.append("out")
        return await call_next(request)

    async def inner(request: Request, call_next: CallNext) -> Response:
        seen.append("in")
        response = await call_next(request)
        seen.append(str(response.status))
        return response

    transport = FakeTransport(answer(429, retry_after="0"))
    async with Nexmo(
        BASIC, transport=transport, clock=clock, middleware=[outer, inner]
    ) as nexmo:
        await nexmo.messages.send(SMS)

    assert seen == ["out", "in", "429", "out", "in", "202"]


async def test_the_answer_may_be_seen_as_it_came(clock: ManualClock) -> None:
    transport = FakeTransport(answer(202, {"message_uuid": "aaa"}, x_trace="7"))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        raw = await nexmo.messages.with_raw_response.send(SMS)

    assert raw.sent.message_uuid == "aaa"
    assert raw.response.status == 202
    assert raw.response.headers == {"x-trace": "7"}
    assert json.loads(raw.response.body) == {"message_uuid": "aaa"}


async def test_whoever_sees_the_answer_may_add_to_the_body_as_well(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(202, {"message_uuid": "aaa"}))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        raw = nexmo.messages.with_raw_response
        await raw.send(SMS, extra={"brand_new": {"shiny": True}})

    [request] = transport.requests
    assert json.loads(request.body)["brand_new"] == {"shiny": True}


@pytest.mark.parametrize("status", ["submitted", "delivered", "rejected"])
async def test_any_receipt_settles_an_unknown_outcome(
    status: str, clock: ManualClock
) -> None:
    transport = FakeTransport(UnknownOutcomeError("order-7", "reset"))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(1)
        await nexmo.receipts.record(receipt(status))

        sent = await sending

    assert sent.message_uuid == "aaa"
    assert len(transport.requests) == 1


async def test_a_receipt_that_came_before_the_trouble_settles_it_at_once(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(UnknownOutcomeError("order-7", "reset"))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        await nexmo.receipts.record(receipt())

        assert (await nexmo.messages.send(SMS)).message_uuid == "aaa"


async def test_silence_leaves_it_unknown(clock: ManualClock) -> None:
    transport = FakeTransport(UnknownOutcomeError("order-7", "reset"))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(5)

        with pytest.raises(UnknownOutcomeError, match="order-7"):
            await sending


@pytest.mark.parametrize("total", [3.0, timedelta(seconds=3)])
async def test_one_send_may_have_less_time_than_the_others(
    total: float | timedelta, clock: ManualClock
) -> None:
    transport = FakeTransport(*[NotSentError("host", "refused")] * 9)
    retry = Retry(attempts=9, base=2.0, jitter=0.0)
    async with Nexmo(BASIC, transport=transport, clock=clock, retry=retry) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS, total=total))
        await clock.advance(3)

        with pytest.raises(NotSentError):
            await sending

    assert [each.timeout for each in transport.requests] == [3.0, 1.0]


@pytest.mark.parametrize("total", [0.0, -1.0, float("nan")])
async def test_no_time_at_all_is_a_mistake(total: float, clock: ManualClock) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        with pytest.raises(ConfigurationError, match="total: must be more than 0"):
            await nexmo.messages.send(SMS, total=total)


async def test_queueing_counts_for_the_deadline(clock: ManualClock) -> None:
    limits = [Limit(1, per=90.0)]
    async with Nexmo(
        BASIC, transport=FakeTransport(), clock=clock, limits=limits
    ) as nexmo:
        await nexmo.messages.send(SMS)
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(60)

        with pytest.raises(ThrottledError):
            await sending


async def test_limits_count_by_sender_and_recipient_of_the_message(
    clock: ManualClock,
) -> None:
    limits = [Limit(9, key="sender"), Limit(9, key="recipient")]
    async with Nexmo(
        BASIC, transport=FakeTransport(), clock=clock, limits=limits
    ) as nexmo:
        await nexmo.messages.send(SMS)

        assert [(use.limit.key, use.key) for use in nexmo.usage()] == [
            ("recipient", "447700900000"),
            ("sender", "447700900001"),
        ]


async def test_a_pause_longer_than_the_cap_is_raised_with_its_value(
    clock: ManualClock,
) -> None:
    transport = FakeTransport(answer(429, retry_after="3600"))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        with pytest.raises(RateLimitError) as caught:
            await nexmo.messages.send(SMS)

    assert caught.value.retry_after == 3600.0


async def test_a_view_shares_the_transport_and_the_limits(clock: ManualClock) -> None:
    transport = FakeTransport()
    async with Nexmo(
        BASIC, transport=transport, clock=clock, limits=[Limit(9)]
    ) as nexmo:
        patient = nexmo.with_options(timeout=90.0, retry=Retry(total=300.0))
        await patient.messages.send(SMS)
        await nexmo.messages.send(SMS)

        assert [use.used for use in nexmo.usage()] == [2]
        assert patient.usage() == nexmo.usage()
    assert [each.timeout for each in transport.requests] == [90.0, 30.0]


async def test_closing_a_view_closes_nothing_else(clock: ManualClock) -> None:
    async with (
        FaultyServer() as server,
        Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo,
    ):
        view = nexmo.with_options(timeout=5.0)
        await view.messages.send(SMS)
        await view.aclose()

        await nexmo.messages.send(SMS)
        assert server.connections == 1


async def test_a_view_closes_with_its_client(clock: ManualClock) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        view = nexmo.with_options(timeout=5.0)

    with pytest.raises(ClosedError):
        await view.messages.send(SMS)


async def test_a_client_that_is_not_open_has_no_views() -> None:
    with pytest.raises(ClosedError):
        Nexmo(BASIC).with_options(timeout=5.0)


def test_another_loop_is_told_so_before_anything_is_sent(clock: ManualClock) -> None:
    transport = FakeTransport()
    nexmo = Nexmo(BASIC, transport=transport, clock=clock)
    first = asyncio.new_event_loop()
    first.run_until_complete(nexmo.__aenter__())

    with pytest.raises(ConfigurationError, match="opened on another event loop"):
        asyncio.run(nexmo.messages.send(SMS))

    assert transport.requests == []
    first.run_until_complete(nexmo.aclose())
    first.close()


async def test_a_kept_resource_is_closed_even_over_a_transport_of_yours(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        kept = nexmo.messages

    with pytest.raises(ClosedError):
        await kept.send(SMS)
    assert transport.requests == []


async def test_a_client_whose_closing_is_called_off_is_closed_all_the_same(
    clock: ManualClock,
) -> None:
    """Whoever shuts down waits so long for the answers, and no longer."""

    class SlowAtFirst(FakeTransport):
        async def send(self, request: Request) -> Response:
            response = await super().send(request)
            await clock.sleep(60 if len(self.requests) == 1 else 0)
            return response

    inner = SlowAtFirst()
    nexmo = await Nexmo(BASIC, transport=inner, clock=clock).__aenter__()
    kept, sending = nexmo.messages, asyncio.create_task(drawn(nexmo.bulk.stream([SMS])))
    await clock.advance(0)

    closing = asyncio.create_task(nexmo.aclose())
    await clock.advance(0)
    closing.cancel()
    await asyncio.wait([closing])

    assert len(inner.requests) == 1
    with pytest.raises(ClosedError):
        await kept.send(SMS)
    sending.cancel()


async def test_a_client_that_is_never_closed_warns(clock: ManualClock) -> None:
    nexmo = Nexmo(BASIC, transport=FakeTransport(), clock=clock)
    await nexmo.__aenter__()

    with pytest.warns(ResourceWarning, match="unclosed client <Nexmo Basic"):  # noqa: PT031  forgetting takes both
        del nexmo
        gc.collect()


async def test_a_client_that_was_closed_does_not_warn(
    clock: ManualClock, recwarn: pytest.WarningsRecorder
) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        view = nexmo.with_options(timeout=5.0)
    del nexmo, view
    gc.collect()

    assert list(recwarn) == []


@pytest.mark.parametrize(
    ("library", "loaded"),
    [("httpx", "HttpxTransport"), ("aiohttp", "AiohttpTransport")],
)
async def test_a_library_may_be_chosen(library: str, loaded: str) -> None:
    async with FaultyServer() as server:
        async with Nexmo(BASIC, base_url=server.url, transport=library) as nexmo:  # type: ignore[arg-type]
            await nexmo.messages.send(SMS)
            shown = repr(nexmo._own)  # noqa: SLF001

        assert loaded in shown


async def test_auto_takes_the_quickest_one_installed() -> None:
    async with FaultyServer() as server, Nexmo(BASIC, base_url=server.url) as nexmo:
        await nexmo.messages.send(SMS)
        shown = repr(nexmo._own)  # noqa: SLF001

    assert "AiohttpTransport" in shown


async def test_a_library_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nexmo_async.transport.aiohttp", None)

    with pytest.raises(ConfigurationError, match=r"pip install .nexmo-async\[fast\]"):
        await Nexmo(BASIC, transport="aiohttp").__aenter__()


def test_a_library_that_is_unknown_is_refused_at_birth() -> None:
    with pytest.raises(ConfigurationError, match="transport: is 'curl', choose from"):
        Nexmo(BASIC, transport="curl")  # type: ignore[arg-type]


async def test_both_libraries_work_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def sent(library: str) -> str:
        async with (
            FaultyServer("close") as server,
            Nexmo(BASIC, base_url=server.url, transport=library) as nexmo,  # type: ignore[arg-type]
        ):
            await nexmo.messages.send(SMS)
            return (await nexmo.messages.send(SMS)).message_uuid

    def on_uvloop(library: str) -> str:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(sent(library))

    uuids = {
        await asyncio.to_thread(on_uvloop, library) for library in ("httpx", "aiohttp")
    }

    assert uuids == {"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}
