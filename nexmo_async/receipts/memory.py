"""Receipts in the memory of one process."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, assert_never

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ConfigurationError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.receipts.letters import KEEP_LETTERS, KEEP_LETTERS_FOR, Letters
from nexmo_async.receipts.listening import Listening
from nexmo_async.receipts.once import Once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nexmo_async.wire.event import Event

#: Messages that are remembered at most; the longest untouched one goes first.
KEEP: Final = 100_000

#: Seconds that a message is remembered after its last receipt. A day: as long as
#: Nexmo goes on calling a webhook that does not answer.
KEEP_FOR: Final = 86_400.0


class MemoryReceipts(Listening):
    """Keeps receipts in memory, for an application that is one process.

    Args:
        keep: Messages that are remembered at most.
        keep_for: Seconds that each is remembered after its last receipt.
        keep_inbound_for: Seconds that a message from a person waits to be asked for.
        clock: What time is measured by.

    Raises:
        ConfigurationError: It could not keep a single message.
    """

    def __init__(
        self,
        *,
        keep: int = KEEP,
        keep_for: float = KEEP_FOR,
        keep_inbound_for: float = KEEP_LETTERS_FOR,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(clock or SystemClock())
        if keep < 1:
            raise ConfigurationError("keep", "must be at least 1")
        self._keep = keep
        self._keep_for = keep_for
        self._once = Once(keep=keep, keep_for=keep_for, clock=self._clock)
        self._touched: OrderedDict[str, float] = OrderedDict()
        # A hundred thousand small tables would keep the garbage collector busy: one
        # receipt needs none, nor does one message of a reference.
        self._told: dict[str, Receipt | dict[Receipt, None]] = {}
        self._named: dict[str, str | dict[str, None]] = {}
        self._letters = Letters(
            keep=KEEP_LETTERS, keep_for=keep_inbound_for, clock=self._clock
        )

    def __len__(self) -> int:
        """How many messages are remembered."""
        return len(self._told)

    def __repr__(self) -> str:
        """Show how many messages are remembered and how many are waited for."""
        return f"<MemoryReceipts messages={len(self)} waiting={len(self._ears)}>"

    async def record(self, event: Event) -> bool:
        """Keep an event and wake whoever waits for it. False if it is a double."""
        match event:
            case Receipt():
                return self._record_receipt(event)
            case Inbound():
                return self._record_inbound(event)
            case Report():
                return self._record_report(event)
            case _:
                assert_never(event)

    async def history(self, message: str) -> tuple[Receipt, ...]:
        """Every receipt of the message so far, in the order they came."""
        uuids = dict.fromkeys((message, *self._uuids(message)))
        return tuple(receipt for uuid in uuids for receipt in self._receipts(uuid))

    def _record_receipt(self, receipt: Receipt) -> bool:
        now, uuid = self._clock.monotonic(), receipt.message_uuid
        is_new = self._is_new(uuid, receipt)
        self._touched[uuid] = now
        self._touched.move_to_end(uuid)
        if receipt.client_ref:
            self._name(receipt.client_ref, uuid)
        self._forget_old(now)
        if is_new:
            self._tell(receipt)
        return is_new

    def _is_new(self, uuid: str, receipt: Receipt) -> bool:
        told = self._told.get(uuid)
        if told is None:
            self._told[uuid] = receipt
            return True
        several = {told: None} if isinstance(told, Receipt) else told
        before = len(several)
        several[receipt] = None
        if len(several) == before:
            return False
        self._told[uuid] = several
        return True

    def _record_report(self, report: Report) -> bool:
        if not self._once.first((report.workflow_uuid, report.status)):
            return False
        self._ears.report(report)
        return True

    def _record_inbound(self, inbound: Inbound) -> bool:
        if not self._once.first(inbound.message_uuid):
            return False
        self._letters.add(inbound)
        self._inbox.look_again(inbound.sender)
        return True

    async def _claim(self, sender: str) -> Inbound | None:
        return self._letters.take(sender)

    def _forget_old(self, now: float) -> None:
        while self._touched:
            uuid = next(iter(self._touched))
            is_old = now - self._touched[uuid] > self._keep_for
            if not is_old and len(self._touched) <= self._keep:
                return
            for receipt in self._receipts(uuid):
                self._unname(receipt.client_ref or "", uuid)
            del self._touched[uuid], self._told[uuid]

    def _receipts(self, uuid: str) -> Iterable[Receipt]:
        told = self._told.get(uuid, ())
        return (told,) if isinstance(told, Receipt) else told

    def _uuids(self, name: str) -> Iterable[str]:
        named = self._named.get(name, ())
        return (named,) if isinstance(named, str) else named

    def _name(self, name: str, uuid: str) -> None:
        named = self._named.setdefault(name, uuid)
        if isinstance(named, dict):
            named[uuid] = None
        elif named != uuid:
            self._named[name] = {named: None, uuid: None}

    def _unname(self, name: str, uuid: str) -> None:
        named = self._named.get(name)
        if isinstance(named, dict):
            named.pop(uuid, None)
        if not named or named == uuid:
            self._named.pop(name, None)
