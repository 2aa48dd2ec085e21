from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.clock import ManualClock
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.sandbox.auth import public_half
from nexmo_async.sandbox.bell import Bell

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from starlette.requests import Request


class Receiver:
    """The account's own web server: answers as told, and remembers what it heard."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.bell = Bell()
        self.hold: asyncio.Event | None = None

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]

    async def heard(self, count: int) -> list[dict[str, Any]]:
        """The bodies, as soon as there are that many."""
        await self.bell.until(lambda: True if len(self.requests) >= count else None)
        return self.bodies

    async def answer(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        self.bell.ring()
        if self.hold is not None:
            await self.hold.wait()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


@pytest.fixture(scope="session")
def keys(private_pem: str) -> tuple[bytes, str]:
    public = public_half(private_pem)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, info), private_pem


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    told = Receiver()
    app = Starlette(routes=[Route("/{rest:path}", told.answer, methods=["POST"])])
    async with serve(app) as url:
        told.url = url
        yield told


@pytest.fixture
async def box(keys: tuple[bytes, str], clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(
        api_key="abcd1234",
        api_secret="0123456789abcdef",
        application_id="aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        public_key=keys[0],
        signature_secret="a secret of more than thirty-two bytes",
        clock=clock,
    ) as opened:
        yield opened


@pytest.fixture
async def api(box: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the right key and secret, in process."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=box.app),
        base_url="http://127.0.0.1",
        auth=(box.api_key, box.api_secret),
    ) as client:
        yield client


@pytest.fixture
def token(keys: tuple[bytes, str], box: Sandbox, clock: ManualClock) -> str:
    claims = {"application_id": box.application_id, "iat": clock.wall(), "jti": "1"}
    return jwt.encode(claims, keys[1], algorithm="RS256")
