"""One webhook app in the frameworks that speak ASGI, each behind a real port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from fastapi import FastAPI
from hypercorn.middleware import DispatcherMiddleware
from litestar import Litestar
from litestar.handlers import asgi
from quart import Quart
from starlette.applications import Starlette
from starlette.routing import Mount

from nexmo_async.receipts import MemoryReceipts
from nexmo_async.sandbox import serve
from nexmo_async.webhooks import WebhookApp, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.models.receipt import Receipt
    from nexmo_async.testing import ManualClock

SECRET = "a signature secret of more than 32 bytes"
NOW = 1_767_225_600.0
STATUS = b'{"message_uuid":"m-1","status":"delivered","to":"1","from":"2"}'
NESTED = b"""{"message_uuid":"m-2","status":"delivered",
    "to":{"type":"sms","number":"1"},"from":{"type":"sms","number":"2"}}"""


def fastapi(app: WebhookApp) -> Any:  # noqa: ANN401  an ASGI app
    outer = FastAPI()
    outer.mount("/webhooks", app)
    return outer


def starlette(app: WebhookApp) -> Any:  # noqa: ANN401  an ASGI app
    return Starlette(routes=[Mount("/webhooks", app)])


def litestar(app: WebhookApp) -> Any:  # noqa: ANN401  an ASGI app
    return Litestar([asgi("/webhooks", is_mount=True, copy_scope=True)(app.__call__)])


def quart(app: WebhookApp) -> Any:  # noqa: ANN401  an ASGI app
    return DispatcherMiddleware({"/webhooks": app, "": Quart("shop")})


def bare(app: WebhookApp) -> Any:  # noqa: ANN401  an ASGI app
    return app


FRAMEWORKS = [fastapi, starlette, litestar, quart, bare]


async def post(url: str, body: bytes, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        assert await answer.read() == b""
        return answer.status


def signed(body: bytes) -> str:
    return sign(body, api_key="abcd1234", secret=SECRET, now=NOW)


@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_a_webhook_of_either_generation_is_taken(
    framework: Callable[[WebhookApp], Any], clock: ManualClock
) -> None:
    receipts = MemoryReceipts(clock=clock)
    app = WebhookApp(receipts, {"abcd1234": SECRET}, clock=clock)
    async with serve(framework(app)) as url:
        statuses = [
            await post(f"{url}/webhooks/", body, Authorization=signed(body))
            for body in (STATUS, NESTED)
        ]

    assert statuses == [200, 200]
    assert len(receipts) == 2


@pytest.mark.parametrize("framework", FRAMEWORKS)
async def test_a_webhook_without_a_signature_is_asked_for_again(
    framework: Callable[[WebhookApp], Any], clock: ManualClock
) -> None:
    app = WebhookApp(MemoryReceipts(clock=clock), {"abcd1234": SECRET}, clock=clock)
    async with serve(framework(app)) as url:
        assert await post(f"{url}/webhooks/", STATUS) == 503
        assert await post(f"{url}/webhooks/", STATUS, Authorization="Bearer x") == 401


async def test_the_answer_of_a_webhook_does_not_wait_for_its_handler(
    clock: ManualClock,
) -> None:
    go = asyncio.Event()

    async def slow(_: Receipt) -> None:
        await go.wait()

    app = WebhookApp(
        MemoryReceipts(clock=clock), {"abcd1234": SECRET}, on_status=slow, clock=clock
    )
    async with serve(app) as url:
        status = await post(url, STATUS, Authorization=signed(STATUS))
        running = app.statistics().running
        go.set()
        await app.drain()

    assert status == 200
    assert running == 1
