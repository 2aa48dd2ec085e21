"""The pictures of the README: a sandbox with something in it, in light and in dark.

`python screenshots.py FOLDER` writes them there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.clock import MovableClock
from nexmo_async.sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.async_api import Browser
    from starlette.requests import Request

#: Where the system keeps its browser.
CHROMIUM: Final = "/usr/bin/chromium"

PERSON: Final = "447700900000"
CODE: Final = "Your code is 64873. Valid for 10 minutes."
#: Two in the afternoon, on a Tuesday in 2026.
START: Final = 1_773_151_200.0
WIDE: Final = {"width": 1440, "height": 900}


class App:
    """The account's own server: busy at first, then it takes what it is told."""

    def __init__(self) -> None:
        self._refused = False

    async def hear(self, request: Request) -> Response:
        """Take a webhook, or be busy."""
        body = await request.body()
        first_sms = all(each in body for each in (b"dispatch", b'"sms"', b"submitted"))
        busy = first_sms and not self._refused
        self._refused = busy or self._refused
        return Response(status_code=503 if busy else 200)

    def asgi(self) -> Starlette:
        """The server."""
        return Starlette(routes=[Route("/", self.hear, methods=["POST"])])


def flat(channel: str, to: str, kind: str, content: object) -> dict[str, object]:
    """A request of v1."""
    sender = "ACME" if channel == "sms" else "447700900001"
    body = {"channel": channel, "message_type": kind, "to": to, "from": sender}
    extra = {"viber_service": {}} if channel == "viber_service" else {}
    return {**body, kind: content, **extra}


def singles() -> Iterator[dict[str, object]]:
    """Messages of several kinds to several people."""
    picture = {"url": "https://example.com/summer.jpg", "caption": "Summer is here"}
    yield flat("sms", "447700900007", "text", "Hi Ana, your parcel arrives at two.")
    yield flat("whatsapp", "447700900011", "image", picture)
    yield flat("sms", "14155550100", "text", "Table for two at eight, see you there.")
    yield flat("messenger", "1234567890123456", "text", "Your ticket for Saturday")
    yield flat("rcs", "447700900123", "text", "Summer offers are here.")
    yield flat("sms", "447700900003", "text", "Your invoice of May is ready.")
    yield flat("whatsapp", "491711234567", "text", "Die Werkstatt ist fertig.")
    yield flat("sms", "447700900042", "text", "Doors open at seven.")
    yield flat("viber_service", "447700900055", "text", "Two new matches near you.")
    paper = {"url": "https://example.com/contract.pdf", "caption": "To be signed"}
    yield flat("whatsapp", PERSON, "file", paper)


def step(channel: str, *, until: str | None, within: int = 600) -> dict[str, object]:
    """One step of a workflow of v0.1."""
    sender = "22353" if channel == "viber_service_msg" else "447700900001"
    key = "id" if channel == "viber_service_msg" else "number"
    made: dict[str, object] = {
        "from": {"type": channel, key: sender},
        "to": {"type": channel, "number": PERSON},
        "message": {"content": {"type": "text", "text": CODE}},
    }
    if until is not None:
        made["failover"] = {"expiry_time": within, "condition_status": until}
    return made


def workflow() -> dict[str, object]:
    """WhatsApp, read within ten minutes, else Viber, else SMS."""
    steps = [
        step("whatsapp", until="read"),
        step("viber_service_msg", until="delivered", within=120),
        step("sms", until=None),
    ]
    return {"template": "failover", "workflow": steps}


async def post(box: Sandbox, path: str, body: Mapping[str, object]) -> None:
    """Ask the sandbox for something, as its account."""
    pair = base64.b64encode(f"{box.api_key}:{box.api_secret}".encode()).decode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{box.base_url}{path}",
            data=json.dumps(body),
            headers={
                "Authorization": f"Basic {pair}",
                "Content-Type": "application/json",
            },
        ) as answer,
    ):
        if answer.status >= 300:
            raise RuntimeError(await answer.text())


async def fill(box: Sandbox, clock: MovableClock) -> None:
    """Let things happen, up to a thank you."""
    box.persona(PERSON, "whatsapp: deliver; viber: reject 1300; sms: deliver")
    box.persona("447700900003", "reject 1331")
    box.persona("447700900042", "silent")
    for body in singles():
        await post(box, "/v1/messages", body)
        await clock.advance(7)
    await clock.advance(40)
    await post(box, "/v0.1/dispatch", workflow())
    await clock.advance(660)
    await box.inbound(
        channel="sms",
        sender=PERSON,
        to="447700900001",
        text="Thanks, it worked",
        api="v0.1",
    )
    await clock.advance(5)


async def picture(browser: Browser, url: str, scheme: str, path: Path) -> None:
    """One picture of the whole page."""
    page = await browser.new_page(color_scheme=scheme, viewport=WIDE)  # type: ignore[arg-type]
    await page.goto(url)
    await page.locator(".row", has_text="SMS · step 3").first.click()
    await page.locator(".lanes").wait_for()
    await page.locator(".bubble.mine").wait_for()
    await page.mouse.move(720, 700)
    await page.wait_for_timeout(400)
    await page.screenshot(path=path)
    await page.close()


async def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    clock = MovableClock(frozen=True, start=START)
    async with (
        Sandbox(clock=clock, port=8090, seed="pictures") as box,
        serve(App().asgi()) as hearing,
        async_playwright() as playwright,
    ):
        box.status_url = box.inbound_url = f"{hearing}/"
        await fill(box, clock)
        clock.run(1)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        for scheme in ("light", "dark"):
            path = folder / f"sandbox-{scheme}.png"
            await picture(browser, box.base_url, scheme, path)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
