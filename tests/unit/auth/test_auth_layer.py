from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.auth.layer import Authorizing, identity
from nexmo_async.testing import FakeTransport, answer
from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.testing import ManualClock

REQUEST = Request("POST", "/v1/messages", b"{}", timeout=30.0)


@attrs.define
class Forgetful:
    """Refuses the first header it ever saw, however often it comes."""

    headers: list[str] = attrs.field(factory=list)

    async def send(self, request: Request) -> Response:
        self.headers.append(request.authorization)
        await asyncio.sleep(0)
        return answer(401 if request.authorization == self.headers[0] else 202)

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.fixture
def jwt(private_key: RSAPrivateKey) -> Jwt:
    return Jwt("aaaaaaaa-bbbb-cccc-dddd-0123456789ab", private_key)


async def test_basic_shows_key_and_secret(clock: ManualClock) -> None:
    transport = FakeTransport()
    caller = identity(Basic("abcd1234", "secret"), clock)

    await Authorizing(transport, caller, clock).send(REQUEST)

    assert transport.requests[0].authorization == "Basic YWJjZDEyMzQ6c2VjcmV0"


async def test_basic_is_not_tried_again_after_a_401(clock: ManualClock) -> None:
    transport = FakeTransport(answer(401))
    caller = identity(Basic("abcd1234", "secret"), clock)

    response = await Authorizing(transport, caller, clock).send(REQUEST)

    assert response.status == 401
    assert response.note == ""
    assert len(transport.requests) == 1


async def test_a_token_is_tried_once_more_after_a_401(
    jwt: Jwt, clock: ManualClock
) -> None:
    transport = FakeTransport(answer(401))

    response = await Authorizing(transport, identity(jwt, clock), clock).send(REQUEST)

    first, second = (request.authorization for request in transport.requests)
    assert response.status == 202
    assert first != second


async def test_a_token_is_tried_only_once_more(jwt: Jwt, clock: ManualClock) -> None:
    transport = FakeTransport(*[answer(401)] * 5)

    response = await Authorizing(transport, identity(jwt, clock), clock).send(REQUEST)

    assert response.status == 401
    assert len(transport.requests) == 2


async def test_a_hundred_refusals_at_once_cause_one_new_signature(
    jwt: Jwt, clock: ManualClock
) -> None:
    server = Forgetful()
    layer = Authorizing(server, identity(jwt, clock), clock)
    await layer.caller.header()

    answers = await asyncio.gather(*(layer.send(REQUEST) for _ in range(100)))

    assert [response.status for response in answers] == [202] * 100
    assert len(server.headers) == 200
    assert len(set(server.headers)) == 2


async def test_a_401_that_stays_says_how_far_the_clock_is_off(
    jwt: Jwt, clock: ManualClock
) -> None:
    clock.jump(-10_800)
    date = "Thu, 01 Jan 2026 00:00:00 GMT"
    transport = FakeTransport(answer(401, date=date), answer(401, date=date))

    response = await Authorizing(transport, identity(jwt, clock), clock).send(REQUEST)

    assert response.note == "this machine's clock is 10800 s behind Nexmo's"


async def test_the_second_try_has_the_time_that_the_first_one_left(
    jwt: Jwt, clock: ManualClock
) -> None:
    arrived: asyncio.Queue[Request] = asyncio.Queue()

    class TakesTenSeconds(FakeTransport):
        async def send(self, request: Request) -> Response:
            arrived.put_nowait(request)
            await clock.sleep(10)
            return await super().send(request)

    layer = Authorizing(TakesTenSeconds(answer(401)), identity(jwt, clock), clock)
    sending = asyncio.create_task(layer.send(attrs.evolve(REQUEST, deadline=30.0)))
    first = await arrived.get()
    await clock.advance(10)
    second = await arrived.get()
    await clock.advance(10)
    await sending

    assert (first.timeout, second.timeout) == (30.0, 20.0)


async def test_the_second_try_is_not_short_of_the_time_that_the_first_one_queued(
    jwt: Jwt, clock: ManualClock
) -> None:
    class QueuesBefore(FakeTransport):
        async def send(self, request: Request) -> Response:
            if not self.requests:
                await clock.sleep(40)
            return await super().send(request)

    inner = QueuesBefore(answer(401))
    layer = Authorizing(inner, identity(jwt, clock), clock)
    await layer.caller.header()
    sending = asyncio.create_task(layer.send(attrs.evolve(REQUEST, deadline=90.0)))
    await clock.advance(40)

    assert (await sending).status == 202
    assert [each.timeout for each in inner.requests] == [30.0, 30.0]


async def test_closing_the_layer_closes_what_is_inside(clock: ManualClock) -> None:
    transport = FakeTransport()
    caller = identity(Basic("abcd1234", "secret"), clock)

    await Authorizing(transport, caller, clock).aclose()

    assert transport.is_closed
