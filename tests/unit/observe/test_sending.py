"""The beginning and the end of each send, told to whoever observes."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING

import pytest

from nexmo_async import Basic, Jwt, Limit, Nexmo, Retry, Sms, Step, Viber, Workflow
from nexmo_async.errors import NexmoError, NotSentError, UnknownOutcomeError
from nexmo_async.observe.events import (
    Answered,
    Attempt,
    Begun,
    Ended,
    FailedOver,
    Received,
    Subject,
)
from nexmo_async.observe.trail import Sending, current_subject
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.receipts.observed import ObservedReceipts
from nexmo_async.testing import FakeTransport, ManualClock, answer
from nexmo_async.testing.samples import DELIVERED, SUBMITTED

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.observe.events import Event, Outcome
    from nexmo_async.transport.base import Request, Response
    from nexmo_async.transport.hooks import CallNext

BASIC = Basic("abcd1234", "the-api-secret")
SMS = Sms(to="447700900000", sender="447700900001", content="hi", client_ref="order-7")
ONCE = Retry(attempts=1, on_unknown="raise")


async def test_a_send_begins_and_ends_and_says_for_whom(clock: ManualClock) -> None:
    told: list[Event] = []
    transport = FakeTransport()
    async with Nexmo(
        BASIC, transport=transport, clock=clock, observers=[told.append]
    ) as nexmo:
        await nexmo.messages.send(SMS)

    begun, *_, ended = told
    assert isinstance(begun, Begun)
    assert isinstance(ended, Ended)
    assert (begun.operation, begun.server) == ("send", "https://api.nexmo.com")
    assert (ended.outcome, ended.message_uuid) == ("accepted", "message-1")
    assert ended.subject.channel == "sms"
    assert ended.subject.client_ref == "order-7"


@pytest.mark.parametrize(
    ("planned", "outcome", "error"),
    [
        (answer(401), "refused", "AuthenticationError"),
        (answer(429), "refused", "RateLimitError"),
        (NotSentError("api.nexmo.com", "refused"), "not sent", "NotSentError"),
        (UnknownOutcomeError("order-7", "reset"), "unknown", "UnknownOutcomeError"),
        (answer(500), "unknown", "UnknownOutcomeError"),
        (answer(202, {}), "unknown", "UnknownOutcomeError"),
    ],
)
async def test_the_end_says_how_it_went(
    planned: Response | Exception, outcome: Outcome, error: str, clock: ManualClock
) -> None:
    told: list[Event] = []
    async with Nexmo(
        BASIC,
        transport=FakeTransport(planned),
        clock=clock,
        retry=ONCE,
        observers=[told.append],
    ) as nexmo:
        with pytest.raises(NexmoError):
            await nexmo.messages.send(SMS)

    ended = told[-1]
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.error) == (outcome, error)


async def test_what_cannot_be_encoded_has_an_end_as_well(clock: ManualClock) -> None:
    told: list[Event] = []
    later = Sms(to="447700900000", sender="ACME", content="hi", ttl=60, entity_id="7")
    async with Nexmo(
        BASIC,
        api="beta",
        transport=FakeTransport(),
        clock=clock,
        observers=[told.append],
    ) as nexmo:
        with pytest.raises(NexmoError):
            await nexmo.messages.send(later)

    [_, ended] = told
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.error) == ("invalid", "UnsupportedError")


async def test_a_send_that_is_called_off_says_so(clock: ManualClock) -> None:
    told: list[Event] = []
    busy = FakeTransport(answer(429, retry_after="20"))
    async with Nexmo(
        BASIC, transport=busy, clock=clock, observers=[told.append]
    ) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(1)
        sending.cancel()
        await asyncio.wait([sending])

    ended = told[-1]
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.took) == ("cancelled", 1.0)


async def test_an_attempt_that_is_called_off_is_over(clock: ManualClock) -> None:
    class Silent(FakeTransport):
        async def send(self, request: Request) -> Response:
            await asyncio.Event().wait()
            return await super().send(request)

    told: list[Event] = []
    async with Nexmo(
        BASIC, transport=Silent(), clock=clock, observers=[told.append]
    ) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(1)
        sending.cancel()
        await asyncio.wait([sending])

    answered = told[-2]
    assert isinstance(answered, Answered)
    assert (answered.problem, answered.took) == ("called off", 1.0)


async def test_all_events_of_a_send_have_its_number_and_no_other(
    clock: ManualClock,
) -> None:
    told: list[Event] = []
    transport = FakeTransport(*[answer(429, retry_after="1")] * 16)
    async with Nexmo(
        BASIC,
        transport=transport,
        clock=clock,
        observers=[told.append],
        limits=[Limit(16)],
    ) as nexmo:
        sendings = [
            asyncio.create_task(nexmo.messages.send(SMS, total=50)) for _ in range(64)
        ]
        await clock.advance(50)
        uuids = [sending.result().message_uuid for sending in sendings]

    stories: dict[int, list[str]] = {}
    for event in told:
        stories.setdefault(event.subject.send, []).append(type(event).__name__)
    assert len(set(uuids)) == len(stories) == 64
    for story in stories.values():
        assert (story[0], story[-1]) == ("Begun", "Ended")
        assert story.count("Begun") == story.count("Ended") == 1
        assert story.count("Attempt") == story.count("Repeated") + 1


async def test_a_send_within_a_send_is_told_as_itself(clock: ManualClock) -> None:
    told: list[Event] = []

    async def twice(request: Request, call_next: CallNext) -> Response:
        if request.recipient == "447700900000":
            other = Sms(to="447700900009", sender="ACME", content="watch out")
            await nexmo.messages.send(other)
        return await call_next(request)

    async with Nexmo(
        BASIC,
        transport=FakeTransport(),
        clock=clock,
        middleware=[twice],
        observers=[told.append],
    ) as nexmo:
        await nexmo.messages.send(SMS)

    assert [(type(event).__name__, event.subject.recipient[-1:]) for event in told] == [
        ("Begun", "0"),
        ("Begun", "9"),
        ("Attempt", "9"),
        ("Answered", "9"),
        ("Ended", "9"),
        ("Attempt", "0"),
        ("Answered", "0"),
        ("Ended", "0"),
    ]


async def test_workflows_updates_and_requests_begin_and_end_too(
    private_key: RSAPrivateKey, clock: ManualClock
) -> None:
    told: list[Event] = []
    async with Nexmo(
        Jwt("aaaaaaaa-bbbb-cccc-dddd-0123456789ab", private_key),
        transport=FakeTransport(),
        clock=clock,
        observers=[told.append],
    ) as nexmo:
        await nexmo.workflows.create(Workflow(Step(SMS), Step(SMS)))
        await nexmo.messages.revoke("aaa", region="eu")
        await nexmo.request("get", "/v1/things?secret=geheim")

    begun = [event for event in told if isinstance(event, Begun)]
    ended = [event for event in told if isinstance(event, Ended)]
    assert [(each.operation, each.server) for each in begun] == [
        ("workflow", "https://api.nexmo.com"),
        ("update", "https://api-eu.nexmo.com"),
        ("request", "https://api.nexmo.com"),
    ]
    assert [each.outcome for each in ended] == ["accepted"] * 3
    assert ended[0].message_uuid == "workflow-1"
    assert {event.subject.path for event in told if event.subject.method == "GET"} == {
        "/v1/things"
    }


async def test_each_receipt_is_told_once(clock: ManualClock) -> None:
    told: list[Event] = []
    async with Nexmo(
        BASIC, transport=FakeTransport(), clock=clock, observers=[told.append]
    ) as nexmo:
        for receipt in (SUBMITTED, DELIVERED, DELIVERED):
            await nexmo.receipts.record(receipt)

    statuses = [event.status for event in told if isinstance(event, Received)]
    assert statuses == ["submitted", "delivered"]
    assert {event.subject.channel for event in told} == {"whatsapp"}


async def test_a_store_without_a_client_can_be_observed() -> None:
    told: list[Event] = []
    store = ObservedReceipts(MemoryReceipts(), [told.append])

    await store.record(DELIVERED)

    assert [type(event).__name__ for event in told] == ["Received"]
    assert [each.status for each in await store.history("m-1")] == ["delivered"]
    assert "MemoryReceipts" in repr(store)


async def test_a_step_that_gives_way_is_told_with_its_reason(
    clock: ManualClock,
) -> None:
    told: list[Event] = []
    viber = Viber(to="447700900000", sender="ACME", content="hi")
    workflow = Workflow(
        Step(viber, until="delivered", within=60),
        Step(viber, until="delivered", within=60, skip_if=lambda _: True),
        Step(Sms(to="447700900000", sender="ACME", content="hi")),
    )
    async with Nexmo(
        BASIC, transport=FakeTransport(), clock=clock, observers=[told.append]
    ) as nexmo:
        run = await nexmo.workflows.run(workflow, name="otp")
        await clock.advance(70)
        run.cancel()

    overs = [event for event in told if isinstance(event, FailedOver)]
    assert [
        (each.run, each.step, each.subject.channel, each.to_channel, each.reason)
        for each in overs
    ] == [
        ("otp", 0, "viber", "viber", "time_up"),
        ("otp", 1, "viber", "sms", "skipped"),
    ]
    assert [each.subject.client_ref for each in overs] == ["otp:1", ""]


async def test_a_step_belongs_to_whoever_began_the_run(clock: ManualClock) -> None:
    request = contextvars.ContextVar("request", default="none")
    seen: list[str] = []

    def look(event: Event) -> None:
        if isinstance(event, Attempt):
            seen.append(request.get())

    viber = Viber(to="447700900000", sender="ACME", content="hi")
    workflow = Workflow(Step(viber, until="delivered", within=60), Step(SMS))
    async with Nexmo(
        BASIC, transport=FakeTransport(), clock=clock, observers=[look]
    ) as nexmo:
        for name in ("first", "second"):
            request.set(name)
            await nexmo.workflows.run(workflow)
            await clock.advance(1)
        request.set("a webhook")
        await clock.advance(70)

    assert seen == ["first", "second", "first", "second"]


async def test_without_observers_nothing_is_noted(clock: ManualClock) -> None:
    store = MemoryReceipts(clock=clock)
    seen: list[object] = []

    async def look(request: Request, call_next: CallNext) -> Response:
        seen.append(current_subject())
        return await call_next(request)

    async with Nexmo(
        BASIC,
        transport=FakeTransport(),
        clock=clock,
        receipts=store,
        middleware=[look],
    ) as nexmo:
        await nexmo.messages.send(SMS)

        assert nexmo.receipts is store
    assert seen == [None]


async def test_a_send_that_is_thrown_away_unfinished_is_no_trouble(
    clock: ManualClock,
) -> None:
    told: list[Event] = []

    async def send() -> None:
        subject = Subject("POST", "/v1/messages")
        with Sending(told.append, clock, "https://x", "send", subject):
            await asyncio.sleep(0)

    sending = send()
    contextvars.copy_context().run(sending.send, None)
    sending.close()

    assert [type(event).__name__ for event in told] == ["Begun"]
