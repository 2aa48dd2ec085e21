"""A store of receipts that tells of each one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.models.receipt import Receipt
from nexmo_async.observe.events import Received, Subject, teller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.observe.events import Observer
    from nexmo_async.receipts.store import (
        Heard,
        ReceiptStore,
        Subscription,
        Until,
        Watching,
    )
    from nexmo_async.wire.event import Event


class ObservedReceipts:
    """A store that tells observers of each receipt that is recorded through it, once.

    A client with observers makes one around its store by itself: `nexmo.receipts`. A
    process that only takes webhooks makes its own, of the store it writes to.

    Args:
        store: Where receipts are kept.
        observers: Whom to tell.

    Attributes:
        store: The same.
    """

    def __init__(self, store: ReceiptStore, observers: Sequence[Observer]) -> None:
        self.store: ReceiptStore = store
        self._tell = teller(observers)

    def __repr__(self) -> str:
        """Show what is inside."""
        return f"<ObservedReceipts {self.store!r}>"

    async def record(self, event: Event) -> bool:
        """Keep an event, and tell of a receipt that is no double."""
        is_new = await self.store.record(event)
        if is_new and isinstance(event, Receipt) and self._tell is not None:
            self._tell(_received(event))
        return is_new

    async def wait_for(self, message: str, until: Until, within: float) -> Receipt:
        """The receipt that says the message has come that far."""
        return await self.store.wait_for(message, until, within)

    async def history(self, message: str) -> Sequence[Receipt]:
        """Every receipt of the message so far, in the order they came."""
        return await self.store.history(message)

    def subscribe(self, message: str) -> Subscription:
        """Each step of the message as it comes, those that were already included."""
        return self.store.subscribe(message)

    def watch(self, name: str, heard: Heard) -> Watching:
        """Call for each receipt of a message or workflow, from now on."""
        return self.store.watch(name, heard)

    async def reply(self, sender: str, within: float) -> Inbound:
        """The oldest message of this person that nobody was given yet."""
        return await self.store.reply(sender, within)


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
