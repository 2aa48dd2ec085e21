from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async import Basic, Jwt, Limit, Nexmo, Retry, Sms, Step, Workflow
from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    RefusedError,
    UnknownOutcomeError,
)
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.testing import Answer, FakeTransport, FaultyServer, ManualClock, answer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.testing import Fault
    from nexmo_async.transport.base import Request, Response
    from nexmo_async.wire.limits import Api

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
BASIC = Basic("abcd1234", "the-api-secret")
AT_ONCE = Retry(on_unknown="raise")
SMS = Sms(to="447700900000", sender="447700900001", content="hi")
WORKFLOW = Workflow(Step(SMS), Step(SMS))


async def test_a_message_travels_from_the_client_to_the_transport(
    clock: ManualClock,
) -> None:
    transport = FakeTransport()

    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        sent = await nexmo.messages.send(SMS)

    assert sent.message_uuid == "message-1"
    assert transport.requests[0].authorization == (
        "Basic YWJjZDEyMzQ6dGhlLWFwaS1zZWNyZXQ="
    )


async def test_a_transport_you_gave_is_not_closed(clock: ManualClock) -> None:
    transport = FakeTransport()

    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        await nexmo.messages.send(SMS)
    await nexmo.aclose()

    assert not transport.is_closed


async def test_a_transport_of_its_own_is_closed(clock: ManualClock) -> None:
    async with FaultyServer() as server:
        async with Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo:
            await nexmo.messages.send(SMS)
            assert server.open == 1
        await server.until(lambda: server.open == 0)

    assert server.connections == 1


async def test_closing_twice_is_fine(clock: ManualClock) -> None:
    nexmo = Nexmo(BASIC, base_url="http://127.0.0.1:1", clock=clock)
    await nexmo.__aenter__()

    await nexmo.aclose()
    await nexmo.aclose()


async def test_closing_what_was_never_open_is_fine() -> None:
    await Nexmo(BASIC).aclose()


async def test_it_may_be_opened_again(clock: ManualClock) -> None:
    nexmo = Nexmo(BASIC, transport=FakeTransport(), clock=clock)
    for _ in range(2):
        async with nexmo:
            await nexmo.messages.send(SMS)


async def test_opening_it_twice_is_a_mistake(clock: ManualClock) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        with pytest.raises(RuntimeError, match="this client is open already"):
            await nexmo.__aenter__()


@pytest.mark.parametrize("resource", ["messages", "workflows", "bulk"])
async def test_a_client_that_is_not_open_says_what_to_do(resource: str) -> None:
    nexmo = Nexmo(BASIC)

    with pytest.raises(ClosedError) as caught:
        getattr(nexmo, resource)

    assert str(caught.value) == (
        "the client is not open. Nothing was sent. "
        "Open it first: async with Nexmo(...) as nexmo: ..."
    )


@pytest.mark.parametrize("resource", ["messages", "workflows", "bulk"])
async def test_a_client_that_was_closed_says_what_to_do(
    resource: str, clock: ManualClock
) -> None:
    async with Nexmo(BASIC, transport=FakeTransport(), clock=clock) as nexmo:
        pass

    with pytest.raises(ClosedError, match="async with Nexmo"):
        getattr(nexmo, resource)


async def test_a_resource_kept_from_before_the_end_is_closed_as_well(
    clock: ManualClock,
) -> None:
    async with FaultyServer() as server:
        async with Nexmo(BASIC, base_url=server.url, clock=clock) as nexmo:
            messages = nexmo.messages

        with pytest.raises(ClosedError):
            await messages.send(SMS)

        assert server.connections == 0


@pytest.mark.parametrize("fault", ["reset", "lose", "drop", "half"])
async def test_a_post_is_never_repeated_after_it_may_have_arrived(
    fault: Fault, clock: ManualClock
) -> None:
    async with (
        FaultyServer(fault) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock, retry=AT_ONCE) as nexmo,
    ):
        with pytest.raises(UnknownOutcomeError) as caught:
            await nexmo.messages.send(SMS)

        assert len(server.received) == (0 if fault == "reset" else 1)
        assert server.connections == 1
        assert len(caught.value.client_ref) == 32


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_post_is_never_repeated_after_a_server_error(
    status: int, clock: ManualClock
) -> None:
    async with (
        FaultyServer(Answer(status)) as server,
        Nexmo(BASIC, base_url=server.url, clock=clock, retry=AT_ONCE) as nexmo,
    ):
        with pytest.raises(UnknownOutcomeError):
            await nexmo.messages.send(SMS)

        assert len(server.received) == 1


async def test_a_post_is_never_repeated_after_a_time_out(clock: ManualClock) -> None:
    async with (
        FaultyServer("late") as server,
        Nexmo(BASIC, base_url=server.url, clock=clock, timeout=5.0) as nexmo,
    ):
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await server.until(lambda: len(server.received) == 1)
        await clock.advance(120)

        with pytest.raises(UnknownOutcomeError, match="5 s are over"):
            await sending
        assert len(server.received) == 1


@pytest.mark.parametrize("api", ["beta", "v0.1", "v1"])
async def test_a_workflow_is_never_repeated_either(
    api: Api, clock: ManualClock
) -> None:
    workflow = (
        WORKFLOW
        if api == "v1"
        else Workflow(Step(SMS, until="delivered", within=60), Step(SMS))
    )
    async with (
        FaultyServer("lose") as server,
        Nexmo(BASIC, api=api, base_url=server.url, clock=clock, retry=AT_ONCE) as nexmo,
    ):
        with pytest.raises(UnknownOutcomeError):
            await nexmo.workflows.create(workflow)

        assert len(server.received) == 1


