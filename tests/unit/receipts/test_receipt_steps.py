from __future__ import annotations

import asyncio
import gc
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async import Sms
from nexmo_async.errors import NoReplyError, StillWaitingError
from nexmo_async.messages.sent import Sent
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts import Inbox, MemoryReceipts
from nexmo_async.receipts.forward import Forward, is_final
from nexmo_async.webhooks import parse

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock

STATUSES = ["submitted", "delivered", "read", "rejected", "undeliverable", "odd"]
ORDER = {"odd": 0, "submitted": 1, "delivered": 2, "read": 3}


def receipt(
    status: str = "delivered", uuid: str = "m-1", channel: str = "rcs"
) -> Receipt:
    return Receipt(
        message_uuid=uuid,
        status=status,
        at=None,
        channel=channel,
        to="447700900000",
        sender="447700900001",
        client_ref="order-7",
    )


def letter(number: int, sender: str = "447700900000") -> bytes:
    return b'{"message_uuid":"i-%d","from":"%s","text":"%d"}' % (
        number,
        sender.encode(),
        number,
    )


@pytest.fixture
def store(clock: ManualClock) -> MemoryReceipts:
    return MemoryReceipts(clock=clock)


@pytest.fixture
def sent(store: MemoryReceipts) -> Sent:
    sms = Sms(to="447700900000", sender="ACME", content="hi")
    return Sent(message_uuid="m-1", client_ref="order-7", message=sms, receipts=store)


@given(st.lists(st.sampled_from(STATUSES), max_size=12))
def test_whatever_comes_steps_never_go_back_nor_come_twice(told: list[str]) -> None:
    forward = Forward()
    steps = [step for status in told for step in forward.take([receipt(status)])]

    known = [ORDER[step.status] for step in steps if ORDER.get(step.status)]
    assert known == sorted(set(known))
    assert len(set(steps)) == len(steps)
    assert not any(step.failed for step in steps[:-1])


@pytest.mark.parametrize(
    "told", [*itertools.permutations(["submitted", "delivered", "read"])]
)
def test_told_at_once_any_order_becomes_the_right_one(told: tuple[str, ...]) -> None:
    steps = Forward().take(receipt(status) for status in told)

    assert [step.status for step in steps] == ["submitted", "delivered", "read"]


def test_a_failure_after_the_arrival_is_no_step() -> None:
    forward = Forward()
    forward.take([receipt("delivered")])

    assert forward.take([receipt("rejected")]) == []


@pytest.mark.parametrize(
    ("channel", "status", "final"),
    [
        ("sms", "delivered", True),
        ("mms", "delivered", True),
        ("whatsapp", "delivered", False),
        ("whatsapp", "read", True),
        ("rcs", "delivered", False),
        ("sms", "submitted", False),
        ("sms", "undeliverable", True),
        ("viber", "rejected", True),
        ("sms", "odd", False),
    ],
)
def test_the_last_step_depends_on_the_channel(
    channel: str,
    status: str,
    final: bool,  # noqa: FBT001  one of a table
) -> None:
    assert is_final(receipt(status, channel=channel)) is final


async def test_a_reference_ends_with_the_last_of_its_messages(
    store: MemoryReceipts,
) -> None:
    await store.record(receipt("rejected", "m-1"))
    await store.record(receipt("submitted", "m-2"))
    await store.record(receipt("read", "m-2"))
    steps = [step.status async for step in store.subscribe("order-7")]

    assert steps == ["submitted", "read", "rejected"]


async def test_whoever_leaves_the_loop_leaves_nothing_behind(
    store: MemoryReceipts, sent: Sent
) -> None:
    await store.record(receipt("submitted"))
    async for _ in sent.events():
        break
    gc.collect()

    assert repr(store) == "<MemoryReceipts messages=1 waiting=0>"


async def test_a_block_that_ends_listens_no_longer(
    store: MemoryReceipts, sent: Sent
) -> None:
    async with sent.events():
        assert repr(store) == "<MemoryReceipts messages=0 waiting=1>"

    assert repr(store) == "<MemoryReceipts messages=0 waiting=0>"


async def test_events_are_those_of_the_message(
    store: MemoryReceipts, sent: Sent
) -> None:
    await store.record(receipt("read", "m-2"))
    await store.record(receipt("rejected"))

    assert [step.status async for step in sent.events()] == ["rejected"]


async def test_several_statuses_are_waited_for_at_once(
    store: MemoryReceipts, sent: Sent
) -> None:
    await store.record(receipt("undeliverable"))

    found = await sent.until({"delivered", "undeliverable"}, within=1)

    assert found.status == "undeliverable"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ({"read", "delivered"}, "is not delivered or read after"),
        (lambda told: told.code == 7, "is not as far as you asked after"),
    ],
)
async def test_who_waits_in_vain_is_told_for_what(
    until: object, words: str, store: MemoryReceipts
) -> None:
    with pytest.raises(StillWaitingError, match=words):
        await store.wait_for("m-1", until, 0)  # type: ignore[arg-type]  either kind


async def test_a_thousand_receipts_at_once_lose_no_waiter_of_a_small_store(
    clock: ManualClock,
) -> None:
    """What is forgotten at once was still told to who waits for it."""
    store = MemoryReceipts(clock=clock, keep=1)
    async with asyncio.TaskGroup() as group:
        waiting = [
            group.create_task(store.wait_for(f"m-{number}", "read", 10))
            for number in range(1000)
        ]
        await asyncio.sleep(0)
        for number in range(1000):
            await store.record(receipt("read", f"m-{number}"))

    assert {task.result().status for task in waiting} == {"read"}


@pytest.mark.parametrize(
    "written", ["447700900000", "+44 7700 900000", "0044-7700-900000"]
)
async def test_a_number_may_be_written_in_any_way(
    written: str, store: MemoryReceipts
) -> None:
    await store.record(parse(letter(1)))

    assert (await Inbox(store).next(from_=written, within=1)).text == "1"


async def test_an_id_of_a_channel_is_taken_as_it_is(store: MemoryReceipts) -> None:
    await store.record(parse(letter(1, "1234567890123456789")))
    found = await Inbox(store).next(
        from_="1234567890123456789", within=timedelta(seconds=1)
    )

    assert found.text == "1"


async def test_an_old_letter_is_no_answer_to_a_new_question(
    store: MemoryReceipts, clock: ManualClock
) -> None:
    await store.record(parse(letter(1)))
    await clock.advance(301)

    with pytest.raises(NoReplyError):
        await store.reply("447700900000", 0)


async def test_letters_that_nobody_asks_for_are_bounded(
    store: MemoryReceipts,
) -> None:
    for number in range(10_001):
        await store.record(parse(letter(number, f"{number}")))

    assert (await store.reply("1", 0)).text == "1"
    with pytest.raises(NoReplyError):
        await store.reply("0", 0)


async def test_a_letter_that_comes_again_when_its_first_coming_is_forgotten_is_one(
    clock: ManualClock,
) -> None:
    store = MemoryReceipts(keep=1, clock=clock)
    for number in (1, 2, 1):
        await store.record(parse(letter(number)))

    taken = [(await store.reply("447700900000", 0)).text for _ in range(2)]

    assert taken == ["1", "2"]
    with pytest.raises(NoReplyError):
        await store.reply("447700900000", 0)


def test_a_report_of_attrs_stays_hashable() -> None:
    assert len({receipt(), attrs.evolve(receipt(), raw={"a": 1})}) == 1
