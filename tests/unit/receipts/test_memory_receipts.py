from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import (
    ConfigurationError,
    DeliveryFailedError,
    StillWaitingError,
)
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts import MemoryReceipts
from nexmo_async.receipts.store import furthest, verdict
from nexmo_async.testing import ManualClock


def receipt(
    status: str = "delivered", uuid: str = "m-1", ref: str | None = "order-7"
) -> Receipt:
    return Receipt(
        message_uuid=uuid,
        status=status,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        channel="sms",
        to="447700900000",
        sender="447700900001",
        client_ref=ref,
    )


@pytest.fixture
def store(clock: ManualClock) -> MemoryReceipts:
    return MemoryReceipts(clock=clock)


async def test_a_receipt_is_forgotten_a_day_after_the_last_one(
    store: MemoryReceipts, clock: ManualClock
) -> None:
    await store.record(receipt())
    await clock.advance(86_401)
    await store.record(receipt(uuid="m-2", ref="order-8"))

    assert await store.history("m-1") == ()
    assert await store.history("order-7") == ()
    assert len(store) == 1


class LastMoment(ManualClock):
    """Time is up when the test says so."""

    def timeout(self, within: float | None) -> asyncio.Timeout:  # noqa: ARG002  see above
        self.limit = asyncio.timeout(None)
        return self.limit


@pytest.mark.parametrize("status", ["delivered", "rejected"])
async def test_what_comes_at_the_very_last_moment_has_come(status: str) -> None:
    """Who is told to go on waiting for it sends the message by another channel."""
    clock = LastMoment()
    store = MemoryReceipts(clock=clock)
    waiting = asyncio.create_task(store.wait_for("m-1", "delivered", 60.0))
    await asyncio.sleep(0)
    clock.limit.reschedule(asyncio.get_running_loop().time())
    await store.record(receipt(status))

    if status == "rejected":
        with pytest.raises(DeliveryFailedError):
            await waiting
    else:
        assert await waiting == receipt(status)


async def test_a_new_receipt_keeps_its_message_for_another_day(
    store: MemoryReceipts, clock: ManualClock
) -> None:
    await store.record(receipt("submitted"))
    await clock.advance(80_000)
    await store.record(receipt("delivered"))
    await clock.advance(80_000)
    await store.record(receipt(uuid="m-2", ref="order-8"))

    assert len(await store.history("m-1")) == 2


async def test_the_message_untouched_longest_goes_first(clock: ManualClock) -> None:
    store = MemoryReceipts(clock=clock, keep=2)
    await store.record(receipt("submitted", "m-1"))
    await store.record(receipt("submitted", "m-2"))
    await store.record(receipt("delivered", "m-1"))
    await store.record(receipt("submitted", "m-3"))

    assert len(await store.history("m-1")) == 2
    assert await store.history("m-2") == ()
    assert len(await store.history("m-3")) == 1


async def test_what_is_forgotten_leaves_no_name_behind(clock: ManualClock) -> None:
    """A service that runs for a year must not grow by the names of old messages."""
    store = MemoryReceipts(clock=clock, keep=1)
    for number in range(100):
        await store.record(receipt(uuid=f"m-{number}", ref=f"r-{number}"))
        await store.record(receipt("read", uuid=f"m-{number}", ref=None))

    names = [len(await store.history(f"r-{number}")) for number in range(100)]

    assert sum(names[:-1]) == 0
    assert names[-1] == 2
    assert len(store._named) == 1  # noqa: SLF001  what must not grow


async def test_a_shared_reference_forgets_one_message_at_a_time(
    clock: ManualClock,
) -> None:
    store = MemoryReceipts(clock=clock, keep=2)
    for uuid in ("m-1", "m-2", "m-3"):
        await store.record(receipt(uuid=uuid, ref="campaign"))

    told = await store.history("campaign")

    assert [each.message_uuid for each in told] == ["m-2", "m-3"]


async def test_a_uuid_wins_over_a_reference_of_the_same_name(
    store: MemoryReceipts,
) -> None:
    """Some people give the uuid of a first message as the reference of a second."""
    await store.record(receipt(uuid="m-1", ref="order-7"))
    await store.record(receipt("submitted", uuid="m-2", ref="m-1"))

    told = await store.history("m-1")

    assert [each.message_uuid for each in told] == ["m-1", "m-2"]


