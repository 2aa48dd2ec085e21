"""What every store of receipts must do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.clock import Clock, ManualClock
from nexmo_async.errors import DeliveryFailedError, StillWaitingError
from nexmo_async.receipts.store import ReceiptStore
from nexmo_async.testing.demand import (
    WITHIN,
    demand,
    demand_end,
    demand_error,
    named,
)
from nexmo_async.testing.samples import DELIVERED, READ, REJECTED, SUBMITTED
from nexmo_async.testing.told import DEMANDS as OF_THOSE_WHO_LISTEN

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Makes the store under test: an empty one, on this clock.
MakeStore = Callable[[Clock], Awaitable[ReceiptStore]]

_Demand = Callable[[ReceiptStore, ManualClock], Awaitable[None]]

#: How many messages are told of at once.
_AT_ONCE: Final = 100


async def check_receipt_store(
    make_store: MakeStore,
    *,
    keep: int | None = None,
    messages: int = 1000,
    within: float = WITHIN,
) -> None:
    """Try all that a store of receipts must do.

    Args:
        make_store: Makes a new, empty store on a clock.
        keep: How many messages such a store remembers; None: it is not counted.
        messages: How many distinct messages it is told of; no more than it keeps.
        within: Seconds of real time that each demand may take.

    Raises:
        AssertionError: It does not do it; the message says what.
    """
    for check in (*_DEMANDS, *OF_THOSE_WHO_LISTEN):
        clock = ManualClock()
        async with demand_end(within, f"{named(check)}: it hangs"):
            await check(await make_store(clock), clock)
    if keep is None:
        await _tells_many_apart(await make_store(ManualClock()), messages)
    else:
        await _forgets_the_oldest(await make_store(ManualClock()), keep)


async def _an_early_one_counts(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(DELIVERED)
    found = await store.wait_for("m-1", "delivered", 1.0)
    demand(found == DELIVERED, "a receipt from before the wait ends it")


async def _a_late_one_wakes(store: ReceiptStore, clock: ManualClock) -> None:
    waiting = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    await clock.advance(5.0)
    await store.record(SUBMITTED)
    await clock.advance(1.0)
    demand(not waiting.done(), "a receipt that is not far enough ends nothing")
    await store.record(DELIVERED)
    demand(await waiting == DELIVERED, "a receipt wakes whoever waits for it")


async def _a_double_is_absorbed(store: ReceiptStore, _: ManualClock) -> None:
    demand(await store.record(SUBMITTED), "a new receipt is new")
    demand(await store.record(DELIVERED), "another status is new")
    demand(not await store.record(SUBMITTED), "a double is none")
    told = tuple(await store.history("m-1"))
    demand(told == (SUBMITTED, DELIVERED), "history has no doubles and keeps order")


async def _order_does_not_matter(store: ReceiptStore, _: ManualClock) -> None:
    for receipt in (READ, SUBMITTED, DELIVERED):
        await store.record(receipt)
    found = await store.wait_for("m-1", "delivered", 1.0)
    demand(found.reached("delivered"), "read includes delivered, whichever came first")
    demand(
        await store.wait_for("m-1", "read", 1.0) == READ, "status only moves forward"
    )


async def _both_names_find_it(store: ReceiptStore, clock: ManualClock) -> None:
    by_uuid = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    by_ref = asyncio.create_task(store.wait_for("order-7", "delivered", 10.0))
    await clock.advance(1.0)
    await store.record(DELIVERED)
    demand(await by_uuid == DELIVERED, "the uuid finds it")
    demand(await by_ref == DELIVERED, "the client_ref finds it, and two may wait")
    for name in ("m-1", "order-7"):
        demand(tuple(await store.history(name)) == (DELIVERED,), "history has 2 names")
    demand(tuple(await store.history("m-2")) == (), "an unknown name has no history")


async def _messages_share_a_reference(store: ReceiptStore, _: ManualClock) -> None:
    other = attrs.evolve(DELIVERED, message_uuid="m-2")
    await store.record(SUBMITTED)
    await store.record(other)
    told = tuple(await store.history("order-7"))
    demand(told == (SUBMITTED, other), "one client_ref may name several messages")
    demand(tuple(await store.history("m-2")) == (other,), "a uuid names only one")


async def _leaving_hurts_nobody(store: ReceiptStore, clock: ManualClock) -> None:
    leaving = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    staying = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    await clock.advance(1.0)
    leaving.cancel()
    await asyncio.wait({leaving})
    await store.record(DELIVERED)
    demand(leaving.cancelled(), "cancellation passes through")
    demand(await staying == DELIVERED, "one waiter leaves, the other is woken")


async def _a_failure_raises(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(REJECTED)
    with demand_error(DeliveryFailedError, "a failure ends the wait") as caught:
        await store.wait_for("m-1", "delivered", 1.0)
    facts = (caught.error.message_uuid, caught.error.status, caught.error.code)
    demand(facts == ("m-1", "rejected", 1300), "a failure says what, how and why")
    found = await store.wait_for("m-1", "rejected", 1.0)
    demand(found == REJECTED, "a failure that was waited for is no failure")


async def _time_runs_out(store: ReceiptStore, clock: ManualClock) -> None:
    for receipts, last in (((), None), ((DELIVERED, SUBMITTED), "delivered")):
        for receipt in receipts:
            await store.record(receipt)
        waiting = asyncio.create_task(store.wait_for("m-1", "read", 10.0))
        await clock.advance(9.9)
        demand(not waiting.done(), "it is patient until time is up")
        await clock.advance(0.2)
        with demand_error(StillWaitingError, "time runs out") as caught:
            await waiting
        demand(caught.error.last == last, f"it came as far as {last}")


async def _any_of_several_ends_the_wait(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(REJECTED)
    found = await store.wait_for("m-1", {"delivered", "rejected"}, 1.0)
    demand(found == REJECTED, "any of several statuses ends the wait")
    found = await store.wait_for("m-1", lambda receipt: receipt.code is not None, 1.0)
    demand(found == REJECTED, "a function of a receipt ends the wait")


async def _a_shuffled_crowd_arrives(store: ReceiptStore, clock: ManualClock) -> None:
    uuids = [f"m-{number}" for number in range(3)]
    told = [
        attrs.evolve(receipt, message_uuid=uuid, client_ref=None)
        for receipt in (SUBMITTED, SUBMITTED, DELIVERED, DELIVERED, READ, READ)
        for uuid in uuids
    ]
    Random(7).shuffle(told)  # noqa: S311  the same shuffle each time
    waiting = [
        asyncio.create_task(store.wait_for(uuid, "read", 10.0))
        for uuid in uuids
        for _ in range(2)
    ]
    await clock.advance(1.0)
    for receipt in told:
        await store.record(receipt)
    for wait in waiting:
        demand((await wait).status == "read", "in any order, each wait ends")
    for uuid in uuids:
        demand(len(await store.history(uuid)) == 3, "in any order, no doubles")  # noqa: PLR2004  its three statuses


async def _a_clock_that_jumps_changes_nothing(
    store: ReceiptStore, clock: ManualClock
) -> None:
    await store.record(SUBMITTED)
    waiting = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    for seconds in (1e8, -2e8):
        clock.jump(seconds)
        await clock.advance(1.0)
        demand(not waiting.done(), "patience is measured, not read off the wall")
    await store.record(DELIVERED)
    demand(await waiting == DELIVERED, "a clock that jumps loses no receipt")
    demand(len(await store.history("m-1")) == 2, "a clock that jumps forgets nothing")  # noqa: PLR2004  both


async def _tells_many_apart(store: ReceiptStore, messages: int) -> None:
    for start in range(0, messages, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, messages))
        told = [
            attrs.evolve(
                DELIVERED, message_uuid=f"m-{number}", client_ref=f"r-{number}"
            )
            for number in numbers
        ]
        are_new = await asyncio.gather(*map(store.record, told))
        demand(all(are_new), f"{messages} messages are told apart")
    for number in range(0, messages, max(1, messages // _AT_ONCE)):
        [found] = await store.history(f"r-{number}")
        demand(found.message_uuid == f"m-{number}", "each reference finds its message")


async def _forgets_the_oldest(store: ReceiptStore, keep: int) -> None:
    for number in range(keep + 1):
        await store.record(
            attrs.evolve(
                SUBMITTED, message_uuid=f"m-{number}", client_ref=f"r-{number}"
            )
        )
    for name, is_known in (("m-0", 0), ("r-0", 0), ("m-1", 1), (f"r-{keep}", 1)):
        found = len(await store.history(name))
        demand(
            found == is_known, f"only the oldest of {keep + 1} messages is forgotten"
        )


_DEMANDS: Final[Sequence[_Demand]] = (
    _an_early_one_counts,
    _a_late_one_wakes,
    _a_double_is_absorbed,
    _order_does_not_matter,
    _both_names_find_it,
    _messages_share_a_reference,
    _leaving_hurts_nobody,
    _a_failure_raises,
    _time_runs_out,
    _any_of_several_ends_the_wait,
    _a_shuffled_crowd_arrives,
    _a_clock_that_jumps_changes_nothing,
)
