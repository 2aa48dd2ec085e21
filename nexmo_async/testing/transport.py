"""What every transport must do, tried against a server that really fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nexmo_async.clock import Clock, ManualClock
from nexmo_async.errors import ClosedError, NotSentError, UnknownOutcomeError
from nexmo_async.testing.demand import (
    WITHIN,
    demand,
    demand_end,
    demand_error,
    named,
)
from nexmo_async.testing.faulty import Answer, Fault, FaultyServer
from nexmo_async.transport.base import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Makes the transport under test: one that leads to this address, on this clock.
OpenTransport = Callable[[str, Clock], Awaitable[Transport]]

_Demand = Callable[[FaultyServer, Transport, ManualClock], Awaitable[None]]

_REQUEST: Final = Request(
    "POST", "/v1/messages", b'{"text":"hi"}', "order-7", "Bearer of-good-news", 5.0
)
_SILENCES: Final[Sequence[Fault]] = ("lose", "drop", "half", "long", "noise")
_OK: Final = 202
_TOO_MANY: Final = 429


async def check_transport(
    open_transport: OpenTransport, *, within: float = WITHIN
) -> None:
    """Try all that a transport must do.

    Args:
        open_transport: Makes a new transport for an address and a clock.
        within: Seconds of real time that each demand may take.

    Raises:
        AssertionError: It does not do it; the message says what.
    """
    for check in _DEMANDS:
        clock = ManualClock()
        async with FaultyServer() as server:
            transport = await open_transport(server.url, clock)
            try:
                async with demand_end(within, f"{named(check)}: it hangs"):
                    await check(server, transport, clock)
            finally:
                await transport.aclose()
                await transport.aclose()
            async with demand_end(within, "a closed transport keeps no connection"):
                await server.until(_is_empty(server))
    await _refused_is_not_sent(open_transport)
    async with demand_end(within, "a TLS handshake that never ends: it hangs"):
        await _a_stalled_handshake_is_not_sent(open_transport)


async def _carries_both_ways(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    server.plan.append(Answer(418, {"X-Tea": "Green"}, b"pot" * 100_000))
    answer = await transport.send(_REQUEST)
    demand(answer.status == 418, "any status is an answer, none an error")  # noqa: PLR2004
    demand(answer.headers.get("x-tea") == "Green", "headers come in lower case")
    demand(answer.body == b"pot" * 100_000, "the body comes whole")
    [arrived] = server.received
    demand(arrived.method == "POST", "the method is kept")
    demand(arrived.path == "/v1/messages", "the path is kept")
    demand(arrived.body == b'{"text":"hi"}', "the body is kept, byte by byte")
    for name, value in {
        "authorization": "Bearer of-good-news",
        "content-type": "application/json",
        "accept": "application/json",
        "content-length": "13",
    }.items():
        demand(arrived.headers.get(name) == value, f"{name} must be {value}")


async def _a_server_error_is_an_answer(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    server.plan.append(Answer(500))
    answer = await transport.send(_REQUEST)
    demand(answer.status == 500, "a server error is an answer")  # noqa: PLR2004
    demand(len(server.received) == 1, "a server error is not tried again")


async def _a_refusal_is_an_answer_with_or_without_a_body(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    for body in (b"", b'{"title":"Rate Limit Hit"}', b"<html>"):
        server.plan.append(Answer(_TOO_MANY, {"Retry-After": "7"}, body))
        answer = await transport.send(_REQUEST)
        demand(answer.status == _TOO_MANY, "a refusal is an answer")
        demand(answer.body == body, "a refusal keeps its body, or has none")
        demand(answer.headers.get("retry-after") == "7", "a refusal keeps its headers")
    demand(server.connections == 1, "a refusal keeps the connection")


async def _an_answer_of_the_wrong_length_spoils_no_other(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    server.plan.append("short")
    with suppress(UnknownOutcomeError):
        answer = await transport.send(_REQUEST)
        demand(not answer.body.endswith(b"}"), "an answer ends where it says")
    with suppress(UnknownOutcomeError):
        answer = await transport.send(_REQUEST)
        demand(answer.body.endswith(b"}"), "the rest of one answer is in no other one")
    demand(len(server.received) == 2, "a wrong length must not make it send twice")  # noqa: PLR2004
    answer = await transport.send(_REQUEST)
    demand(answer.body.endswith(b"}"), "it recovers from a wrong length")


async def _silence_is_unknown(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    for fault in _SILENCES:
        before = len(server.received)
        server.plan.append(fault)
        with demand_error(
            UnknownOutcomeError, f"after {fault!r} the outcome is unknown"
        ) as caught:
            await transport.send(_REQUEST)
        ref = caught.error.client_ref
        demand(ref == "order-7", "an unknown outcome names the client_ref")
        bodies = len(server.received) - before
        demand(bodies == 1, f"{fault!r} must not make it send twice")
    demand((await transport.send(_REQUEST)).status == _OK, "it recovers from silence")


async def _a_reset_before_anything_is_read_is_not_sent_or_unknown(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    server.plan.append("reset")
    # Whoever sees it before the first write may say so; whoever wrote cannot know.
    with demand_error(
        (NotSentError, UnknownOutcomeError), "after a reset nothing is certain"
    ):
        await transport.send(_REQUEST)
    demand(not server.received, "a reset must not make it send again")
    demand((await transport.send(_REQUEST)).status == _OK, "it recovers from resets")


async def _late_is_unknown(
    server: FaultyServer, transport: Transport, clock: ManualClock
) -> None:
    server.plan.append("late")
    sending = asyncio.create_task(transport.send(_REQUEST))
    await server.until(lambda: len(server.received) == 1)
    await clock.advance(4.9)
    demand(not sending.done(), "it is patient until the time-out")
    await clock.advance(0.2)
    with demand_error(UnknownOutcomeError, "after a time-out the outcome is unknown"):
        await sending
    await transport.send(_REQUEST)
    demand(len(server.received) == 2, "a time-out must not make it send twice")  # noqa: PLR2004


async def _keeps_connections(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    await transport.send(_REQUEST)
    await transport.send(_REQUEST)
    demand(server.connections == 1, "connections are used again")
    server.plan.append("close")
    await transport.send(_REQUEST)
    await server.until(lambda: server.open == 0)
    await transport.send(_REQUEST)
    demand(server.connections == 2, "a closed connection is noticed")  # noqa: PLR2004


async def _is_cancelled_cleanly(
    server: FaultyServer, transport: Transport, _: ManualClock
) -> None:
    server.plan.append("late")
    sending = asyncio.create_task(transport.send(_REQUEST))
    await server.until(lambda: len(server.received) == 1)
    sending.cancel()
    with demand_error(asyncio.CancelledError, "cancellation passes through"):
        await sending
    await server.until(lambda: server.open == 0)
    demand((await transport.send(_REQUEST)).status == _OK, "it is usable afterwards")


async def _is_closed_for_good(
    _: FaultyServer, transport: Transport, __: ManualClock
) -> None:
    await transport.send(_REQUEST)
    await transport.aclose()
    with demand_error(ClosedError, "a closed transport sends nothing"):
        await transport.send(_REQUEST)


async def _refused_is_not_sent(open_transport: OpenTransport) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens
        port: int = deaf.getsockname()[1]
        transport = await open_transport(f"http://127.0.0.1:{port}", ManualClock())
        try:
            with demand_error(NotSentError, "refused means not sent") as caught:
                await transport.send(_REQUEST)
        finally:
            await transport.aclose()
    host = caught.error.host
    demand(host == f"127.0.0.1:{port}", "a failed connection names host and port")


async def _a_stalled_handshake_is_not_sent(open_transport: OpenTransport) -> None:
    clock = ManualClock()
    async with FaultyServer() as server:  # it waits for a request, and says nothing
        transport = await open_transport(server.url.replace("http:", "https:"), clock)
        sending = asyncio.create_task(transport.send(_REQUEST))
        await server.until(lambda: server.connections == 1)
        await clock.advance(5.0)
        with demand_error(NotSentError, "without TLS nothing was sent"):
            await sending
        await transport.aclose()
        await server.until(_is_empty(server))


def _is_empty(server: FaultyServer) -> Callable[[], bool]:
    return lambda: server.open == 0


_DEMANDS: Final[Sequence[_Demand]] = (
    _carries_both_ways,
    _a_server_error_is_an_answer,
    _a_refusal_is_an_answer_with_or_without_a_body,
    _a_reset_before_anything_is_read_is_not_sent_or_unknown,
    _silence_is_unknown,
    _an_answer_of_the_wrong_length_spoils_no_other,
    _late_is_unknown,
    _keeps_connections,
    _is_cancelled_cleanly,
    _is_closed_for_good,
)
