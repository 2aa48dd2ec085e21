"""The sandbox of one test, and the application under test that it calls."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from nexmo_async import Jwt, Nexmo, Rcs, Sms, WebhookApp
from nexmo_async.errors import StillWaitingError, UnknownOutcomeError
from nexmo_async.transport.retry import Retry

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from nexmo_async.testing.plugin_box import Box, Trouble, TurnedClock
    from nexmo_async.testing.plugin_outbox import Outbox

SMS = Sms(to="447700900001", sender="ACME", content="Your code is 64873.")


def shop(nexmo: Nexmo, secrets: dict[str, str], clock: TurnedClock) -> Starlette:
    """An application as somebody writes it: it sends, and takes webhooks."""

    async def sign_up(request: Request) -> Response:
        sms = Sms(to=request.path_params["number"], sender="ACME", content="Hello")
        sent = await nexmo.messages.send(sms)
        receipt = await sent.until("delivered", within=60)
        return PlainTextResponse(receipt.status)

    webhooks = WebhookApp(nexmo.receipts, secrets, clock=clock)
    return Starlette(
        routes=[
            Route("/sign-up/{number}", sign_up, methods=["POST"]),
            Mount("/webhooks", webhooks),
        ]
    )


async def test_an_application_is_tested_without_a_port(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_clock: TurnedClock, nexmo_outbox: Outbox
) -> None:
    app = shop(nexmo, nexmo_sandbox.secrets, nexmo_clock)
    nexmo_sandbox.deliver_to(app, "/webhooks/")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://shop"
    ) as browser:
        answer = await browser.post("/sign-up/447700900001")

    assert answer.text == "delivered"
    assert nexmo_outbox.assert_sent(to="447700900001").text == "Hello"


async def test_webhooks_are_verified_by_the_application(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_outbox: Outbox, nexmo_clock: TurnedClock
) -> None:
    wrong = dict.fromkeys(nexmo_sandbox.secrets, "another secret of thirty-two bytes")
    nexmo_sandbox.deliver_to(shop(nexmo, wrong, nexmo_clock), "/webhooks/")
    await nexmo.messages.send(SMS)
    await nexmo_outbox.wait_for(status="delivered")

    assert "submitted     webhook 401" in nexmo_sandbox.story()


async def test_a_clock_that_was_moved_leaves_webhooks_fresh(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_clock: TurnedClock
) -> None:
    app = shop(nexmo, nexmo_sandbox.secrets, nexmo_clock)
    nexmo_sandbox.deliver_to(app, "/webhooks/")
    await nexmo_clock.advance("24h")
    sent = await nexmo.messages.send(SMS)

    assert (await sent.until("delivered", within=5)).status == "delivered"


async def test_what_people_write_comes_to_the_application(
    nexmo: Nexmo, nexmo_sandbox: Box
) -> None:
    await nexmo_sandbox.inbound(
        channel="sms", sender="447700900001", to="447700900009", text="At two is fine."
    )
    said = await nexmo.inbound.next(from_="447700900001", within=5)

    assert said.text == "At two is fine."


async def test_a_webhook_of_one_message_stays_in_the_process_as_well(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    heard: list[str] = []

    async def hear(request: Request) -> Response:
        heard.append(str(request.url.path) + "?" + request.url.query)
        return PlainTextResponse("")

    nexmo_sandbox.deliver_to(Starlette(routes=[Route("/x", hear, methods=["POST"])]))
    url = "https://example.com/x?shop=7"
    sms = Sms(to="447700900001", sender="ACME", content="Hello", webhook_url=url)
    await nexmo.messages.send(sms)
    await nexmo_outbox.wait_for(status="delivered")

    assert heard[0] == "/x?shop=7"


async def test_an_application_that_breaks_down_answers_500_and_is_logged(
    nexmo: Nexmo,
    nexmo_sandbox: Box,
    nexmo_outbox: Outbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(request: Request) -> Response:
        raise LookupError(f"no such order: {request.url.path}")

    nexmo_sandbox.deliver_to(Starlette(routes=[Route("/", broken, methods=["POST"])]))
    with caplog.at_level(logging.ERROR, "nexmo_async.testing"):
        await nexmo.messages.send(SMS)
        await nexmo_outbox.wait_for(status="delivered")

    assert "submitted     webhook 500" in nexmo_sandbox.story()
    assert "no such order" in caplog.text


async def test_a_slash_too_few_is_pointed_at(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_outbox: Outbox, nexmo_clock: TurnedClock
) -> None:
    app = shop(nexmo, nexmo_sandbox.secrets, nexmo_clock)
    nexmo_sandbox.deliver_to(app, "/webhooks")
    await nexmo.messages.send(SMS)
    await nexmo_outbox.wait_for(status="delivered")

    assert "webhook 307 [a slash too few at the end?]" in nexmo_sandbox.story()


async def test_who_has_told_nobody_where_to_deliver_is_told_how(
    nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    url = "https://example.com/x"
    sms = Sms(to="447700900001", sender="ACME", content="Hello", webhook_url=url)
    async with nexmo_sandbox.client() as other:
        await other.messages.send(sms)
    await nexmo_outbox.wait_for(status="delivered")

    assert "nobody listens: nexmo_sandbox.deliver_to(app)" in nexmo_sandbox.story()


async def test_without_an_address_the_story_says_that_nobody_is_told(
    nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    async with nexmo_sandbox.client() as other:
        await other.messages.send(SMS)
    await nexmo_outbox.wait_for(status="submitted")

    assert "submitted     webhook nobody is told" in nexmo_sandbox.story()


async def test_clients_of_other_generations_are_made_by_the_sandbox(
    nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    async with nexmo_sandbox.client(api="v0.1") as older:
        await older.messages.send(SMS)

    assert nexmo_outbox.messages[0].api == "v0.1"


async def test_a_connection_that_is_cut_leaves_the_outcome_unknown(
    nexmo_sandbox: Box, nexmo_chaos: Trouble
) -> None:
    nexmo_chaos.put("reset 1x")
    async with nexmo_sandbox.client(retry=Retry(on_unknown="raise")) as nexmo:
        with pytest.raises(UnknownOutcomeError, match="chaos was asked for"):
            await nexmo.messages.send(SMS)


@pytest.mark.nexmo_personas({"447700900001": "silent"})
async def test_who_waits_by_the_clock_of_the_test_waits_no_longer_than_it_moves(
    nexmo: Nexmo, nexmo_clock: TurnedClock
) -> None:
    sent = await nexmo.messages.send(SMS)
    nexmo_clock.freeze()
    waiting = asyncio.create_task(sent.until("delivered", within=600))
    await nexmo_clock.advance(timedelta(minutes=11))

    with pytest.raises(StillWaitingError):
        await waiting


@pytest.mark.parametrize(
    ("time", "seconds"),
    [(90, 90), (1.5, 1.5), ("15m", 900), ("500ms", 0.5), (timedelta(hours=2), 7200)],
)
async def test_the_clock_is_moved_by(
    time: float | str | timedelta, seconds: float, nexmo_clock: TurnedClock
) -> None:
    nexmo_clock.freeze()
    before = nexmo_clock.wall()
    await nexmo_clock.advance(time)

    assert nexmo_clock.wall() - before == pytest.approx(seconds)


async def test_words_that_say_no_time_are_refused(nexmo_clock: TurnedClock) -> None:
    with pytest.raises(ValueError, match="no time: 'a while'; write it as 500ms"):
        await nexmo_clock.advance("a while")


async def test_of_many_messages_the_last_twenty_are_told_of(
    nexmo: Nexmo, nexmo_sandbox: Box
) -> None:
    for _ in range(23):
        await nexmo.messages.send(SMS)
    story = nexmo_sandbox.story()

    assert story.startswith("(3 earlier ones are left out)\n\n")
    assert story.count("sms to 447700900001") == 20


async def test_the_story_tells_what_people_wrote_and_what_was_revoked(
    nexmo: Nexmo, nexmo_sandbox: Box, nexmo_clock: TurnedClock
) -> None:
    nexmo_clock.freeze()
    await nexmo_sandbox.inbound(
        channel="whatsapp", sender="447700900001", to="447700900009", text="Hi"
    )
    await nexmo_clock.advance(90)
    sent = await nexmo.messages.send(Rcs(to="447700900001", sender="ACME", content="A"))
    await nexmo.messages.revoke(sent.message_uuid, region="eu")

    assert nexmo_sandbox.story().splitlines() == [
        "whatsapp text by 447700900001 to 447700900009: 'Hi'",
        "     0.000 s  written       webhook 200",
        "",
        "rcs to 447700900001 from ACME: 'A'",
        f"    90.000 s  accepted      v1, {sent.message_uuid}",
        "    90.000 s  revoked",
    ]


@pytest.fixture
def settings(nexmo_sandbox: Box) -> dict[str, str]:
    """What an application reads before a test begins."""
    return {
        "NEXMO_APPLICATION_ID": nexmo_sandbox.application_id,
        "NEXMO_APPLICATION_PRIVATE_KEY": nexmo_sandbox.private_key,
    }


async def test_the_credentials_are_known_before_it_is_open(
    settings: dict[str, str], nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    auth = Jwt(*settings.values())
    async with nexmo_sandbox.client(auth=auth) as nexmo:
        await nexmo.messages.send(SMS)

    assert len(nexmo_outbox) == 1


async def test_the_sandbox_of_a_test_listens_nowhere(nexmo_sandbox: Box) -> None:
    assert nexmo_sandbox.base_url == "http://127.0.0.1"
