"""The stories that both other engines tell, told by a chain of durable jobs as well."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_workflow_engines import FLOWS, LATE, OURS, PERSON, Story, stories, told

from nexmo_async import Basic, Nexmo
from nexmo_async.durable import InProcessEngine
from nexmo_async.sandbox import Sandbox
from nexmo_async.transport.asgi import AsgiTransport
from nexmo_async.wire.event import decode_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.clock import ManualClock
    from nexmo_async.durable import SettlingReceipts
    from nexmo_async.models.attempt import Result
    from nexmo_async.models.workflow import Workflow


@attrs.frozen
class Stage:
    """A sandbox, a client, and a worker in this very process."""

    box: Sandbox
    nexmo: Nexmo
    engine: InProcessEngine
    receipts: SettlingReceipts
    clock: ManualClock

    async def play(self, flow: Workflow, script: str) -> Result:
        self.box.persona(PERSON, script)
        run = await self.nexmo.workflows.run(flow, engine=self.engine)
        await self.clock.advance(5000)
        return await run.result()

    async def deliver(self) -> None:
        """Hand over each webhook the moment that it is written."""
        seen, store = 0, self.box.store
        while True:
            for webhook in store.webhooks()[seen:]:
                await self.receipts.record(decode_event(webhook.body))
                seen += 1
            await store.bell.wait()


@pytest.fixture
async def durable(
    private_key: RSAPrivateKey, clock: ManualClock
) -> AsyncIterator[Stage]:
    public = private_key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    async with Sandbox(public_key=public, clock=clock) as box:
        auth = Basic(box.api_key, box.api_secret)
        transport = AsgiTransport(box.app, clock=clock)
        nexmo = Nexmo(auth, api="v0.1", transport=transport, clock=clock)
        engine = InProcessEngine(clock=clock)
        async with nexmo, asyncio.TaskGroup() as group:
            receipts = engine.receipts(nexmo.receipts)
            engine.sends(nexmo.messages.send)
            stage = Stage(box, nexmo, engine, receipts, clock)
            tasks = [group.create_task(one) for one in (stage.deliver(), engine.run())]
            yield stage
            for task in tasks:
                task.cancel()


@pytest.mark.parametrize(
    "story", list(stories()), ids=lambda story: f"{story.flow}: {story.script}"
)
async def test_a_chain_of_jobs_tells_the_same_story(
    story: Story, durable: Stage
) -> None:
    result = await durable.play(FLOWS[story.flow], story.script)

    late = [story.script.partition(":")[0]] if story.script in LATE else []
    assert told(result) == (story.outcome, story.channel, story.statuses, late)
    assert result.took == pytest.approx(story.took, abs=0.5)


@pytest.mark.parametrize("script", OURS)
async def test_a_chain_stops_where_every_channel_would_fail(
    script: str, durable: Stage
) -> None:
    result = await durable.play(FLOWS["viber sms"], f"viber: {script}")

    assert result.outcome == "stopped"
    assert len(result.attempts) == 1


async def test_a_late_reader_stops_a_later_link(durable: Stage) -> None:
    script = "whatsapp: read after 650s; viber: silent"
    result = await durable.play(FLOWS["whatsapp viber sms"], script)

    assert [one.channel for one in result.attempts] == ["whatsapp", "viber"]
    assert [one.channel for one in result.double_reach] == ["whatsapp"]


async def test_a_chain_knows_what_it_cost(durable: Stage) -> None:
    result = await durable.play(FLOWS["viber sms"], "viber: silent")

    assert str(result.cost[0].price) == "0.0333"
