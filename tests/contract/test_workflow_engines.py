"""One table of stories, two engines: run here, or by the sandbox. One answer."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Literal

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nexmo_async import Basic, Nexmo
from nexmo_async.models.message import Messenger, Sms, Viber, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.sandbox import Sandbox
from nexmo_async.transport.asgi import AsgiTransport
from nexmo_async.wire.event import decode_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.attempt import Result
    from nexmo_async.workflows.run import Run

PERSON: Final = "447700900000"
SMS: Final = Step(Sms(to=PERSON, sender="ACME", content="hi"))
VIBER: Final = Step(
    Viber(to=PERSON, sender="ACME", content="hi"), until="delivered", within=120
)
WHATSAPP: Final = Step(
    WhatsApp(to=PERSON, sender="447700900001", content="hi"), until="read", within=600
)
MESSENGER: Final = Step(
    Messenger(to=PERSON, sender="page", content="hi"), until="read", within=60
)
FLOWS: Final = {
    "viber sms": Workflow(VIBER, SMS),
    "messenger sms": Workflow(MESSENGER, SMS),
    "whatsapp viber sms": Workflow(WHATSAPP, VIBER, SMS),
    "viber viber sms": Workflow(VIBER, VIBER, SMS),
}

#: How a story goes. Below its steps: how the person takes them > how it ends, on which
#: channel, after about how many seconds > with which statuses, in short.
STORIES: Final = """
viber sms
  deliver > reached viber 0.2 > there
  read > reached viber 0.2 > there
  viber: silent > reached sms 120.2 > sent there
  viber: reject 1300 > reached sms 0.4 > no there
  viber: reject 1050 > reached sms 0.4 > no there
  viber: reject 1000 > reached sms 0.4 > no there
  viber: reject 1331 > reached sms 0.4 > no there
  viber: reject 1330 > reached sms 0.4 > no there
  viber: undeliverable > reached sms 0.3 > lost there
  viber: undeliverable 1260 > reached sms 0.3 > lost there
  viber: reject 1300 after 119s > reached sms 119.3 > no there
  viber: deliver after 119s > reached viber 119.1 > there
  viber: reject 1300 after 119.95s > reached sms 120.2 > no there
  viber: silent; sms: reject 1300 > failed 120.2 > sent no
  viber: reject 1300; sms: undeliverable 1250 > failed 0.3 > no lost
  reject 1310 > failed 0.4 > no no
  silent > silent 3720 > sent sent
  viber: deliver after 500s > reached sms 120.2 > there there
  viber: reject 1300 after 500s > reached sms 120.2 > no there
messenger sms
  read > reached messenger 0.4 > read
  read after 59s > reached messenger 59.2 > read
  deliver > reached sms 60.2 > there there
  messenger: silent > reached sms 60.2 > sent there
  messenger: read after 100s > reached sms 60.2 > read there
whatsapp viber sms
  read > reached whatsapp 0.4 > read
  deliver > reached viber 600.2 > there there
  whatsapp: silent; viber: deliver > reached viber 600.2 > sent there
  whatsapp: deliver; viber: reject 1300 > reached sms 600.4 > there no there
  whatsapp: silent; viber: silent > reached sms 720.2 > sent sent there
  whatsapp: reject 1300; viber: silent > reached sms 120.4 > no sent there
  whatsapp: reject 1300; viber: reject 1250 > reached sms 0.6 > no no there
  reject 1300 > failed 0.6 > no no no
  whatsapp: silent; viber: silent; sms: reject 1300 > failed 720.2 > sent sent no
viber viber sms
  viber: silent > reached sms 240.2 > sent sent there
  viber: reject 1300 > reached sms 0.6 > no no there
