from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import aiohttp
import pytest

from nexmo_async.errors import ClosedError, NotSentError, UnknownOutcomeError
from nexmo_async.testing import Answer, FaultyServer, ManualClock
from nexmo_async.transport.aiohttp import AiohttpTransport
from nexmo_async.transport.base import Request, Transport
from nexmo_async.transport.route import KEEP_ALIVE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def request(
    path: str = "/v1/messages",
    *,
    method: str = "POST",
    authorization: str = "Basic c2VjcmV0",
    timeout: float = 30.0,
) -> Request:
    return Request(method, path, b"{}", "order-7", authorization, timeout)


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def transport(
    server: FaultyServer, clock: ManualClock
) -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(server.url, lanes=2, clock=clock)
    yield transport
    await transport.aclose()


async def all_arrived(server: FaultyServer, count: int) -> None:
    await server.until(lambda: len(server.received) == count)


async def test_connections_never_exceed_the_limit(
    server: FaultyServer, transport: Transport
) -> None:
    answers = await asyncio.gather(*(transport.send(request()) for _ in range(50)))

    assert [answer.status for answer in answers] == [202] * 50
    assert server.most_open == 2


async def test_each_path_method_and_credential_is_sent_as_asked(
    server: FaultyServer, transport: Transport
) -> None:
    for number in range(40):
        path = f"/v1/messages/{number}"
        await transport.send(
            request(path, method="PATCH", authorization=f"Bearer {number}")
        )

    sent = [
        (each.method, each.path, each.headers["authorization"])
        for each in server.received
    ]
    assert sent == [
        ("PATCH", f"/v1/messages/{number}", f"Bearer {number}") for number in range(40)
    ]


@pytest.mark.parametrize("path", ["/v1/a\r\nX-Evil: 1", "/v1/a b", "/v1/é"])
async def test_no_header_can_be_smuggled_into_a_path(
    server: FaultyServer, transport: Transport, path: str
) -> None:
    await transport.send(request(path))

    [arrived] = server.received
    assert "x-evil" not in arrived.headers
    assert re.fullmatch(r"/v1/[a-zA-Z0-9%:-]+", arrived.path)


async def test_no_header_can_be_smuggled_into_the_credentials(
    server: FaultyServer, transport: Transport
) -> None:
    with pytest.raises(NotSentError, match="odd characters"):
        await transport.send(request(authorization="Basic x\r\nX-Evil: 1"))

    assert server.received == []


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_cancelling_at_any_point_leaks_no_connection(
    server: FaultyServer, transport: AiohttpTransport, turns: int
) -> None:
    sending = [asyncio.create_task(transport.send(request())) for _ in range(6)]
    for _ in range(turns):
        await asyncio.sleep(0)
    for task in sending:
        task.cancel()
    await asyncio.wait(sending)

    answers = await asyncio.gather(*(transport.send(request()) for _ in range(6)))

    assert [answer.status for answer in answers] == [202] * 6
    assert repr(transport).endswith("busy=0>")
    await transport.aclose()
    await server.until(lambda: server.open == 0)


async def test_waiting_for_a_connection_counts_as_not_sent(
    server: FaultyServer, transport: Transport, clock: ManualClock
) -> None:
    server.plan.extend(["late", "late"])
    first = [asyncio.create_task(transport.send(request())) for _ in range(2)]
    await all_arrived(server, 2)
    waiting = asyncio.create_task(transport.send(request(timeout=5.0)))
    await clock.advance(5.0)
    server.release()

    with pytest.raises(NotSentError, match=re.escape("5 s are over")):
        await waiting
    await asyncio.gather(*first)
    assert len(server.received) == 2


async def test_closing_leaves_a_request_in_flight_alone_then_closes_its_connection(
    server: FaultyServer, transport: AiohttpTransport
) -> None:
    server.plan.append("late")
    sending = asyncio.create_task(transport.send(request()))
    await all_arrived(server, 1)

    await transport.aclose()
    server.release()

    assert (await sending).status == 202
    await server.until(lambda: server.open == 0)


async def test_all_connections_closed_at_once_between_requests_are_no_error(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.extend(["close", "close"])
    await asyncio.gather(*(transport.send(request()) for _ in range(2)))
    await server.until(lambda: server.open == 0)

    answers = await asyncio.gather(*(transport.send(request()) for _ in range(2)))

    assert [answer.status for answer in answers] == [202, 202]


async def test_the_connection_used_last_is_used_next(
    server: FaultyServer, transport: Transport
) -> None:
    await asyncio.gather(*(transport.send(request()) for _ in range(2)))
    for _ in range(10):
        await transport.send(request())

    assert server.connections == 2


async def test_a_connection_that_idled_for_a_minute_is_not_used_again(
    server: FaultyServer, transport: Transport, clock: ManualClock
) -> None:
    """Gateways forget such a connection without a word."""
    await transport.send(request())
    await clock.advance(KEEP_ALIVE - 1)
    await transport.send(request())
    assert server.connections == 1

    await clock.advance(KEEP_ALIVE + 1)
    await transport.send(request())

    assert server.connections == 2
    await server.until(lambda: server.open == 1)


async def test_a_connection_that_the_server_wants_closed_is_closed(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.append(Answer(headers={"Connection": "close"}))
    await transport.send(request())

    await server.until(lambda: server.open == 0)


async def test_who_waits_for_a_connection_is_served_first_come_first_served(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.extend(["late"] * 6)
    async with asyncio.TaskGroup() as tasks:
        for number in range(6):
            tasks.create_task(transport.send(request(f"/v1/messages/{number}")))
        for count in (2, 4, 6):
            await all_arrived(server, count)
            server.release()

    paths = [int(each.path[-1]) for each in server.received]
    assert [sorted(paths[n : n + 2]) for n in (0, 2, 4)] == [[0, 1], [2, 3], [4, 5]]


async def test_a_session_that_was_closed_sends_nothing(
    server: FaultyServer, clock: ManualClock
) -> None:
    session = aiohttp.ClientSession()
    transport = AiohttpTransport(server.url, session=session, clock=clock)
    await session.close()

    with pytest.raises(ClosedError):
        await transport.send(request())


async def test_a_session_of_yours_is_not_closed(
    server: FaultyServer, clock: ManualClock
) -> None:
    async with aiohttp.ClientSession() as session:
        transport = AiohttpTransport(server.url, session=session, clock=clock)
        await transport.send(request())
        await transport.aclose()

        assert not session.closed


async def test_an_answer_that_is_cut_off_is_unknown(
    server: FaultyServer, transport: Transport
) -> None:
    server.plan.append("half")

    with pytest.raises(UnknownOutcomeError) as caught:
        await transport.send(request())

    assert caught.value.client_ref == "order-7"


async def test_its_repr_shows_no_secret(transport: AiohttpTransport) -> None:
    await transport.send(request())

    assert re.fullmatch(
        r"<AiohttpTransport 127\.0\.0\.1:[0-9]+ busy=0>", repr(transport)
    )
