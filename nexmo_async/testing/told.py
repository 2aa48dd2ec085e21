"""What every store must do for those who listen, and for those who await a reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import NoReplyError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Position, Report
from nexmo_async.receipts.store import ReceiptStore
from nexmo_async.testing.demand import demand, demand_error
from nexmo_async.testing.samples import DELIVERED, READ, REJECTED, SUBMITTED
from nexmo_async.webhooks.parse import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.receipt import Receipt

Demand = Callable[[ReceiptStore, "ManualClock"], Awaitable[None]]

_REPORT: Final = Report(workflow_uuid="w-1", status="completed", at=None)
_PLACE: Final = Position("w-1")


def _letter(number: int, sender: str = "447700900000") -> Inbound:
    body = {
        "message_uuid": f"i-{number}",
        "to": "447700900001",
        "from": sender,
        "timestamp": "2026-01-01T12:00:00Z",
        "channel": "sms",
        "message_type": "text",
        "text": f"letter {number}",
    }
    event = parse(json.dumps(body).encode())
    if not isinstance(event, Inbound):
        raise TypeError("the sample is no message from a person")
    return event


async def _steps(store: ReceiptStore, message: str) -> list[Receipt]:
    return [receipt async for receipt in store.subscribe(message)]


async def _who_listens_late_hears_all_in_order(
    store: ReceiptStore, _: ManualClock
) -> None:
    for receipt in (READ, SUBMITTED, READ, DELIVERED):
        await store.record(receipt)
    for name in ("m-1", "order-7"):
        told = await _steps(store, name)
        demand(told == [SUBMITTED, DELIVERED, READ], "steps come in order, each once")


async def _who_listens_early_hears_each_step_once(
    store: ReceiptStore, clock: ManualClock
) -> None:
    listening = asyncio.create_task(_steps(store, "m-1"))
    await clock.advance(1.0)
    for receipt in (SUBMITTED, SUBMITTED, DELIVERED, SUBMITTED, READ):
        await store.record(receipt)
        await clock.advance(1.0)
    told = await listening
    demand(told == [SUBMITTED, DELIVERED, READ], "steps come once, and it ends")


async def _status_only_moves_forward(store: ReceiptStore, _: ManualClock) -> None:
    async with store.subscribe("m-1") as steps:
        await store.record(DELIVERED)
        demand(await anext(steps) == DELIVERED, "a step comes when it is recorded")
        await store.record(SUBMITTED)
        await store.record(READ)
        demand(await anext(steps) == READ, "status never moves back")
        with demand_error(StopAsyncIteration, "it ends after the last step"):
            await anext(steps)


async def _a_failure_is_the_last_step(store: ReceiptStore, _: ManualClock) -> None:
    await store.record(REJECTED)
    await store.record(SUBMITTED)
    told = await _steps(store, "m-1")
    demand(told == [SUBMITTED, REJECTED], "a failure is the last step")


async def _on_sms_delivered_is_the_last_step(
    store: ReceiptStore, _: ManualClock
) -> None:
    delivered = attrs.evolve(DELIVERED, channel="sms")
    await store.record(delivered)
    told = await _steps(store, "m-1")
    demand(told == [delivered], "nothing tells that a text message was read")


async def _who_stops_listening_hurts_nobody(
    store: ReceiptStore, clock: ManualClock
) -> None:
    staying = asyncio.create_task(_steps(store, "m-1"))
    leaving = asyncio.create_task(_steps(store, "m-1"))
    await clock.advance(1.0)
    leaving.cancel()
    await asyncio.wait({leaving})
    for receipt in (SUBMITTED, READ):
        await store.record(receipt)
    demand(leaving.cancelled(), "cancellation passes through a subscription")
    demand(await staying == [SUBMITTED, READ], "one leaves, the other hears on")


async def _an_early_letter_counts(store: ReceiptStore, _: ManualClock) -> None:
    for number in (1, 2):
        demand(await store.record(_letter(number)), "a new letter is new")
    demand(not await store.record(_letter(1)), "a double letter is none")
    for number in (1, 2):
        letter = await store.reply("447700900000", 1.0)
        demand(letter == _letter(number), "letters are given in order, each once")


async def _a_late_letter_wakes(store: ReceiptStore, clock: ManualClock) -> None:
    asking = asyncio.create_task(store.reply("447700900000", 10.0))
    await clock.advance(1.0)
    await store.record(_letter(1, "447700900009"))
    await clock.advance(1.0)
    demand(not asking.done(), "another person's letter is no reply")
    await store.record(_letter(2))
    demand(await asking == _letter(2), "a letter wakes who waits for it")


async def _two_who_ask_get_two_letters(store: ReceiptStore, clock: ManualClock) -> None:
    asking = [asyncio.create_task(store.reply("447700900000", 10.0)) for _ in range(2)]
    await clock.advance(1.0)
    for number in (1, 2):
        await store.record(_letter(number))
    given = sorted([(await one).message_uuid for one in asking])
    demand(given == ["i-1", "i-2"], "each letter is given to one who asks")


async def _who_stops_asking_takes_nothing_along(
    store: ReceiptStore, clock: ManualClock
) -> None:
    asking = asyncio.create_task(store.reply("447700900000", 10.0))
    await clock.advance(1.0)
    asking.cancel()
    await asyncio.wait({asking})
    await store.record(_letter(1))
    demand(asking.cancelled(), "cancellation passes through")
    letter = await store.reply("447700900000", 1.0)
    demand(letter == _letter(1), "the letter is kept for the next who asks")


async def _nobody_writes(store: ReceiptStore, clock: ManualClock) -> None:
    asking = asyncio.create_task(store.reply("447700900000", 10.0))
    await clock.advance(10.1)
    with demand_error(NoReplyError, "nobody writes") as caught:
        await asking
    demand(caught.error.within == 10.0, "it says how long was waited")  # noqa: PLR2004  written out


async def _a_report_is_told_once(store: ReceiptStore, _: ManualClock) -> None:
    demand(await store.record(_REPORT), "a new report is new")
    demand(not await store.record(_REPORT), "a double report is none")


class _Heard:
    """Is called, and can be waited for: another process may be on the way."""

    def __init__(self) -> None:
        self.told: list[Receipt | Report] = []
        self._news = asyncio.Event()

    def __call__(self, told: Receipt | Report | None) -> None:
        if told is not None:  # else: look for yourself
            self.told.append(told)
            self._news.set()

    async def hears(self, last: Receipt | Report) -> None:
        while last not in self.told:
            self._news.clear()
            await self._news.wait()


async def _who_watches_is_told(store: ReceiptStore, _: ManualClock) -> None:
    step = attrs.evolve(DELIVERED, workflow=_PLACE)
    heard = {name: _Heard() for name in ("m-1", "order-7", "w-1")}
    other = _Heard()
    for name, one in (*heard.items(), ("m-2", other)):
        store.watch(name, one)
    for receipt in (step, step, READ):
        await store.record(receipt)
    await store.record(attrs.evolve(READ, message_uuid="m-2", client_ref=None))
    await other.hears(attrs.evolve(READ, message_uuid="m-2", client_ref=None))
    demand(heard["m-1"].told == [step, READ], "a message is watched by its uuid")
    demand(heard["order-7"].told == [step, READ], "and by its client_ref")
    demand(heard["w-1"].told == [step], "and by its workflow; a double is no news")
    demand(len(other.told) == 1, "who watches is told nothing of other messages")


async def _who_watches_a_workflow_is_told_its_report(
    store: ReceiptStore, _: ManualClock
) -> None:
    heard, last = _Heard(), attrs.evolve(DELIVERED, workflow=_PLACE)
    store.watch("w-1", heard)
    for event in (_REPORT, _REPORT, last):
        await store.record(event)
    await heard.hears(last)
    demand(heard.told == [_REPORT, last], "a workflow's report is told, and once")


async def _who_watches_no_longer_is_told_nothing(
    store: ReceiptStore, _: ManualClock
) -> None:
    gone, staying = _Heard(), _Heard()
    watching = store.watch("m-1", gone)
    store.watch("m-1", staying)
    await store.record(SUBMITTED)
    await staying.hears(SUBMITTED)
    watching.close()
    await store.record(READ)
    await staying.hears(READ)
    demand(gone.told == [SUBMITTED], "who watches no longer is told nothing")
    demand(staying.told == [SUBMITTED, READ], "one leaves, the other is told on")


DEMANDS: Final[Sequence[Demand]] = (
    _who_listens_late_hears_all_in_order,
    _who_listens_early_hears_each_step_once,
    _status_only_moves_forward,
    _a_failure_is_the_last_step,
    _on_sms_delivered_is_the_last_step,
    _who_stops_listening_hurts_nobody,
    _an_early_letter_counts,
    _a_late_letter_wakes,
    _two_who_ask_get_two_letters,
    _who_stops_asking_takes_nothing_along,
    _nobody_writes,
    _a_report_is_told_once,
    _who_watches_is_told,
    _who_watches_a_workflow_is_told_its_report,
    _who_watches_no_longer_is_told_nothing,
)
