from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from nexmo_async.clock import ManualClock, MovableClock
from nexmo_async.sandbox import Sandbox
from nexmo_async.sandbox.control.view import whole
from nexmo_async.sandbox.keep import stopped_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Receiver  # type: ignore[import-not-found]  # beside this file

FLAT: Final[dict[str, Any]] = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
OTHER: Final = {**FLAT, "channel": "whatsapp"}
START: Final = ManualClock().wall()


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.db"


@pytest.fixture
def public_key(keys: tuple[bytes, str]) -> bytes:
    return keys[0]


@asynccontextmanager
async def opened(
    db: Path,
    clock: ManualClock | None = None,
    **settings: Any,  # noqa: ANN401 - of a sandbox
) -> AsyncIterator[tuple[Sandbox, httpx.AsyncClient]]:
    async with (
        Sandbox(db=db, clock=clock or ManualClock(), **settings) as box,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=box.app),
            base_url="http://127.0.0.1",
            auth=(box.api_key, box.api_secret),
        ) as api,
    ):
        yield box, api


def seen(box: Sandbox) -> list[dict[str, object]]:
    """All messages with their timelines and webhooks, as the control API shows them."""
    courier = box._running.network.courier  # noqa: SLF001 - what signs is a secret
    return [whole(message, courier) for message in box.messages()]


async def test_the_next_sandbox_shows_what_the_last_one_had(
    db: Path, public_key: bytes, receiver: Receiver
) -> None:
    clock = ManualClock()
    urls = {"status_url": receiver.url, "inbound_url": receiver.url}
    async with opened(db, clock, public_key=public_key, **urls) as (box, api):
        await api.post("/v1/messages", json={**FLAT, "client_ref": "mine"})
        await api.post("/v1/messages", json={**OTHER, "failover": [FLAT]})
        for heard, seconds in ((2, 0.05), (4, 0.15), (5, 0.15)):
            await clock.advance(seconds)
            await receiver.heard(heard)
        await box.inbound(channel="sms", sender="447700900000", to="1", text="STOP")
        before, counts = seen(box), box.store.counts()
        heard_before = [said.content for said in box.store.inbound()]

    async with opened(db, clock, public_key=public_key) as (again, _):
        assert seen(again) == before
        assert again.store.counts() == counts
        assert [said.content for said in again.store.inbound()] == heard_before
        (run,) = again.store.workflows()
        assert run.status == "completed"
        assert [message.to for message in run.messages] == ["447700900000"]
        assert len(again.store.webhooks()) == 6


async def test_who_could_log_in_can_log_in_again(db: Path) -> None:
    async with opened(db) as (box, _):
        before = box.api_key, box.api_secret, box.application_id, box.private_key
        signature = box.signature_secret

    async with opened(db) as (box, api):
        after = box.api_key, box.api_secret, box.application_id, box.private_key
        assert (after, box.signature_secret) == (before, signature)
        assert (await api.post("/v1/messages", json=FLAT)).status_code == 202


async def test_what_is_chosen_comes_before_what_is_kept(db: Path) -> None:
    async with opened(db, api_key="first", api_secret="old"):
        pass

    async with opened(db, api_secret="new") as (box, _):
        assert (box.api_key, box.api_secret) == ("first", "new")


async def test_personas_are_kept_unless_they_are_given_anew(db: Path) -> None:
    async with opened(db) as (box, _):
        box.persona("1", "silent")
        box.persona("2", "silent")

    async with opened(db, personas={"2": "deliver"}) as (_, api):
        found = (await api.get("/_sandbox/personas")).json()["personas"]
        assert found == {"1": "silent", "2": "deliver"}


async def test_a_message_under_way_goes_on_where_it_was(db: Path) -> None:
    async with opened(db, ManualClock(), seed="same") as (box, api):
        box.persona("447700900000", "deliver after 100s")
        await api.post("/v1/messages", json=FLAT)
        await box._clock.advance(40)  # type: ignore[attr-defined]  # noqa: SLF001 - its clock

    clock = ManualClock()
    async with opened(db, clock, seed="same") as (box, _):
        (message,) = box.messages()
        await clock.advance(60)
        assert message.status == "submitted"

        await clock.advance(0.1)
        assert message.status == "delivered"
        assert [event.status for event in message.events] == ["submitted", "delivered"]


async def test_a_script_that_changed_since_ends_what_was_under_way(db: Path) -> None:
    clock = ManualClock()
    async with opened(db, clock, personas={"*": "deliver after 100s"}) as (_, api):
        await api.post("/v1/messages", json=FLAT)
        await clock.advance(1)

    async with opened(db, clock, personas={"*": "undeliverable"}) as (box, _):
        await clock.advance(1000)
        assert box.messages()[0].status == "submitted"


async def test_a_workflow_under_way_ends_at_its_own_time(db: Path) -> None:
    flow = {
        "template": "failover",
        "workflow": [
            {**nested("whatsapp"), "failover": within("read", 600)},
            {**nested("viber_service_msg"), "failover": within("delivered", 120)},
            nested("sms"),
        ],
    }
    personas = {"447700900000": "whatsapp: deliver; viber: silent; sms: deliver"}
    clock = ManualClock()
    async with opened(db, clock, personas=personas) as (_, api):
        await api.post("/v0.1/dispatch", json=flow)
        await clock.advance(650)

    async with opened(db, clock, personas=personas) as (box, _):
        (run,) = box.store.workflows()
        await clock.advance(69)
        assert len(run.messages) == 2

        await clock.advance(2)
        assert [step.outcome for step in run.endings] == [
            "expired",
            "expired",
            "delivered",
        ]
        assert run.status == "completed"
        assert [hook.kind for hook in box.store.webhooks()][-1] == "report"