async def test_an_unreachable_host_is_tried_four_times_and_named(
    clock: ManualClock,
) -> None:
    refused = NotSentError("api.example.com:https", "refused")
    transport = FakeTransport(*[refused] * 9)
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(60)

        with pytest.raises(NotSentError, match=r"api\.example\.com"):
            await sending

    assert len(transport.requests) == 4


async def test_all_attempts_carry_the_same_reference(clock: ManualClock) -> None:
    transport = FakeTransport(answer(429), answer(429))
    async with Nexmo(BASIC, transport=transport, clock=clock) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(60)
        await sending

    assert len({request.body for request in transport.requests}) == 1


async def test_a_hundred_sends_at_once_share_one_token(
    private_key: RSAPrivateKey, clock: ManualClock
) -> None:
    transport = FakeTransport()
    auth = Jwt(APPLICATION, private_key)
    async with Nexmo(auth, transport=transport, clock=clock) as nexmo:
        await asyncio.gather(*(nexmo.messages.send(SMS) for _ in range(100)))

    assert len({request.authorization for request in transport.requests}) == 1


async def test_your_own_store_of_receipts_is_used(clock: ManualClock) -> None:
    store = MemoryReceipts(clock=clock)

    nexmo = Nexmo(BASIC, receipts=store, clock=clock)

    assert nexmo.receipts is store


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"api": "v2"}, "api: is 'v2', choose from beta, v0.1, v1"),
        ({"timeout": 0}, "timeout: must be more than 0 seconds"),
        ({"timeout": -1}, "timeout: must be more than 0 seconds"),
        ({"region": "mars"}, "region: is 'mars', choose from eu, us, ap"),
        ({"region": "eu", "base_url": "https://x"}, "region: and base_url exclude"),
        ({"base_url": "api.nexmo.com"}, "base_url: is no address such as"),
        ({"base_url": "ftp://api.nexmo.com"}, "base_url: is no address such as"),
        ({"base_url": "https://"}, "base_url: is no address such as"),
        ({"base_url": "https://[::1"}, "base_url: is no address: Invalid IPv6"),
        ({"base_url": "https://host:99999"}, "base_url: is no address: Port out of"),
        ({"base_url": "https://host:x"}, "base_url: is no address: Port could not"),
        ({"base_url": "https://host/v1"}, "base_url: has more than scheme, host"),
        ({"base_url": "https://u:p@host"}, "base_url: has more than scheme, host"),
        ({"base_url": "https://host?x=1"}, "base_url: has more than scheme, host"),
        ({"base_url": "https://host#x"}, "base_url: has more than scheme, host"),
        ({"base_url": "http://host"}, "base_url: would send your credentials unenc"),
        ({"limits": Limit(30)}, "limits: is one Limit, write "),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_birth(
    options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Nexmo(BASIC, **options)


def test_what_are_no_credentials_is_refused_and_not_shown() -> None:
    secret: Any = "the-api-secret"
    with pytest.raises(ConfigurationError, match="auth: is str, write Bas") as caught:
        Nexmo(secret)

    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://api.nexmo.com"),
        ({"region": "eu"}, "https://api-eu.nexmo.com"),
        ({"region": "us"}, "https://api-us.nexmo.com"),
        ({"region": "ap"}, "https://api-ap.nexmo.com"),
        ({"base_url": "https://host:8443/"}, "https://host:8443"),
        ({"base_url": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ({"base_url": "http://localhost:1"}, "http://localhost:1"),
        ({"base_url": "http://[::1]:8080"}, "http://[::1]:8080"),
        ({"base_url": "http://host", "allow_http": True}, "http://host"),
    ],
)
def test_the_address_is_what_was_asked_for(options: dict[str, Any], url: str) -> None:
    assert repr(Nexmo(BASIC, **options)) == (
        f"<Nexmo Basic(api_key='abcd1234') api=v1 {url}>"
    )


@pytest.mark.parametrize("turns", range(0, 40, 4))
async def test_cancelling_a_send_at_any_point_leaves_the_client_usable(
    turns: int, private_key: RSAPrivateKey, clock: ManualClock
) -> None:
    auth = Jwt(APPLICATION, private_key)
    async with FaultyServer() as server:
        async with Nexmo(auth, base_url=server.url, clock=clock) as nexmo:
            sending = asyncio.create_task(nexmo.messages.send(SMS))
            for _ in range(turns):
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.wait({sending})

            sent = await nexmo.messages.send(SMS)

            assert sent.message_uuid == "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
        await server.until(lambda: server.open == 0)


async def test_the_second_try_after_a_401_is_the_last(
    private_key: RSAPrivateKey, clock: ManualClock
) -> None:
    transport = FakeTransport(*[answer(401)] * 9)
    auth = Jwt(APPLICATION, private_key)
    async with Nexmo(auth, transport=transport, clock=clock) as nexmo:
        with pytest.raises(RefusedError, match="401"):
            await nexmo.messages.send(SMS)

    assert len(transport.requests) == 2


async def test_the_deadline_covers_a_transport_that_is_slow(clock: ManualClock) -> None:
    class Slow(FakeTransport):
        async def send(self, request: Request) -> Response:
            await clock.sleep(request.timeout)
            raise NotSentError("api.nexmo.com:https", "it took too long")

    retry = Retry(attempts=100, total=45.0)
    async with Nexmo(BASIC, transport=Slow(), retry=retry, clock=clock) as nexmo:
        sending = asyncio.create_task(nexmo.messages.send(SMS))
        await clock.advance(45.0)

        with pytest.raises(NotSentError):
            await sending
