"""The page while a great deal arrives, and with a token between it and the sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from nexmo_async import Nexmo, Sms
from nexmo_async.auth import Jwt
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

# The browser is shared, and so is the loop in which it was started.
pytestmark = pytest.mark.asyncio(loop_scope="session")

TO: Final = "447700900000"
FROM: Final = "447700900001"

#: Messages a second, and for how many seconds.
RATE: Final = 200
SECONDS: Final = 3

#: Counts, inside of the page, what a person would feel: frames that are drawn, and
#: tasks that keep it from drawing.
WATCH: Final = """() => {
  const seen = { frames: 0, tasks: [], rows: 0 };
  window.seen = seen;
  const frame = () => {
    seen.frames += 1;
    seen.rows = Math.max(seen.rows, document.querySelectorAll(".row").length);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const tasks = new PerformanceObserver((list) => {
    seen.tasks.push(...list.getEntries().map((each) => Math.round(each.duration)));
  });
  tasks.observe({ type: "longtask" });
}"""


async def flood(box: Sandbox) -> None:
    """Send at an even pace."""
    auth = Jwt(box.application_id, box.private_key or "")
    loop = asyncio.get_running_loop()
    async with Nexmo(auth, base_url=box.base_url) as nexmo, asyncio.TaskGroup() as all_:

        def send(number: int) -> None:
            text = f"number {number}"
            sms = Sms(to=TO, sender=FROM, content=text)
            all_.create_task(nexmo.messages.send(sms))

        waits = [
            loop.call_later(number / RATE, send, number)
            for number in range(RATE * SECONDS)
        ]
        await box.store.bell.until(lambda: len(box.messages()) == len(waits) or None)


async def test_a_flood_is_drawn_in_a_few_rows_and_can_be_searched_meanwhile(
    page: Page, box: Sandbox
) -> None:
    """Nothing is timed here, as no two machines are alike: the figures are printed."""
    await page.evaluate(WATCH)
    flooding = asyncio.create_task(flood(box))
    await page.locator(".row").first.wait_for()
    await page.fill("#search", 'text:"number 7"')
    await page.locator(".row", has_text="number 7").first.wait_for()
    await page.fill("#search", "")
    await flooding
    await page.locator("#tab-count", has_text=str(RATE * SECONDS)).wait_for()
    await page.locator(".row", has_text=f"number {RATE * SECONDS - 1}").wait_for()

    seen: dict[str, Any] = await page.evaluate("window.seen")
    tasks = sorted(seen["tasks"])
    print(  # noqa: T201 - what this was for, with `pytest -s`
        f"{RATE} messages/s for {SECONDS} s: {seen['frames']} frames, "
        f"{len(tasks)} tasks above 50 ms, the longest {max(tasks, default=0)} ms, "
        f"at most {seen['rows']} rows"
    )
    assert seen["rows"] < 40


@pytest_asyncio.fixture(loop_scope="session")
async def locked() -> AsyncIterator[Sandbox]:
    async with Sandbox(control_token="open sesame") as box:
        yield box


async def opened(browser: Browser, url: str) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    await page.goto(url)
    return page


async def test_a_page_without_the_token_says_what_it_needs(
    browser: Browser, locked: Sandbox
) -> None:
    page = await opened(browser, locked.base_url)

    await page.get_by_text("This sandbox wants its token").wait_for()


async def test_a_page_with_the_token_lives_and_writes(
    browser: Browser, locked: Sandbox
) -> None:
    page = await opened(browser, f"{locked.base_url}/?token=open+sesame")
    await page.locator(".live[data-state=live]").wait_for()
    auth = Jwt(locked.application_id, locked.private_key or "")
    async with Nexmo(auth, base_url=locked.base_url) as nexmo:
        await nexmo.messages.send(Sms(to=TO, sender=FROM, content="Hello"))
    await page.locator(".row", has_text="Hello").click()

    await page.fill("#reply", "Hello yourself")
    await page.keyboard.press("Enter")

    await page.locator(".bubble.mine", has_text="Hello yourself").wait_for()
    assert [said.text for said in locked.store.inbound()] == ["Hello yourself"]


async def test_the_token_does_not_stay_in_the_address(
    browser: Browser, locked: Sandbox
) -> None:
    """Where anybody who looks at the screen, or at its picture, could read it."""
    page = await opened(browser, f"{locked.base_url}/?token=open+sesame")
    await page.locator(".live[data-state=live]").wait_for()
    assert "sesame" not in page.url

    await page.reload()

    await page.locator(".live[data-state=live]").wait_for()
