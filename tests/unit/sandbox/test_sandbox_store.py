from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from nexmo_async.sandbox.bell import Bell
from nexmo_async.sandbox.crew import crew
from nexmo_async.sandbox.records import Draft, Event, Message, Webhook
from nexmo_async.sandbox.store import Store

AT = datetime(2026, 1, 1, tzinfo=UTC)


def message(uuid: str = "1", to: str = "447700900000") -> Message:
    draft = Draft(
        api="v1", channel="sms", message_type="text", to=to, sender="2", request={}
    )
    return Message(message_uuid=uuid, draft=draft, accepted_at=AT)


def webhook(uuid: str | None = None) -> Webhook:
    return Webhook(kind="status", url=None, body=b"{}", message_uuid=uuid)


def test_a_message_is_found_by_its_uuid() -> None:
    kept = Store()
    sent = message("1")
    kept.add_message(sent)

    assert kept.message("1") is sent
    assert kept.message("2") is None


def test_the_status_is_the_latest() -> None:
    kept, sent = Store(), message()
    kept.add_event(sent, Event("submitted", AT))
    kept.add_event(sent, Event("rejected", AT, 1300))

    assert sent.status == "rejected"
    assert kept.messages(status="rejected") == []


def test_webhooks_are_found_by_their_message() -> None:
    kept = Store()
    kept.add_webhook(webhook("1"))
    kept.add_webhook(webhook("2"))

    assert [hook.message_uuid for hook in kept.webhooks(message_uuid="2")] == ["2"]


def test_the_oldest_message_is_forgotten_first() -> None:
    kept = Store(messages=2)
    for uuid in "123":
        kept.add_message(message(uuid))

    assert [sent.message_uuid for sent in kept.messages()] == ["2", "3"]


def test_the_oldest_webhook_is_forgotten_first() -> None:
    kept = Store(webhooks=2)
    for uuid in "123":
        kept.add_webhook(webhook(uuid))

    assert [hook.message_uuid for hook in kept.webhooks()] == ["2", "3"]


async def test_a_bell_wakes_everybody_who_waits() -> None:
    bell, seen = Bell(), list[str]()

    async def wait(name: str) -> None:
        await bell.wait()
        seen.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(wait("one"))
        group.create_task(wait("two"))
        await asyncio.sleep(0)
        bell.ring()

    assert seen == ["one", "two"]


async def test_waiting_for_what_is_there_takes_no_time() -> None:
    assert await Bell().until(lambda: "here") == "here"


async def test_waiting_ends_with_the_change() -> None:
    kept = Store()

    async def later() -> None:
        kept.add_message(message("1"))

    async with asyncio.TaskGroup() as group:
        group.create_task(later())
        found = await kept.bell.until(lambda: kept.message("1"))

    assert found.message_uuid == "1"


async def test_a_crew_goes_home_when_the_block_ends() -> None:
    async with crew() as hands:
        task = hands.start(sleep_for_ever())

    assert task.cancelled()


async def test_a_crew_that_fails_fails_the_block() -> None:
    async def fail() -> None:
        raise LookupError("broken")

    async def block() -> None:
        async with crew() as hands:
            hands.start(fail())
            await sleep_for_ever()

    with pytest.raises(ExceptionGroup) as failed:
        await block()

    assert failed.group_contains(LookupError, match="broken")


async def test_a_dismissed_crew_may_be_hired_again() -> None:
    async with crew() as hands:
        first = hands.start(sleep_for_ever())
        hands.dismiss()
        done = asyncio.Event()

        async def work() -> None:
            done.set()

        hands.start(work())
        await done.wait()

    assert first.cancelled()


async def sleep_for_ever() -> None:
    await asyncio.Event().wait()
