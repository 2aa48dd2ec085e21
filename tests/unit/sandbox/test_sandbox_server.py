from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from nexmo_async.sandbox import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


HELLO = Starlette(routes=[Route("/", hello)])


async def test_an_application_is_served_on_a_free_port() -> None:
    async with serve(HELLO) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)

    assert url.startswith("http://127.0.0.1:")
    assert answer.text == "hello"


async def test_two_applications_are_served_at_once() -> None:
    async with serve(HELLO) as one, serve(HELLO) as other:
        assert one != other


async def test_the_port_is_free_again_afterwards() -> None:
    async with serve(HELLO) as url:
        port = int(url.rpartition(":")[2])

    async with serve(HELLO, port=port) as again:
        assert again == url


async def test_a_taken_port_is_a_clear_error() -> None:
    async with serve(HELLO) as url:
        port = int(url.rpartition(":")[2])

        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}"):
            async with serve(HELLO, port=port):
                pass


async def test_the_newer_kind_of_address_stands_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no such addresses")

    async with serve(HELLO, "::1") as url, httpx.AsyncClient() as client:
        answer = await client.get(url)

    assert url.startswith("http://[::1]:")
    assert answer.text == "hello"


async def test_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    async with serve(HELLO):
        during = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    assert during == before


async def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with serve(HELLO) as url, httpx.AsyncClient() as client:
            await client.get(url)

    assert [record for record in caplog.records if "uvicorn" in record.name] == []


async def test_an_error_inside_of_the_block_leaves_as_it_is() -> None:
    with pytest.raises(KeyError, match="mine"):
        async with serve(HELLO):
            raise KeyError("mine")


async def test_the_application_is_started_and_stopped() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        told.append("start")
        yield
        told.append("stop")

    async with serve(Starlette(lifespan=lifespan)):
        told.append("served")

    assert told == ["start", "served", "stop"]


async def test_an_application_that_refuses_to_start_is_a_clear_error() -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if app.routes == []:
            raise LookupError("nothing to serve")
        yield

    with pytest.raises(ExceptionGroup) as failed:
        async with serve(Starlette(lifespan=lifespan)):
            pass

    assert failed.group_contains(RuntimeError, match="the application refused to start")


async def test_cancelling_passes_through_and_frees_the_port() -> None:
    served: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def for_ever() -> None:
        async with serve(HELLO) as url:
            served.set_result(url)
            await asyncio.Event().wait()

    task = asyncio.create_task(for_ever())
    url = await served
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with serve(HELLO, port=int(url.rpartition(":")[2])) as again:
        assert again == url


async def test_no_part_of_an_answer_waits_for_the_one_before_it() -> None:
    """Else each answer takes 40 ms: the caller is in no hurry to acknowledge."""

    async def told(request: Request) -> PlainTextResponse:
        line: socket.socket = request.state.hang_up.__self__.get_extra_info("socket")
        option = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        return PlainTextResponse(str(bool(option)))

    app = Starlette(routes=[Route("/", told)])
    async with serve(app) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)

    assert answer.text == "True"
