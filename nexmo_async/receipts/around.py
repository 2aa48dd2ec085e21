"""A store around another store: whoever has a hand in recording starts from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.receipts.store import (
        Heard,
        ReceiptStore,
        Subscription,
        Until,
        Watching,
    )
    from nexmo_async.wire.event import Event


class ReceiptsAround:
    """Does all that the store inside does.

    Args:
        store: Where receipts are kept.

    Attributes:
        store: The same.
    """

    def __init__(self, store: ReceiptStore) -> None:
        self.store: ReceiptStore = store

    def __repr__(self) -> str:
        """Show what is inside."""
        return f"<{type(self).__name__} {self.store!r}>"

    async def record(self, event: Event) -> bool:
        """Keep an event. False if it is a double."""
        return await self.store.record(event)

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
