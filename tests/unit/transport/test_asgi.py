from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import attrs
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from nexmo_async.errors import ClosedError, UnknownOutcomeError
from nexmo_async.transport.asgi import AsgiTransport
from nexmo_async.transport.base import Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request as Asked
    from starlette.responses import Response as Said

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox
    from nexmo_async.transport.asgi import Event, Receive, Send

REQUEST = Request(
    "POST", "/v1/messages", b'{"text":"hi"}', "order-7", "Basic eDp5", timeout=5.0
)


async def echo(asked: Asked) -> Said:
    return JSONResponse(
        {"headers": dict(asked.headers), "body": (await asked.body()).decode()},
        status_code=202,
        headers={"X-Odd": "yes"},
    )


async def stream(_: Asked) -> Said:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one ", b"two ", b"three"):
            await asyncio.sleep(0)
            yield part

    return StreamingResponse(parts())


def app(handler: Callable[[Asked], Awaitable[Said]]) -> Starlette:
    return Starlette(routes=[Route("/v1/messages", handler, methods=["POST"])])


async def test_the_app_sees_what_a_server_would_show_it() -> None:
    answer = await AsgiTransport(app(echo)).send(REQUEST)

    seen = json.loads(answer.body)

    assert answer.status == 202
    assert answer.headers["x-odd"] == "yes"
    assert seen["body"] == '{"text":"hi"}'
    assert seen["headers"]["authorization"] == "Basic eDp5"
    assert seen["headers"]["content-length"] == "13"


async def test_an_app_that_streams_and_listens_for_a_hang_up_ends() -> None:
    answer = await AsgiTransport(app(stream)).send(REQUEST)

    assert answer.body == b"one two three"


async def test_what_follows_a_question_mark_is_the_query() -> None:
    async def asked(request: Asked) -> Said:
        return JSONResponse([request.url.path, request.url.query])

    request = attrs.evolve(REQUEST, path="/v1/messages?a=1&b=%20")
    answer = await AsgiTransport(app(asked)).send(request)

    assert json.loads(answer.body) == ["/v1/messages", "a=1&b=%20"]


async def test_who_does_not_say_who_calls_sends_no_empty_header() -> None:
    request = attrs.evolve(REQUEST, authorization="")
    answer = await AsgiTransport(app(echo)).send(request)

    assert "authorization" not in json.loads(answer.body)["headers"]


async def test_an_app_that_is_slow_leaves_the_outcome_unknown(
    clock: ManualClock,
) -> None:
    async def slow(_: Asked) -> Said:
        await clock.sleep(60)
        raise AssertionError

    sending = asyncio.create_task(AsgiTransport(app(slow), clock=clock).send(REQUEST))
    await clock.advance(5.0)

    with pytest.raises(UnknownOutcomeError, match="order-7"):
        await sending


async def test_an_app_that_says_nothing_leaves_the_outcome_unknown() -> None:
    async def mute(scope: Event, receive: Receive, send: Send) -> None:
        """Say nothing."""

    with pytest.raises(UnknownOutcomeError, match="did not answer"):
        await AsgiTransport(mute).send(REQUEST)


async def test_a_sandbox_answers_in_process(box: Sandbox) -> None:
    answer = await AsgiTransport(box.app).send(REQUEST)

    assert answer.status == 401
    assert "date" in answer.headers


@pytest.mark.parametrize("status", [202, 429, 500, 503])
async def test_any_status_of_an_app_is_an_answer(status: int) -> None:
    calls: list[str] = []

    async def said(asked: Asked) -> Said:
        calls.append(asked.method)
        return JSONResponse({}, status_code=status, headers={"Retry-After": "7"})

    answer = await AsgiTransport(app(said)).send(REQUEST)

    assert (answer.status, answer.headers["retry-after"]) == (status, "7")
    assert calls == ["POST"]


async def test_cancelling_passes_through_to_the_app() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def waiting(_: Asked) -> Said:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    transport = AsgiTransport(app(waiting))
    sending = asyncio.create_task(transport.send(REQUEST))
    await began.wait()
    sending.cancel()
    await asyncio.wait({sending})

    assert sending.cancelled()
    assert ended.is_set()


async def test_a_transport_to_an_app_is_closed_for_good() -> None:
    transport = AsgiTransport(app(echo))
    await transport.aclose()
    await transport.aclose()

    with pytest.raises(ClosedError):
        await transport.send(REQUEST)


async def test_an_app_may_leave_the_headers_out() -> None:
    """They are optional: asgi.readthedocs.io, "Response Start"."""

    async def bare(_: Event, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 202})
        await send({"type": "http.response.body"})

    answer = await AsgiTransport(bare).send(REQUEST)

    assert (answer.status, answer.headers, answer.body) == (202, {}, b"")
