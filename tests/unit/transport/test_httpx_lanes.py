from __future__ import annotations

import asyncio
import re
import ssl
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    NotSentError,
    UnknownOutcomeError,
)
from nexmo_async.testing import Answer, FaultyServer, ManualClock
from nexmo_async.transport.base import Request, Transport
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def request(name: str = "hi", *, timeout: float = 30.0) -> Request:
    return Request(
        "POST",
        "/v1/messages",
        f'{{"text":"{name}"}}'.encode(),
        client_ref=name,
        authorization="Basic c2VjcmV0",
        timeout=timeout,
    )


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def transport(
    server: FaultyServer, clock: ManualClock
) -> AsyncIterator[HttpxTransport]:
    transport = HttpxTransport(server.url, lanes=2, clock=clock)
    yield transport
    await transport.aclose()


async def all_arrived(server: FaultyServer, count: int) -> None:
    await server.until(lambda: len(server.received) == count)


async def test_lanes_never_exceed_the_limit(
    server: FaultyServer, transport: Transport
) -> None:
    answers = await asyncio.gather(*(transport.send(request()) for _ in range(50)))

    assert [answer.status for answer in answers] == [202] * 50
    assert server.most_open == 2
    assert server.connections == 2


async def test_who_waits_for_a_lane_is_served_first_come_first_served(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.extend(["late", "late"])
    async with asyncio.TaskGroup() as tasks:
        for name in ("a", "b"):
            tasks.create_task(transport.send(request(name)))
        await all_arrived(server, 2)
        server.plan.extend(["late"] * 6)
        for name in ("c", "d", "e", "f", "g", "h"):
            tasks.create_task(transport.send(request(name)))
        for count in (4, 6, 8):
            server.release()
            await all_arrived(server, count)
        server.release()

    names = [each.body[9:10] for each in server.received]
    pairs = [sorted(names[place : place + 2]) for place in (0, 2, 4, 6)]

    assert pairs == [[b"a", b"b"], [b"c", b"d"], [b"e", b"f"], [b"g", b"h"]]


async def test_the_lane_used_last_is_used_next(
    server: FaultyServer, transport: Transport
) -> None:
    for _ in range(10):
        await transport.send(request())

    assert server.connections == 1


async def test_waiting_for_a_lane_counts_as_not_sent(
    server: FaultyServer, transport: Transport, clock: ManualClock
) -> None:
    server.plan.extend(["late", "late"])
    async with asyncio.TaskGroup() as tasks:
        first = [tasks.create_task(transport.send(request())) for _ in range(2)]
        await all_arrived(server, 2)
        waiting = asyncio.create_task(transport.send(request(timeout=5.0)))
        await clock.advance(5.0)
        server.release()

    with pytest.raises(NotSentError, match=re.escape("5 s are over")):
        await waiting
    assert [task.result().status for task in first] == [202, 202]
    assert len(server.received) == 2


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_cancelling_at_any_point_leaks_no_lane(
    server: FaultyServer, transport: HttpxTransport, turns: int
) -> None:
    sending = [asyncio.create_task(transport.send(request())) for _ in range(6)]
    for _ in range(turns):
        await asyncio.sleep(0)
    for task in sending:
        task.cancel()
    await asyncio.wait(sending)

    answers = await asyncio.gather(*(transport.send(request()) for _ in range(6)))

    assert [answer.status for answer in answers] == [202] * 6
    assert server.most_open <= 4  # two that were cut off, two that followed
    await transport.aclose()
    await server.until(lambda: server.open == 0)


async def test_cancelling_twice_leaks_no_connection(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.append("late")
    sending = asyncio.create_task(transport.send(request()))
    await all_arrived(server, 1)

    sending.cancel()
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait({sending})

    assert sending.cancelled()
    await server.until(lambda: server.open == 0)


async def test_closing_leaves_a_request_in_flight_alone_then_closes_its_lane(
    server: FaultyServer, transport: HttpxTransport
) -> None:
    server.plan.append("late")
    sending = asyncio.create_task(transport.send(request()))
    await all_arrived(server, 1)

    await transport.aclose()
    server.release()

    assert (await sending).status == 202
    await server.until(lambda: server.open == 0)


async def test_who_waits_for_a_lane_when_it_closes_is_told(
    server: FaultyServer, transport: HttpxTransport
) -> None:
    server.plan.extend(["late", "late"])
    sending = [asyncio.create_task(transport.send(request())) for _ in range(3)]
    await all_arrived(server, 2)

    await transport.aclose()
    server.release()

    with pytest.raises(ClosedError, match="the transport is closed"):
        await sending[2]
    assert len(server.received) == 2
    await asyncio.wait(sending)


async def test_cancelling_aclose_still_closes_every_lane(server: FaultyServer) -> None:
    transport = HttpxTransport(server.url, lanes=3)
    server.plan.extend(["late"] * 3)
    sending = [asyncio.create_task(transport.send(request())) for _ in range(3)]
    await all_arrived(server, 3)
    server.release()
    await asyncio.wait(sending)

    closing = asyncio.create_task(transport.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait({closing})

    await server.until(lambda: server.open == 0)


async def test_a_server_that_hangs_up_between_requests_is_no_error(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.extend(["close", "close", "close"])
    for _ in range(3):
        await transport.send(request())
        await server.until(lambda: server.open == 0)

    assert len(server.received) == 3
    assert server.connections == 3


async def test_a_lane_that_failed_is_thrown_away(
    server: FaultyServer, transport: HttpxTransport
) -> None:
    server.plan.append("lose")
    with pytest.raises(UnknownOutcomeError):
        await transport.send(request())

    assert repr(transport).endswith("idle=0>")


async def test_a_refusal_keeps_the_lane(
    server: FaultyServer, transport: HttpxTransport
) -> None:
    server.plan.append(Answer(429))
    await transport.send(request())

    assert repr(transport).endswith("idle=1>")


async def test_an_unknown_outcome_keeps_what_the_network_said(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.append("drop")

    with pytest.raises(UnknownOutcomeError) as caught:
        await transport.send(request("order-7"))

    assert caught.value.client_ref == "order-7"
    assert caught.value.sent == "maybe"
    assert "disconnected without sending a response" in str(caught.value)


async def test_a_tls_handshake_that_never_ends_is_not_sent_and_leaks_nothing(
    clock: ManualClock,
) -> None:
    """No byte of the request has left, so it is safe to send again."""
    async with FaultyServer() as server:
        trust = ssl.create_default_context()
        url = server.url.replace("http:", "https:")
        transport = HttpxTransport(url, ssl_context=trust, clock=clock)
        sending = asyncio.create_task(transport.send(request(timeout=3.0)))
        await server.until(lambda: server.connections == 1)
        await clock.advance(3.0)

        with pytest.raises(NotSentError, match=re.escape("127.0.0.1")):
            await sending
        await transport.aclose()
        await server.until(lambda: server.open == 0)


async def test_a_host_that_does_not_exist_is_named() -> None:
    transport = HttpxTransport("http://nexmo.invalid:8080")

    with pytest.raises(NotSentError) as caught:
        await transport.send(request())

    assert caught.value.host == "nexmo.invalid:8080"
    assert caught.value.sent == "no"


async def test_no_time_left_means_not_sent(
    server: FaultyServer, transport: Transport
) -> None:
    with pytest.raises(NotSentError):
        await transport.send(request(timeout=-1.0))

    assert server.received == []


@pytest.mark.parametrize("url", ["https://a..b\x00", "http://[::1", "https://h:x"])
def test_an_address_that_is_none_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url: is no address"):
        HttpxTransport(url)


async def test_its_repr_shows_no_secret(transport: HttpxTransport) -> None:
    await transport.send(request())

    assert re.fullmatch(r"<HttpxTransport 127\.0\.0\.1:[0-9]+ idle=1>", repr(transport))


async def test_it_says_who_is_calling(
    server: FaultyServer, transport: Transport
) -> None:
    await transport.send(request())

    agent = server.received[0].headers["user-agent"]

    assert re.match(r"nexmo-async/\d+\.\d+\.\d+ 3\.\d+", agent)


async def test_no_path_leads_to_another_host(
    server: FaultyServer, transport: Transport
) -> None:
    """A path may begin with two slashes, as an address without a scheme does."""
    await transport.send(attrs.evolve(request(), path="//example.com/v1/messages"))

    assert server.received[0].path == "//example.com/v1/messages"


async def test_a_header_that_cannot_be_spelled_is_not_sent(
    server: FaultyServer, transport: Transport
) -> None:
    for odd in ("Basic \u20ac", "Basic x\r\nX-Evil: 1"):
        with pytest.raises(NotSentError):
            await transport.send(attrs.evolve(request(), authorization=odd))

    assert server.received == []


async def test_a_connection_that_the_server_wants_closed_is_not_used_again(
    server: FaultyServer, transport: HttpxTransport
) -> None:
    server.plan.append(Answer(headers={"Connection": "close"}))
    await transport.send(request())

    assert repr(transport).endswith("idle=0>")
    await server.until(lambda: server.open == 0)
