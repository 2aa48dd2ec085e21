from __future__ import annotations

import asyncio
import hashlib
import json
import shlex
import shutil
from typing import TYPE_CHECKING, Final, TypeAlias

import httpx
import jwt
import pytest

from nexmo_async import Image, Nexmo, Sms, Step, Viber, WhatsApp, Workflow
from nexmo_async.auth import Jwt

if TYPE_CHECKING:
    from playwright.async_api import Page

    from nexmo_async.clock import MovableClock
    from nexmo_async.sandbox import Sandbox

#: The bearer and the body of each webhook.
Heard: TypeAlias = list[tuple[str, bytes]]

# The browser is shared, and so is the loop in which it was started.
pytestmark = pytest.mark.asyncio(loop_scope="session")

TO: Final = "447700900000"
FROM: Final = "447700900001"
TABS: Final = ("messages", "workflows", "webhooks", "personas", "chaos")


def sms(text: str = "Your code is 64873.", *, to: str = TO) -> Sms:
    return Sms(to=to, sender=FROM, content=text)


def code_over_three_channels() -> Workflow:
    code = "Your code is 64873."
    return Workflow(
        Step(WhatsApp(to=TO, sender=FROM, content=code), until="read", within=600),
        Step(Viber(to=TO, sender="22353", content=code), until="delivered", within=120),
        Step(Sms(to=TO, sender=FROM, content=code)),
    )


async def fail_over(box: Sandbox, moving: MovableClock) -> None:
    box.persona(TO, "whatsapp: deliver; viber: reject 1300; sms: deliver")
    auth = Jwt(box.application_id, box.private_key or "")
    async with Nexmo(auth, api="v0.1", base_url=box.base_url) as nexmo:
        await nexmo.workflows.create(code_over_three_channels())
    await moving.advance(660)


async def test_the_list_fills_while_one_looks(page: Page, nexmo: Nexmo) -> None:
    await page.get_by_text("No messages yet.").wait_for()
    await nexmo.messages.send(sms("The first of them"))

    await page.locator(".row", has_text="The first of them").wait_for()
    await page.locator(".row .pill", has_text="delivered").wait_for()


async def test_search_keeps_what_it_finds(page: Page, nexmo: Nexmo) -> None:
    await nexmo.messages.send(sms("for Ana", to="447700900007"))
    await nexmo.messages.send(sms("for Ben", to="447700900008"))
    await page.locator(".row", has_text="for Ben").wait_for()

    await page.fill("#search", "to:900007")

    await page.locator(".row", has_text="for Ben").wait_for(state="detached")
    assert await page.locator(".row").count() == 1


async def test_a_channel_is_one_click(page: Page, nexmo: Nexmo) -> None:
    await nexmo.messages.send(sms("by text"))
    await nexmo.messages.send(WhatsApp(to=TO, sender=FROM, content="by WhatsApp"))
    await page.locator(".row", has_text="by text").wait_for()

    await page.get_by_role("button", name="Only WhatsApp").click()

    await page.locator(".row", has_text="by text").wait_for(state="detached")
    assert await page.locator(".row").count() == 1


async def test_a_search_for_nothing_teaches_the_language(page: Page) -> None:
    await page.fill("#search", "nobody")

    await page.get_by_text("Nothing found.").wait_for()


async def test_a_reply_is_a_signed_webhook(
    page: Page, nexmo: Nexmo, box: Sandbox, heard: Heard
) -> None:
    await nexmo.messages.send(sms())
    await page.locator(".row").click()
    await page.locator(".bubble").wait_for()
    await page.fill("#reply", "Thanks, it worked")

    await page.keyboard.press("Enter")

    await page.locator(".bubble.mine", has_text="Thanks, it worked").wait_for()
    await box.store.bell.until(lambda: said(heard, "Thanks, it worked") or None)
    bearer, body = said(heard, "Thanks, it worked")[0]
    claims = jwt.decode(
        bearer.removeprefix("Bearer "), box.signature_secret, algorithms=["HS256"]
    )
    assert claims["payload_hash"] == hashlib.sha256(body).hexdigest()
    assert json.loads(body)["from"] == TO


def said(heard: Heard, words: str) -> Heard:
    return [each for each in heard if words.encode() in each[1]]


async def test_stop_is_one_click(page: Page, nexmo: Nexmo) -> None:
    await nexmo.messages.send(sms())
    await page.locator(".row").click()

    await page.get_by_role("button", name="Opt out (STOP)").click()

    await page.locator(".bubble.mine", has_text="STOP").wait_for()


