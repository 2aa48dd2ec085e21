"""A store of receipts that tells of each one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.models.receipt import Receipt
from nexmo_async.observe.events import Received, Subject, teller
from nexmo_async.receipts.around import ReceiptsAround

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.observe.events import Observer
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.wire.event import Event


class ObservedReceipts(ReceiptsAround):
    """A store that tells observers of each receipt that is recorded through it, once.

    A client with observers makes one around its store by itself: `nexmo.receipts`. A
    process that only takes webhooks makes its own, of the store it writes to.

    Args:
        store: Where receipts are kept.
        observers: Whom to tell.
    """

    def __init__(self, store: ReceiptStore, observers: Sequence[Observer]) -> None:
        super().__init__(store)
        self._tell = teller(observers)

    async def record(self, event: Event) -> bool:
        """Keep an event, and tell of a receipt that is no double."""
        is_new = await super().record(event)
        if is_new and isinstance(event, Receipt) and self._tell is not None:
            self._tell(_received(event))
        return is_new


def _received(receipt: Receipt) -> Received:
    subject = Subject(
        "",
        "",
        receipt.client_ref or "",
        receipt.sender,
        receipt.to,
        receipt.channel,
    )
    return Received(
        subject, receipt.message_uuid, receipt.status, receipt.code, receipt.at
    )
