"""The database goes away while receipts come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from nexmo_async import Basic, Nexmo
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.webhooks.app import WebhookApp

if TYPE_CHECKING:
    from nexmo_async.testing.postgres import PostgresServer

PERSON = "447700900000"


async def test_a_webhook_that_cannot_be_heeded_is_answered_503_and_comes_again(
    postgres: PostgresServer, database: str
) -> None:
    answers: asyncio.Queue[int] = asyncio.Queue()
    kept = MemoryReceipts()

    async def front(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  as of ASGI
        async def noted(event: Any) -> None:  # noqa: ANN401  as of ASGI
            if event["type"] == "http.response.start":
                answers.put_nowait(event["status"])
            await send(event)

        await app(scope, receive, noted)

    async with Sandbox() as box, DbosEngine(database) as engine:
        secrets = {box.api_key: box.signature_secret}
        app = WebhookApp(engine.receipts(kept), secrets)
        auth = Basic(box.api_key, box.api_secret)
        async with serve(front) as url, Nexmo(auth, base_url=box.base_url) as nexmo:
            box.status_url = url
            first = WhatsApp(to=PERSON, sender="447700900990", content="hi")
            last = Step(Sms(to=PERSON, sender="ACME", content="hi"))
            step = Step(first, until="delivered", within=600)
            await engine.start(Workflow(step, last), name="r")
            await postgres.stop(kill=True)
            try:
                sent = WhatsApp(
                    to=PERSON, sender="447700900990", content="hi", client_ref="r:1"
                )
                await nexmo.messages.send(sent)
                assert await asyncio.wait_for(answers.get(), 60) == 503
                assert len(kept) == 0
            finally:
                await postgres.start()
            async with asyncio.timeout(60):
                while await answers.get() != 200:
                    pass
            first_link = await engine.status("r:1")

    assert len(kept) == 1
    assert first_link is not None
    assert any(fact.startswith("told.") for fact in first_link.facts)