class Name(str):
    """A name that counts how often it is compared with another one."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


async def test_recording_searches_no_list_however_many_share_a_reference(
    store: MemoryReceipts,
) -> None:
    for number in range(1000):
        await store.record(receipt(uuid=Name(f"m-{number}"), ref="campaign"))
    Name.compared = 0

    await store.record(receipt("read", uuid=Name("m-999"), ref="campaign"))

    assert Name.compared < 20


async def test_a_double_is_found_without_searching(store: MemoryReceipts) -> None:
    for number in range(1000):
        await store.record(attrs.evolve(receipt(), code=number, to=Name(number)))
    Name.compared = 0

    is_new = await store.record(attrs.evolve(receipt(), code=999, to=Name(999)))

    assert not is_new
    assert Name.compared < 20


async def test_nobody_waiting_leaves_nothing_behind(
    store: MemoryReceipts, clock: ManualClock
) -> None:
    waiting = asyncio.create_task(store.wait_for("m-1", "read", 10))
    await clock.advance(11)
    await asyncio.wait({waiting})

    assert isinstance(waiting.exception(), StillWaitingError)
    assert repr(store) == "<MemoryReceipts messages=0 waiting=0>"
    assert clock.waiting == 0


async def test_no_patience_still_finds_what_is_there(store: MemoryReceipts) -> None:
    await store.record(receipt())

    assert (await store.wait_for("m-1", "delivered", 0)).status == "delivered"


async def test_no_patience_and_nothing_there_is_still_waiting(
    store: MemoryReceipts,
) -> None:
    with pytest.raises(StillWaitingError, match="s, no receipt has come"):
        await store.wait_for("m-1", "delivered", 0)


async def test_a_thousand_waiters_are_woken_by_one_receipt(
    store: MemoryReceipts, clock: ManualClock
) -> None:
    waiting = [
        asyncio.create_task(store.wait_for("m-1", "delivered", 10)) for _ in range(1000)
    ]
    await clock.advance(1)
    await store.record(receipt())

    assert {each.status for each in await asyncio.gather(*waiting)} == {"delivered"}


async def test_a_status_nexmo_invents_later_can_be_waited_for(
    store: MemoryReceipts,
) -> None:
    await store.record(receipt("seen"))

    assert (await store.wait_for("m-1", "seen", 1)).status == "seen"


@pytest.mark.parametrize(
    "order", [*itertools.permutations(["submitted", "delivered", "read"])]
)
async def test_any_order_of_receipts_ends_the_same_waits(
    store: MemoryReceipts, order: tuple[str, ...]
) -> None:
    for status in order:
        await store.record(receipt(status))

    for status in ("submitted", "delivered", "read"):
        found = await store.wait_for("m-1", status, 0)

        assert found.reached(status)


@pytest.mark.parametrize("first", ["rejected", "delivered"])
def test_arriving_wins_over_a_failure_whichever_came_first(first: str) -> None:
    told = [receipt("rejected"), receipt("delivered")]
    if first == "delivered":
        told.reverse()

    found = verdict(told, "delivered")

    assert found is not None
    assert found.status == "delivered"


def test_a_failure_carries_code_and_reason() -> None:
    failure = attrs.evolve(receipt("undeliverable"), code=1330, reason="Unknown")

    with pytest.raises(DeliveryFailedError) as caught:
        verdict([receipt("submitted"), failure], "delivered")

    assert caught.value.args[:4] == ("m-1", "undeliverable", 1330, "Unknown")


def test_a_failure_carries_what_its_code_calls_for() -> None:
    failure = attrs.evolve(receipt("undeliverable"), code=1240)

    with pytest.raises(DeliveryFailedError) as caught:
        verdict([receipt("submitted"), failure], "delivered")

    assert (caught.value.kind, caught.value.fault) == ("suppress", "recipient")
    assert caught.value.advice == "Write no more to this recipient."


@pytest.mark.parametrize(
    ("statuses", "last"),
    [
        ([], None),
        (["submitted"], "submitted"),
        (["delivered", "submitted"], "delivered"),
        (["read", "delivered", "submitted"], "read"),
        (["odd"], "odd"),
        (["odd", "submitted"], "submitted"),
    ],
)
def test_the_furthest_status_is_told_not_the_latest(
    statuses: list[str], last: str | None
) -> None:
    assert furthest([receipt(status) for status in statuses]) == last


@pytest.mark.parametrize("keep", [0, -1])
def test_a_store_that_keeps_nothing_is_refused(keep: int) -> None:
    with pytest.raises(ConfigurationError, match="keep: must be at least 1"):
        MemoryReceipts(keep=keep)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["submitted", "delivered", "read", "rejected"]),
            st.sampled_from(["m-1", "m-2", "m-3", "m-4"]),
            st.sampled_from([None, "a", "b", "m-1"]),
        ),
        max_size=40,
    ),
    st.integers(1, 5),
)
def test_the_store_never_holds_more_than_it_may_nor_names_what_it_forgot(
    told: list[tuple[str, str, str | None]], keep: int
) -> None:
    async def run() -> None:
        store = MemoryReceipts(clock=ManualClock(), keep=keep)
        for status, uuid, ref in told:
            await store.record(receipt(status, uuid, ref))
        known = set(store._told)  # noqa: SLF001  its books
        named = {uuid for name in store._named for uuid in store._uuids(name)}  # noqa: SLF001  its books

        assert len(store) <= keep
        assert named <= known

    asyncio.run(run())
