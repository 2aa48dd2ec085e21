"""A sandbox, an app that hears its webhooks, and a page of a real browser."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async import Jwt, Nexmo
from nexmo_async.clock import MovableClock
from nexmo_async.sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page
    from starlette.requests import Request


@pytest.fixture
def moving() -> MovableClock:
    return MovableClock()


@pytest_asyncio.fixture(loop_scope="session")
async def heard(box: Sandbox) -> AsyncIterator[list[tuple[str, bytes]]]:
    """What the account is told: the bearer and the body of each webhook."""
    told: list[tuple[str, bytes]] = []

    async def hear(request: Request) -> Response:
        told.append((request.headers["authorization"], await request.body()))
        return Response()

    site = Starlette(routes=[Route("/", hear, methods=["POST"])])
    async with serve(site) as url:
        box.status_url = box.inbound_url = f"{url}/"
        yield told


@pytest_asyncio.fixture(loop_scope="session")
async def box(moving: MovableClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=moving) as box:
        yield box


@pytest_asyncio.fixture(loop_scope="session")
async def nexmo(box: Sandbox, heard: object) -> AsyncIterator[Nexmo]:
    assert heard == []
    auth = Jwt(box.application_id, box.private_key or "")
    async with Nexmo(auth, base_url=box.base_url) as nexmo:
        yield nexmo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for the whole run, and so in one loop: to start it takes a second."""
    reason = "needs Playwright and the system's Chromium"
    playwright = pytest.importorskip("playwright.async_api", reason=reason)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip(reason)
    async with playwright.async_playwright() as running:
        quiet = ["--disable-quic", "--disable-background-networking", "--disable-sync"]
        browser = await running.chromium.launch(
            executable_path=path, args=[*quiet, "--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, box: Sandbox) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    await page.goto(box.base_url)
    await page.locator("html[data-ready]").wait_for(state="attached")
    yield page
    await page.close()