"""
SHORT: Final = {
    "sent": "submitted",
    "there": "delivered",
    "no": "rejected",
    "lost": "undeliverable",
}
LATE: Final = {"messenger: read after 100s", "viber: deliver after 500s"}


@attrs.frozen
class Story:
    flow: str
    script: str
    outcome: str
    channel: str | None
    took: float
    statuses: list[str]


def stories() -> Iterator[Story]:
    flow = ""
    for line in STORIES.strip().splitlines():
        if not line.startswith(" "):
            flow = line
            continue
        script, end, statuses = (part.strip() for part in line.split(">"))
        outcome, *channel, took = end.split()
        reached = channel[0] if channel else None
        whole = [SHORT.get(word, word) for word in statuses.split()]
        yield Story(flow, script, outcome, reached, float(took), whole)


EngineName = Literal["local", "server"]


@attrs.frozen
class Stage:
    """A sandbox and a client of it, whose receipts arrive in no time."""

    box: Sandbox
    nexmo: Nexmo
    clock: ManualClock

    async def play(self, flow: Workflow, script: str, engine: EngineName) -> Run:
        self.box.persona(PERSON, script)
        run = await self.nexmo.workflows.run(flow, engine=engine)
        await self.clock.advance(5000)
        return run

    async def deliver(self) -> None:
        """Hand each webhook to the store of receipts the moment that it is written."""
        seen, store = 0, self.box.store
        while True:
            for webhook in store.webhooks()[seen:]:
                await self.nexmo.receipts.record(decode_event(webhook.body))
                seen += 1
            await store.bell.wait()


@pytest.fixture
async def stage(private_key: RSAPrivateKey, clock: ManualClock) -> AsyncIterator[Stage]:
    async with _stage(private_key, clock) as stage:
        yield stage


@asynccontextmanager
async def _stage(key: RSAPrivateKey, clock: ManualClock) -> AsyncIterator[Stage]:
    public = key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    async with Sandbox(public_key=public, clock=clock) as box:
        auth = Basic(box.api_key, box.api_secret)
        transport = AsgiTransport(box.app, clock=clock)
        nexmo = Nexmo(auth, api="v0.1", transport=transport, clock=clock)
        async with nexmo, asyncio.TaskGroup() as group:
            stage = Stage(box, nexmo, clock)
            postman = group.create_task(stage.deliver())
            yield stage
            postman.cancel()


def told(result: Result) -> tuple[str, str | None, list[str], list[str]]:
    return (
        result.outcome,
        result.channel,
        [one.status for one in result.attempts],
        [one.channel for one in result.double_reach],
    )


@pytest.mark.parametrize("engine", ["local", "server"])
@pytest.mark.parametrize(
    "story", list(stories()), ids=lambda story: f"{story.flow}: {story.script}"
)
async def test_both_engines_tell_the_same_story(
    story: Story, engine: EngineName, stage: Stage
) -> None:
    run = await stage.play(FLOWS[story.flow], story.script, engine)
    result = await run.result()

    late = [story.script.partition(":")[0]] if story.script in LATE else []
    assert told(result) == (story.outcome, story.channel, story.statuses, late)
    assert result.took == pytest.approx(story.took, abs=0.5)


def test_there_are_stories_enough() -> None:
    assert len(list(stories())) >= 25


#: Codes that speak of the text, the account or the person, not of the channel.
OURS: Final = [
    "reject 1022",
    "reject 1340",
    "reject 1070",
    "reject 1240",
    "reject 1190",
]


@pytest.mark.parametrize("script", OURS)
async def test_only_we_stop_where_every_channel_would_fail(
    script: str, stage: Stage
) -> None:
    here = await stage.play(FLOWS["viber sms"], f"viber: {script}", "local")
    there = await stage.play(FLOWS["viber sms"], f"viber: {script}", "server")

    assert (await here.result()).outcome == "stopped"
    assert (await there.result()).channel == "sms"


async def test_only_we_stop_a_later_step_for_a_late_reader(stage: Stage) -> None:
    script = "whatsapp: read after 650s; viber: silent"
    here = await (
        await stage.play(FLOWS["whatsapp viber sms"], script, "local")
    ).result()
    there = await (
        await stage.play(FLOWS["whatsapp viber sms"], script, "server")
    ).result()

    assert [one.channel for one in here.attempts] == ["whatsapp", "viber"]
    assert [one.channel for one in there.attempts] == ["whatsapp", "viber", "sms"]
    assert [one.channel for one in here.double_reach] == ["whatsapp"]


async def test_both_engines_know_what_it_cost(stage: Stage) -> None:
    script = "viber: silent"
    here = await (await stage.play(FLOWS["viber sms"], script, "local")).result()
    there = await (await stage.play(FLOWS["viber sms"], script, "server")).result()

    assert here.cost == there.cost
    assert str(here.cost[0].price) == "0.0333"
