"""The real client and a real socket: nothing here is imagined but the telephone."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import attrs
import pytest

from nexmo_async import (
    Basic,
    Jwt,
    Nexmo,
    Report,
    Retry,
    Sms,
    Step,
    Viber,
    WebhookApp,
    WhatsApp,
    Workflow,
)
from nexmo_async.errors import (
    AuthenticationError,
    DeliveryFailedError,
    NotSentError,
    RateLimitError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.testing import Answer, FaultyServer, ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.models.receipt import Receipt
    from nexmo_async.testing import Fault
    from nexmo_async.wire.limits import Api

NEW_YEAR = 1_767_225_600.0
APIS: list[Api] = ["beta", "v0.1", "v1"]
BASIC = Basic("abcd1234", "0123456789abcdef")
SMS = Sms(to="447700900000", sender="447700900001", content="hi")
WHATSAPP = WhatsApp(to="447700900000", sender="447700900002", content="hi")
VIBER = Viber(to="447700900000", sender="12345", content="hi")


def credentials(box: Sandbox, auth: Literal["basic", "jwt"]) -> Basic | Jwt:
    if auth == "basic":
        return Basic(box.api_key, box.api_secret)
    return Jwt(box.application_id, box.private_key or "")


@attrs.define
class Account:
    """A client, and the endpoint that the sandbox calls back."""

    nexmo: Nexmo
    receipts: asyncio.Queue[Receipt] = attrs.field(factory=asyncio.Queue)
    reports: asyncio.Queue[Report] = attrs.field(factory=asyncio.Queue)


@asynccontextmanager
async def account(
    box: Sandbox, api: Api, auth: Literal["basic", "jwt"] = "basic"
) -> AsyncGenerator[Account]:
    nexmo = Nexmo(credentials(box, auth), api=api, base_url=box.base_url)
    mine = Account(nexmo)
    hooks = WebhookApp(
        nexmo.receipts,
        {box.api_key: box.signature_secret},
        on_status=mine.receipts.put,
        on_report=mine.reports.put,
    )
    async with serve(hooks) as url, nexmo:
        box.status_url = f"{url}/webhooks"
        yield mine
        box.status_url = None


@pytest.mark.parametrize("auth", ["basic", "jwt"])
@pytest.mark.parametrize("api", APIS)
async def test_a_message_is_sent_and_its_signed_receipts_come_back(
    box: Sandbox, api: Api, auth: Literal["basic", "jwt"]
) -> None:
    async with account(box, api, auth) as mine:
        sent = await mine.nexmo.messages.send(WHATSAPP)
        receipt = await sent.until("read", within=60)

        assert receipt.message_uuid == sent.message_uuid
        assert receipt.channel == "whatsapp"
        assert [each.status for each in await sent.history()] == [
            "submitted",
            "delivered",
            "read",
        ]


@pytest.mark.parametrize("api", ["v0.1", "v1"])
async def test_receipts_return_the_reference(box: Sandbox, api: Api) -> None:
    async with account(box, api) as mine:
        sent = await mine.nexmo.messages.send(attrs.evolve(SMS, client_ref="order-7"))
        await sent.until("delivered", within=60)

        told = await mine.nexmo.receipts.history("order-7")

    assert {each.message_uuid for each in told} == {sent.message_uuid}


@pytest.mark.parametrize("api", APIS)
async def test_a_message_that_fails_says_why(box: Sandbox, api: Api) -> None:
    box.persona("447700900000", "reject 1300")
    async with account(box, api) as mine:
        sent = await mine.nexmo.messages.send(SMS)

        with pytest.raises(DeliveryFailedError) as caught:
            await sent.until("delivered", within=60)

    assert (caught.value.status, caught.value.code) == ("rejected", 1300)


@pytest.mark.parametrize("auth", ["basic", "jwt"])
@pytest.mark.parametrize("api", ["beta", "v0.1"])
async def test_a_workflow_ends_with_its_report(
    box: Sandbox, api: Api, auth: Literal["basic", "jwt"]
) -> None:
    box.persona("447700900000", "viber: reject 1300; sms: deliver")
    workflow = Workflow(Step(VIBER, until="delivered", within=600), Step(SMS))
    async with account(box, api, auth) as mine:
        started = await mine.nexmo.workflows.create(workflow)
        async with asyncio.timeout(60):
            report = await mine.reports.get()

    assert report.workflow_uuid == started.uuid
    assert report.status == "completed"
    assert [(each.channel, each.status) for each in report.messages] == [
        ("viber", "rejected"),
        ("sms", "delivered"),
    ]


@pytest.mark.parametrize("auth", ["basic", "jwt"])
async def test_a_v1_workflow_ends_with_the_receipt_of_the_step_that_arrived(
    box: Sandbox, auth: Literal["basic", "jwt"]
) -> None:
    """V1 sends no report: its receipts name the workflow and the step."""
    box.persona("447700900000", "whatsapp: reject 1300; sms: deliver")
    workflow = Workflow(Step(WHATSAPP), Step(SMS))
    async with account(box, "v1", auth) as mine:
        started = await mine.nexmo.workflows.create(workflow)
        told: list[Receipt] = []
        async with asyncio.timeout(60):
            while not told or told[-1].status != "delivered":
                told.append(await mine.receipts.get())

    place = told[-1].workflow
    assert place is not None
    assert (place.workflow_uuid, place.item, place.items) == (started.uuid, 2, 2)
    assert [(each.channel, each.status) for each in told] == [
        ("whatsapp", "submitted"),
        ("whatsapp", "rejected"),
        ("sms", "submitted"),
        ("sms", "delivered"),
    ]
    assert told[0].message_uuid == started.message_uuid


@pytest.mark.parametrize("api", APIS)
async def test_a_wrong_secret_is_refused_and_nothing_is_sent(
    box: Sandbox, api: Api
) -> None:
    wrong = Basic(box.api_key, "wrong-secret")
    async with Nexmo(wrong, api=api, base_url=box.base_url) as nexmo:
        with pytest.raises(AuthenticationError) as caught:
            await nexmo.messages.send(SMS)

    assert caught.value.sent == "no"
    assert "wrong-secret" not in str(caught.value)
    assert box.messages() == []


async def test_a_wrong_key_is_refused_without_blaming_the_clock(
    box: Sandbox, private_key: RSAPrivateKey
) -> None:
    wrong = Jwt(box.application_id, private_key)
    async with Nexmo(wrong, base_url=box.base_url) as nexmo:
        with pytest.raises(AuthenticationError) as caught:
            await nexmo.messages.send(SMS)

    assert caught.value.hint == ""
    assert "private key" in str(caught.value)
    assert box.messages() == []


async def test_a_field_nexmo_refuses_is_named(clock: ManualClock) -> None:
    refusal = Answer(
        422,
        body=b'{"title":"Invalid params","invalid_parameters":'
        b'[{"name":"to","reason":"is no number."}]}',
    )
    async with (
        FaultyServer(refusal) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo,
    ):
        with pytest.raises(RequestError, match="to is no number") as caught:
            await nexmo.messages.send(SMS)

    assert caught.value.invalid == (("to", "is no number."),)


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_three_hours_off_heals_by_itself(hours: int) -> None:
    """The answer's `Date` says what time it is at Nexmo."""
    skewed = ManualClock(NEW_YEAR + hours * 3600)
    async with Sandbox(clock=ManualClock(NEW_YEAR)) as box:
        auth = credentials(box, "jwt")
        async with Nexmo(auth, base_url=box.base_url, clock=skewed) as nexmo:
            first = await nexmo.messages.send(SMS)
            second = await nexmo.messages.send(SMS)

        uuids = [message.message_uuid for message in box.messages()]

    assert uuids == [first.message_uuid, second.message_uuid]