def nested(channel: str) -> dict[str, object]:
    key = "id" if channel == "viber_service_msg" else "number"
    return {
        "from": {"type": channel, key: "22353"},
        "to": {"type": channel, "number": "447700900000"},
        "message": {"content": {"type": "text", "text": "hi"}},
    }


def within(status: str, seconds: int) -> dict[str, object]:
    return {"expiry_time": seconds, "condition_status": status}


async def test_a_webhook_that_was_refused_is_tried_again_on_the_same_ladder(
    db: Path, receiver: Receiver
) -> None:
    clock = ManualClock()
    receiver.answers = [503, 503, 200]
    async with opened(db, clock, status_url=receiver.url) as (box, api):
        box.persona("447700900000", "silent")
        await api.post("/v1/messages", json=FLAT)
        await clock.advance(0.05)
        await receiver.heard(1)
        await pauses(clock)
        await clock.advance(5)
        await receiver.heard(2)
        await pauses(clock)

    async with opened(db, clock) as (box, _):
        (hook,) = box.store.webhooks()
        await clock.advance(9)
        assert len(hook.attempts) == 2

        await clock.advance(1)
        await receiver.heard(3)
        await box.store.bell.until(lambda: hook.state == "taken" or None)


async def pauses(clock: ManualClock) -> None:
    """Wait until the answer has come home, and the pause has begun."""
    while not clock.waiting:  # noqa: ASYNC110 - the network, and nothing tells
        await asyncio.sleep(0)


async def test_ids_go_on_where_they_were(db: Path) -> None:
    """With a seed the second sandbox would otherwise give the same ids away again."""
    uuids = []
    for _ in range(2):
        async with opened(db, seed="same") as (_, api):
            answer = await api.post("/v1/messages", json=FLAT)
            uuids.append(answer.json()["message_uuid"])

    assert uuids[0] != uuids[1]


async def test_time_does_not_go_back(db: Path) -> None:
    async with opened(db, ManualClock()) as (box, _):
        await box._clock.advance(86_400)  # type: ignore[attr-defined]  # noqa: SLF001 - its clock

    assert await asyncio.to_thread(stopped_at, db) == START + 86_400
    clock = ManualClock()
    async with opened(db, clock):
        assert clock.wall() == START + 86_400


async def test_a_clock_that_runs_goes_on_from_the_later_moment(db: Path) -> None:
    async with Sandbox(db=db, clock=MovableClock(start=2e9, frozen=True)):
        pass

    clock = MovableClock(start=1e9, frozen=True)
    async with Sandbox(db=db, clock=clock):
        assert clock.wall() == 2e9


async def test_the_oldest_are_forgotten_in_the_file_as_well(db: Path) -> None:
    async with opened(db, keep=3) as (box, api):
        for number in range(5):
            await api.post("/v1/messages", json={**FLAT, "text": str(number)})
        assert [each.draft.text for each in box.messages()] == ["2", "3", "4"]

    assert kept(db, "message") == 3
    async with opened(db, keep=2) as (box, _):
        assert [each.draft.text for each in box.messages()] == ["3", "4"]


def test_a_new_file_has_not_stopped_yet(db: Path) -> None:
    assert stopped_at(db) is None


def kept(db: Path, kind: str) -> int:
    with sqlite3.connect(db) as file:
        (count,) = file.execute(f"SELECT count(*) FROM {kind}").fetchone()  # noqa: S608 - ours
    file.close()
    return int(count)


async def test_a_new_beginning_empties_the_file(db: Path) -> None:
    async with opened(db) as (_, api):
        await api.post("/v1/messages", json=FLAT)
        await api.post("/_sandbox/reset", json={})

    async with opened(db) as (box, api):
        assert box.messages() == []
        assert (await api.get("/_sandbox/export")).text == ""


async def test_the_export_has_what_the_file_had(db: Path) -> None:
    async with opened(db) as (_, api):
        await api.post("/v1/messages", json=FLAT)
        before = (await api.get("/_sandbox/export")).text

    async with opened(db) as (_, api):
        assert (await api.get("/_sandbox/export")).text == before


async def test_a_writing_that_was_cut_off_before_it_began_is_made_up_for(
    db: Path,
) -> None:
    """On a busy machine no thread may be free when the sandbox is closed."""
    only, free = ThreadPoolExecutor(1), threading.Event()
    async with AsyncExitStack() as stack:
        box, api = await stack.enter_async_context(opened(db))
        asyncio.get_running_loop().set_default_executor(only)
        only.submit(free.wait)
        await api.post("/v1/messages", json=FLAT)
        await queued(only, 1)
        closing = asyncio.create_task(stack.pop_all().aclose())
        await queued(only, 2)
        free.set()
        await closing

    async with opened(db) as (again, _):
        assert len(again.messages()) == len(box.messages()) == 1


async def queued(threads: ThreadPoolExecutor, count: int) -> None:
    while threads._work_queue.qsize() < count:  # noqa: ASYNC110, SLF001 - none tells
        await asyncio.sleep(0)
