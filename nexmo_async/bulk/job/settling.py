"""What is done about items of which nobody knows whether they were sent."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.item import reference
from nexmo_async.bulk.job.report import NAMED, UnknownItem
from nexmo_async.bulk.journal.entries import Answer
from nexmo_async.bulk.result import BulkResult
from nexmo_async.bulk.sender import not_handed
from nexmo_async.errors import StillWaitingError, UnknownOutcomeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.bulk.intake import Taken
    from nexmo_async.bulk.job.control import Control
    from nexmo_async.bulk.job.tally import Tally
    from nexmo_async.bulk.journal.entries import Entry, Journal
    from nexmo_async.clock import Clock
    from nexmo_async.receipts.store import ReceiptStore

#: Items that are settled at once.
_AT_ONCE: Final = 500


@attrs.define(kw_only=True)
class Settling:
    """Goes by receipts, which name an item by its reference.

    Attributes:
        job: The name of the job.
        journal: What is known of it, open.
        receipts: Where receipts come in.
        clock: What time is measured by.
        control: What the user says.
        tally: Counts.
        emit: Told of each result.
        grace: Seconds to wait for receipts.
        unknown: Items that no receipt named, the first of them.
        cost: What the job has cost by currency, as far as receipts say.
    """

    job: str
    journal: Journal
    receipts: ReceiptStore
    clock: Clock
    control: Control
    tally: Tally
    emit: Callable[[BulkResult], object]
    grace: float
    unknown: list[UnknownItem] = attrs.field(init=False, factory=list[UnknownItem])
    cost: defaultdict[str, Decimal] = attrs.field(
        init=False, factory=partial(defaultdict[str, Decimal], Decimal)
    )
    _aside: dict[str, Taken] = attrs.field(init=False, factory=dict["str", "Taken"])
    _looks: list[asyncio.Task[str]] = attrs.field(
        init=False, factory=list["asyncio.Task[str]"]
    )
    _resends_at: float = attrs.field(init=False, default=math.inf)

    def __attrs_post_init__(self) -> None:
        """Hear what the user says."""
        self.control.listen(self._hear)

    def set_aside(self, taken: Taken, key: str) -> None:
        """Its result comes at the end, when receipts have had time to come."""
        self.tally.set_aside += 1
        if len(self._aside) < NAMED:
            self._aside[key] = taken

    async def finish(self, *, is_patient: bool) -> None:
        """Settle what was set aside: receipts may have come in the meantime.

        It goes by the journal, so what an earlier run left behind is told as well.

        Args:
            is_patient: Whether to wait for more.
        """
        ends = self.clock.monotonic() + (self.grace if is_patient else 0.0)
        number = -1
        while page := await self.journal.unsettled(number, _AT_ONCE):
            left = 0.0 if self.control.aborted else ends - self.clock.monotonic()
            looks = (self._look(entry, left) for _, entry in page)
            self._looks = [asyncio.ensure_future(look) for look in looks]
            found = await asyncio.gather(*self._looks, return_exceptions=True)
            for (_, entry), uuid in zip(page, found, strict=True):
                self._settled(entry, _told(uuid))
            number = page[-1][0]
        self.tally.set_aside = 0
        await self._add_up()

    async def seek(self, entry: Entry) -> str:
        """The message that a receipt of the item names; empty if none comes.

        It waits as long as the grace, which all items have together from the first on.
        """
        now = self.clock.monotonic()
        self._resends_at = min(self._resends_at, now + self.grace)
        return await self._look(entry, self._resends_at - now)

    def found(self, entry: Entry, uuid: str, taken: Taken | None) -> BulkResult:
        """The result of an item that a receipt has named."""
        intent, at = entry.intent, self.clock.wall()
        self.journal.answer(intent.key, Answer("answered", uuid, at=at))
        return BulkResult(
            index=intent.place,
            key=intent.key,
            message=None if taken is None else taken.message,
            ok=True,
            sent=None,
            error=None,
            line=intent.line,
            message_uuid=uuid,
        )

    def _settled(self, entry: Entry, uuid: str) -> None:
        """The result of an item that was set aside."""
        intent = entry.intent
        taken = self._aside.pop(intent.key, None)
        self.tally.set_aside = max(0, self.tally.set_aside - 1)
        if uuid:
            self.emit(self.found(entry, uuid, taken))
            return
        if len(self.unknown) < NAMED:
            named = (intent.key, intent.client_ref, intent.place, intent.line)
            self.unknown.append(UnknownItem(*named))
        error = UnknownOutcomeError(intent.client_ref, "no receipt has come")
        self.emit(not_handed(intent.place, intent.key, taken, error, intent.line))

    async def _add_up(self) -> None:
        """What the job has cost, as far as receipts say.

        No longer than `grace`; and if none of the first has any, there are none.
        """
        clock, number = self.clock, -1
        ends = clock.monotonic() + self.grace
        while page := await self.journal.answered(number, _AT_ONCE):
            names = (e.answer.message_uuid or e.intent.client_ref for _, e in page)
            found = await asyncio.gather(*map(self.receipts.history, names))
            for history in found:
                used = [receipt.usage for receipt in history if receipt.usage]
                if used:
                    self.cost[used[-1].currency] += used[-1].price
            if not any(found) or clock.monotonic() > ends:
                return
            number = page[-1][0]

    async def _look(self, entry: Entry, within: float) -> str:
        """The message that a receipt of the item names; empty if none has come."""
        ref, receipts = entry.intent.client_ref, self.receipts
        if not ref or ref == first_step(reference(self.job, entry.intent.key)):
            return ""  # a receipt of a first step does not say how the workflow ended
        if within <= 0:
            history = await receipts.history(ref)
            return history[0].message_uuid if history else ""
        try:
            receipt = await receipts.wait_for(ref, lambda _: True, within)
        except StillWaitingError:
            return ""
        return receipt.message_uuid

    def _hear(self) -> None:
        """Wait for no more receipts once the job is aborted."""
        if self.control.aborted:
            for look in self._looks:
                look.cancel()


def _told(found: str | BaseException) -> str:
    """What a look has found: nothing, if it was called off by an abort."""
    if not isinstance(found, str | asyncio.CancelledError):
        raise found
    return found if isinstance(found, str) else ""


def first_step(name: str) -> str:
    """What a receipt names of a workflow that has this name."""
    return f"{name}:1"