async def test_the_person_reads_when_told_to(
    page: Page, nexmo: Nexmo, box: Sandbox
) -> None:
    box.persona(TO, "deliver")
    await nexmo.messages.send(WhatsApp(to=TO, sender=FROM, content="Read me"))
    await page.locator(".row .pill", has_text="delivered").wait_for()

    await page.get_by_role("button", name="Mark read").click()

    await page.locator(".row .pill", has_text="read").wait_for()


async def test_a_person_made_silent_gets_nothing_more(page: Page, nexmo: Nexmo) -> None:
    await nexmo.messages.send(sms())
    await page.locator(".bubble").wait_for()

    await page.get_by_role("button", name="Make silent").click()

    await page.get_by_text("persona: silent").wait_for()


async def test_a_workflow_shows_three_attempts(
    page: Page, box: Sandbox, moving: MovableClock
) -> None:
    await fail_over(box, moving)
    await page.locator(".row", has_text="step 3").click()

    await page.locator(".lanes li").nth(2).wait_for()
    words = [each.strip() for each in await page.locator(".ended").all_inner_texts()]
    assert words == ["delivered, not read within 600 s", "rejected 1300", "delivered"]


async def test_each_attempt_shows_what_signed_it(
    page: Page, nexmo: Nexmo, box: Sandbox
) -> None:
    await nexmo.messages.send(sms())
    await page.locator(".life summary", has_text="200").first.click()

    claims = page.locator(".life details[open] .claims")
    await claims.wait_for()
    assert box.api_key in await claims.inner_text()


async def test_words_that_look_like_html_stay_words(page: Page, nexmo: Nexmo) -> None:
    evil = "<img src=x onerror=alert(1)><b>bold</b>"
    await nexmo.messages.send(sms(evil))

    await page.locator(".bubble").wait_for()
    assert evil in await page.locator(".bubble").inner_text()
    assert await page.locator("img, .bubble b").count() == 0


async def test_files_of_the_sandbox_are_shown_and_others_named(
    page: Page, nexmo: Nexmo, box: Sandbox
) -> None:
    here = Image(f"{box.base_url}/_sandbox/media/picture.jpg")
    there = Image("https://example.com/summer.jpg")
    for picture in (here, there):
        await nexmo.messages.send(WhatsApp(to=TO, sender=FROM, content=picture))

    await page.locator(".bubble img").wait_for()
    await page.locator(".bubble .tile", has_text="summer.jpg").wait_for()
    assert await page.locator(".bubble img").count() == 1


async def test_j_and_k_walk_through_the_list(page: Page, nexmo: Nexmo) -> None:
    for name in ("one", "two", "three"):
        await nexmo.messages.send(sms(name))
    await page.locator(".row", has_text="three").click()

    for key in "jjk":
        await page.keyboard.press(key)

    await page.locator(".row[aria-selected=true]", has_text="two").wait_for()


async def test_only_the_rows_in_sight_are_drawn(page: Page, box: Sandbox) -> None:
    for number in range(150):
        await box.inbound(channel="sms", sender=TO, to=FROM, text=f"number {number}")
    await page.get_by_role("button", name="Inbound").click()

    await page.locator(".row", has_text="number 149").wait_for()
    assert await page.locator(".row").count() < 40


async def test_a_frozen_clock_is_moved_by_a_button(page: Page, nexmo: Nexmo) -> None:
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Run").wait_for()
    await nexmo.messages.send(sms("Later"))
    await page.locator(".row .pill", has_text="accepted").wait_for()

    await page.get_by_role("button", name="+15 min").click()

    await page.locator(".row .pill", has_text="delivered").wait_for()


