"""What every store of receipts must do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.clock import Clock, ManualClock
from nexmo_async.errors import DeliveryFailedError, StillWaitingError
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts.store import ReceiptStore
from nexmo_async.testing.demand import (
    WITHIN,
    demand,
    demand_end,
    demand_error,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Makes the store under test: an empty one, on this clock.
MakeStore = Callable[[Clock], Awaitable[ReceiptStore]]

_Demand = Callable[[ReceiptStore, ManualClock], Awaitable[None]]

_SUBMITTED: Final = Receipt(
    message_uuid="m-1",
    status="submitted",
    at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    channel="whatsapp",
    to="447700900000",
    sender="447700900001",
    client_ref="order-7",
)
_DELIVERED: Final = attrs.evolve(_SUBMITTED, status="delivered")
_READ: Final = attrs.evolve(_SUBMITTED, status="read")
_REJECTED: Final = attrs.evolve(
    _SUBMITTED, status="rejected", code=1300, reason="Not part of the network"
)


async def check_receipt_store(
    make_store: MakeStore, *, keep: int | None = None, within: float = WITHIN
) -> None:
    """Try all that a store of receipts must do.

    Args:
        make_store: Makes a new, empty store on a clock.
        keep: How many messages such a store remembers; None: it is not counted.
        within: Seconds of real time that each demand may take.

    Raises:
        AssertionError: It does not do it; the message says what.
    """
    for check in _DEMANDS:
        clock = ManualClock()
        async with demand_end(within, f"{named(check)}: it hangs"):
            await check(await make_store(clock), clock)
    if keep is not None:
        await _forgets_the_oldest(await make_store(ManualClock()), keep)


async def _an_early_one_counts(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(_DELIVERED)
    found = await store.wait_for("m-1", "delivered", 1.0)
    demand(found == _DELIVERED, "a receipt from before the wait ends it")


async def _a_late_one_wakes(store: ReceiptStore, clock: ManualClock) -> None:
    waiting = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    await clock.advance(5.0)
    await store.record(_SUBMITTED)
    await clock.advance(1.0)
    demand(not waiting.done(), "a receipt that is not far enough ends nothing")
    await store.record(_DELIVERED)
    demand(await waiting == _DELIVERED, "a receipt wakes whoever waits for it")


async def _a_double_is_absorbed(store: ReceiptStore, _: ManualClock) -> None:
    demand(await store.record(_SUBMITTED), "a new receipt is new")
    demand(await store.record(_DELIVERED), "another status is new")
    demand(not await store.record(_SUBMITTED), "a double is none")
    told = tuple(await store.history("m-1"))
    demand(told == (_SUBMITTED, _DELIVERED), "history has no doubles and keeps order")


async def _order_does_not_matter(store: ReceiptStore, _: ManualClock) -> None:
    for receipt in (_READ, _SUBMITTED, _DELIVERED):
        await store.record(receipt)
    found = await store.wait_for("m-1", "delivered", 1.0)
    demand(found.reached("delivered"), "read includes delivered, whichever came first")
    demand(
        await store.wait_for("m-1", "read", 1.0) == _READ, "status only moves forward"
    )


async def _both_names_find_it(store: ReceiptStore, clock: ManualClock) -> None:
    by_uuid = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    by_ref = asyncio.create_task(store.wait_for("order-7", "delivered", 10.0))
    await clock.advance(1.0)
    await store.record(_DELIVERED)
    demand(await by_uuid == _DELIVERED, "the uuid finds it")
    demand(await by_ref == _DELIVERED, "the client_ref finds it, and two may wait")
    for name in ("m-1", "order-7"):
        demand(tuple(await store.history(name)) == (_DELIVERED,), "history has 2 names")
    demand(tuple(await store.history("m-2")) == (), "an unknown name has no history")


async def _messages_share_a_reference(store: ReceiptStore, _: ManualClock) -> None:
    other = attrs.evolve(_DELIVERED, message_uuid="m-2")
    await store.record(_SUBMITTED)
    await store.record(other)
    told = tuple(await store.history("order-7"))
    demand(told == (_SUBMITTED, other), "one client_ref may name several messages")
    demand(tuple(await store.history("m-2")) == (other,), "a uuid names only one")


async def _leaving_hurts_nobody(store: ReceiptStore, clock: ManualClock) -> None:
    leaving = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    staying = asyncio.create_task(store.wait_for("m-1", "delivered", 10.0))
    await clock.advance(1.0)
    leaving.cancel()
    await asyncio.wait({leaving})
    await store.record(_DELIVERED)
    demand(leaving.cancelled(), "cancellation passes through")
    demand(await staying == _DELIVERED, "one waiter leaves, the other is woken")


async def _a_failure_raises(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(_REJECTED)
    with demand_error(DeliveryFailedError, "a failure ends the wait") as caught:
        await store.wait_for("m-1", "delivered", 1.0)
    facts = (caught.error.message_uuid, caught.error.status, caught.error.code)
    demand(facts == ("m-1", "rejected", 1300), "a failure says what, how and why")
    found = await store.wait_for("m-1", "rejected", 1.0)
    demand(found == _REJECTED, "a failure that was waited for is no failure")


async def _time_runs_out(store: ReceiptStore, clock: ManualClock) -> None:
    for receipts, last in (((), None), ((_DELIVERED, _SUBMITTED), "delivered")):
        for receipt in receipts:
            await store.record(receipt)
        waiting = asyncio.create_task(store.wait_for("m-1", "read", 10.0))
        await clock.advance(9.9)
        demand(not waiting.done(), "it is patient until time is up")
        await clock.advance(0.2)
        with demand_error(StillWaitingError, "time runs out") as caught:
            await waiting
        demand(caught.error.last == last, f"it came as far as {last}")


async def _forgets_the_oldest(store: ReceiptStore, keep: int) -> None:
    for number in range(keep + 1):
        await store.record(
            attrs.evolve(
                _SUBMITTED, message_uuid=f"m-{number}", client_ref=f"r-{number}"
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
)
