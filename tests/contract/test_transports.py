from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import attrs
import httpx
import httpx2
import pytest

from nexmo_async.errors import ClosedError, NotSentError, UnknownOutcomeError
from nexmo_async.testing import check_transport
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nexmo_async.clock import Clock
    from nexmo_async.testing.transport import OpenTransport
    from nexmo_async.transport.base import Request, Response, Transport


@attrs.define
class WithItsClient:
    """A transport that closes the client it was given, as its owner would."""

    inner: Transport
    close: Callable[[], Awaitable[None]]

    async def send(self, request: Request) -> Response:
        return await self.inner.send(request)

    async def aclose(self) -> None:
        await self.inner.aclose()
        await self.close()


async def httpx_transport(url: str, clock: Clock) -> Transport:
    return HttpxTransport(url, clock=clock)


async def one_lane(url: str, clock: Clock) -> Transport:
    return HttpxTransport(url, clock=clock, lanes=1)


async def either_http(url: str, clock: Clock) -> Transport:
    return HttpxTransport(url, clock=clock, http2=True)


async def httpx_client(url: str, clock: Clock) -> Transport:
    client = await asyncio.to_thread(httpx.AsyncClient)
    transport = HttpxTransport(url, client=client, clock=clock)
    return WithItsClient(transport, client.aclose)


async def httpx2_client(url: str, clock: Clock) -> Transport:
    client = await asyncio.to_thread(httpx2.AsyncClient)
    transport = HttpxTransport(url, client=client, clock=clock)
    return WithItsClient(transport, client.aclose)


async def aiohttp_transport(url: str, clock: Clock) -> Transport:
    return AiohttpTransport(url, clock=clock)


async def one_connection(url: str, clock: Clock) -> Transport:
    return AiohttpTransport(url, clock=clock, lanes=1)


async def aiohttp_session(url: str, clock: Clock) -> Transport:
    session = aiohttp.ClientSession()
    transport = AiohttpTransport(url, session=session, clock=clock)
    return WithItsClient(transport, session.close)


@pytest.mark.parametrize(
    "open_transport",
    [
        httpx_transport,
        one_lane,
        either_http,
        httpx_client,
        httpx2_client,
        aiohttp_transport,
        one_connection,
        aiohttp_session,
    ],
)
async def test_every_transport_meets_every_demand(
    open_transport: OpenTransport,
) -> None:
    await check_transport(open_transport)


@attrs.define
class Spoiled:
    """A transport with one bad habit; the kit must notice."""

    inner: Transport

    async def send(self, request: Request) -> Response:
        return await self.inner.send(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


class SendsAgain(Spoiled):
    async def send(self, request: Request) -> Response:
        try:
            return await self.inner.send(request)
        except UnknownOutcomeError:
            return await self.inner.send(request)


class SaysNotSent(Spoiled):
    async def send(self, request: Request) -> Response:
        try:
            return await self.inner.send(request)
        except UnknownOutcomeError:
            raise NotSentError("nowhere", "it seems") from None


class SwallowsCancellation(Spoiled):
    async def send(self, request: Request) -> Response:
        try:
            return await self.inner.send(request)
        except asyncio.CancelledError:
            raise ClosedError("cancelled") from None


class NeverCloses(Spoiled):
    async def aclose(self) -> None:
        await asyncio.sleep(0)


class Impatient(Spoiled):
    async def send(self, request: Request) -> Response:
        return await self.inner.send(attrs.evolve(request, timeout=1.0))


class LosesTheName(Spoiled):
    async def send(self, request: Request) -> Response:
        return await self.inner.send(attrs.evolve(request, client_ref=""))


class ShoutsHeaders(Spoiled):
    async def send(self, request: Request) -> Response:
        answer = await self.inner.send(request)
        shouted = {name.upper(): value for name, value in answer.headers.items()}
        return attrs.evolve(answer, headers=shouted)


@pytest.mark.parametrize(
    ("habit", "complaint"),
    [
        (SendsAgain, "after 'lose' the outcome is unknown"),
        (SaysNotSent, "after 'lose' the outcome is unknown"),
        (SwallowsCancellation, "cancellation passes through"),
        (NeverCloses, "a closed transport keeps no connection"),
        (Impatient, "it is patient until the time-out"),
        (LosesTheName, "an unknown outcome names the client_ref"),
        (ShoutsHeaders, "headers come in lower case"),
    ],
)
async def test_the_kit_notices_a_bad_habit(
    habit: type[Spoiled], complaint: str
) -> None:
    opened: list[Transport] = []

    async def spoiled(url: str, clock: Clock) -> Transport:
        opened.append(HttpxTransport(url, clock=clock))
        return habit(opened[-1])

    with pytest.raises(AssertionError, match=complaint):
        await check_transport(spoiled, within=0.5)

    for inner in opened:
        await inner.aclose()