async def test_the_request_is_copied_as_a_line_for_a_shell(
    page: Page, nexmo: Nexmo
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await nexmo.messages.send(sms("it's me"))

    await page.get_by_role("button", name="copy as curl").click()

    await page.get_by_text("curl line copied").wait_for()
    line: str = await page.evaluate("navigator.clipboard.readText()")
    words = shlex.split(line.replace("\\\n", ""))
    assert json.loads(words[words.index("-d") + 1])["text"] == "it's me"


async def test_the_request_is_copied_as_a_program(page: Page, nexmo: Nexmo) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await nexmo.messages.send(sms("it's me"))

    await page.get_by_role("button", name="copy as Python").click()

    await page.get_by_text("Python copied").wait_for()
    program = await page.evaluate("navigator.clipboard.readText()")
    compile(program, "pasted", "exec")
    assert 'content="it\'s me"' in program


async def test_a_rule_of_chaos_is_one_line(page: Page, box: Sandbox) -> None:
    await page.goto(f"{box.base_url}/#chaos")
    await page.fill("#chaos-rule", "503 10%")
    await page.keyboard.press("Enter")

    await page.locator("#chaos li", has_text="503 10%").wait_for()


async def test_trouble_that_was_asked_for_is_seen_from_every_view(
    page: Page, box: Sandbox
) -> None:
    async with httpx.AsyncClient(base_url=box.base_url) as api:
        await api.put("/_sandbox/chaos", json={"rules": ["503 10%", "lose 5%"]})

    await page.get_by_role("link", name="Chaos 2").wait_for()


async def test_what_people_wrote_is_searched_by_the_sandbox(
    page: Page, box: Sandbox
) -> None:
    for text in ("for Ana", "for Ben"):
        await box.inbound(channel="sms", sender=TO, to=FROM, text=text)
    await page.get_by_role("button", name="Inbound").click()
    await page.locator(".row", has_text="for Ben").wait_for()

    await page.fill("#search", "text:ana")

    await page.locator(".row", has_text="for Ben").wait_for(state="detached")
    assert await page.locator(".row").count() == 1


async def test_a_file_in_the_list_has_its_caption(page: Page, nexmo: Nexmo) -> None:
    cat = Image("https://example.com/cat.png", caption="A cat")
    await nexmo.messages.send(WhatsApp(to=TO, sender=FROM, content=cat))

    await page.locator(".row", has_text="Image · A cat").wait_for()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_the_line_of_the_empty_page_works_as_pasted(page: Page) -> None:
    await page.locator("#try", has_text="curl -u '").wait_for()
    line = await page.locator("#try").inner_text()

    shell = await asyncio.create_subprocess_shell(
        line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    answer, _ = await shell.communicate()

    assert "message_uuid" in json.loads(answer)
    await page.locator(".row", has_text="Hello").wait_for()


async def test_forgetting_everything_empties_the_page(page: Page, nexmo: Nexmo) -> None:
    await nexmo.messages.send(sms())
    await page.locator(".bubble").wait_for()
    await page.keyboard.press("?")
    await page.get_by_role("button", name="Forget everything").click()

    await page.get_by_text("No messages yet.").wait_for()
    await page.locator(".bubble").wait_for(state="hidden")


async def test_the_console_stays_empty_and_nothing_leaves_the_host(
    page: Page, box: Sandbox, moving: MovableClock
) -> None:
    problems: list[str] = []
    page.on("console", lambda each: problems.append(each.text))
    page.on("pageerror", lambda each: problems.append(str(each)))
    page.on("requestfailed", lambda each: problems.append(each.url))
    page.on(
        "request",
        lambda each: (
            None if each.url.startswith(box.base_url) else problems.append(each.url)
        ),
    )
    await fail_over(box, moving)
    await box.inbound(channel="whatsapp", sender=TO, to=FROM, type="image")
    await page.locator(".row", has_text="step 1").click()
    await page.locator(".bubble img").wait_for()

    for tab in TABS:
        await page.click(f'nav a[href="#{tab}"]')
        await page.locator(f"#{tab}-tab").wait_for()

    assert problems == []


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_fault(
    page: Page, box: Sandbox, moving: MovableClock, tab: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.async_playwright")
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await fail_over(box, moving)
    await box.inbound(channel="sms", sender=TO, to=FROM, text="Thanks")
    await page.locator(".lanes").wait_for()
    await page.click(f'nav a[href="#{tab}"]')
    await page.locator(f"#{tab}-tab").wait_for()

    results = await axe.Axe().run(page)

    grave = [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in results.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert grave == []


@pytest.mark.parametrize("tab", TABS)
async def test_a_small_phone_needs_no_scrolling_sideways(
    page: Page, box: Sandbox, moving: MovableClock, tab: str
) -> None:
    await fail_over(box, moving)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.click(f'nav a[href="#{tab}"]')
    await page.locator(f"#{tab}-tab").wait_for()

    await expect_in_sight(page, tab)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    wide = f"document.querySelector('#{tab}-tab').scrollWidth"
    assert await page.evaluate(wide) <= 360


async def expect_in_sight(page: Page, tab: str) -> None:
    """The name of the view that is open is not beyond the edge."""
    found = await page.locator(f'nav a[href="#{tab}"]').bounding_box()
    assert found is not None
    assert found["x"] >= 0
    assert found["x"] + found["width"] <= 360