@pytest.mark.parametrize(
    ("hours", "hint"),
    [
        (-3, "this machine's clock is 10800 s behind Nexmo's"),
        (3, "this machine's clock is 10800 s ahead of Nexmo's"),
    ],
)
async def test_a_clock_that_cannot_heal_is_named_with_its_distance(
    private_key: RSAPrivateKey, hours: int, hint: str
) -> None:
    skewed = ManualClock(NEW_YEAR + hours * 3600)
    async with Sandbox(clock=ManualClock(NEW_YEAR)) as box:
        auth = Jwt(box.application_id, private_key)
        async with Nexmo(auth, base_url=box.base_url, clock=skewed) as nexmo:
            with pytest.raises(AuthenticationError, match=re.escape(hint)):
                await nexmo.messages.send(SMS)

        assert box.messages() == []


async def test_an_unreachable_host_is_named_and_nothing_was_sent(
    clock: ManualClock,
) -> None:
    async with FaultyServer() as server:
        url = server.url
    once = Retry(attempts=1)
    async with Nexmo(BASIC, base_url=url, clock=clock, retry=once) as nexmo:
        with pytest.raises(NotSentError) as caught:
            await nexmo.messages.send(SMS)

    assert caught.value.host == url.removeprefix("http://")
    assert "Nothing was sent. It is safe to send it again." in str(caught.value)


class Bedside(ManualClock):
    """A clock that tells who goes to sleep, and for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.asleep.put_nowait(seconds)
        await super().sleep(seconds)


@pytest.mark.parametrize("status", [429, 503])
async def test_not_now_is_obeyed_then_sent_again(status: int) -> None:
    clock = Bedside()
    busy = Answer(status, {"Retry-After": "7"})
    async with (
        FaultyServer(busy, busy) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo,
    ):
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        waits = []
        for _ in range(2):
            waits.append(await clock.asleep.get())
            await clock.advance(7)
        sent = await sending

        assert waits == [7.0, 7.0]
        assert sent.message_uuid == "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
        assert len(server.received) == 3
        assert len({each.body for each in server.received}) == 1


async def test_not_now_for_too_long_is_yours_to_handle(clock: ManualClock) -> None:
    async with (
        FaultyServer(Answer(429, {"Retry-After": "3600"})) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo,
    ):
        with pytest.raises(RateLimitError) as caught:
            await nexmo.messages.send(SMS)

        assert caught.value.retry_after == 3600.0
        assert len(server.received) == 1


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("trouble", [Answer(500), Answer(502), "lose", "drop", "half"])
async def test_after_the_body_has_left_nothing_is_sent_twice(
    clock: ManualClock, api: Api, trouble: Answer | Fault
) -> None:
    async with (
        FaultyServer(trouble) as server,
        Nexmo(
            BASIC,
            api=api,
            base_url=server.url,
            clock=clock,
            retry=Retry(on_unknown="raise"),
        ) as nexmo,
    ):
        with pytest.raises(UnknownOutcomeError) as caught:
            await nexmo.messages.send(SMS)

        assert caught.value.sent == "maybe"
        assert len(server.received) == 1


async def test_three_hundred_messages_at_once_all_arrive_once(box: Sandbox) -> None:
    async with Nexmo(credentials(box, "jwt"), base_url=box.base_url) as nexmo:
        sent = await asyncio.gather(*(nexmo.messages.send(SMS) for _ in range(300)))

    uuids = {message.message_uuid for message in box.messages()}

    assert uuids == {each.message_uuid for each in sent}
    assert len(uuids) == 300
