"""A message that Nexmo has accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from nexmo_async.messages.explain import Explanation, explanation
from nexmo_async.models.condition import told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nexmo_async.models.message import Message
    from nexmo_async.models.receipt import Receipt, Status
    from nexmo_async.observe.trail import Trail
    from nexmo_async.receipts.store import ReceiptStore, Subscription


@attrs.frozen(kw_only=True)
class Sent:
    """A message that Nexmo has accepted. Accepted is not arrived: see `until`.

    Attributes:
        message_uuid: Nexmo's id of it.
        client_ref: Your reference, in every receipt; empty on beta, which has none.
        message: What was sent.
    """

    message_uuid: str
    client_ref: str
    message: Message
    _receipts: ReceiptStore = attrs.field(alias="receipts", repr=False, eq=False)
    _trail: Trail | None = attrs.field(
        default=None, alias="trail", repr=False, eq=False
    )

    async def until(
        self,
        status: Status | Collection[Status] | Callable[[Receipt], bool],
        *,
        within: float | timedelta = 60.0,
    ) -> Receipt:
        """Wait until the message has come that far; "read" includes "delivered".

        The receipts must be fed by a `WebhookApp` with the same store. One that came
        before you asked counts.

        Args:
            status: "submitted", "delivered", "read", "rejected" or "undeliverable";
                several, of which one is enough; or a function of a receipt.
            within: Seconds, or a `timedelta`.

        Raises:
            DeliveryFailedError: It was rejected or is undeliverable.
            StillWaitingError: The time is over; it tells the last status, and the
                message may still arrive.
            ValueError: No receipt ever says that.
        """
        told(status)
        seconds = within.total_seconds() if isinstance(within, timedelta) else within
        return await self._receipts.wait_for(self.message_uuid, status, seconds)

    def events(self) -> Subscription:
        """Each step of the message as it comes: `async for receipt in sent.events()`.

        Status only moves forward. It ends after a failure, "read", or "delivered" where
        nothing tells that a message was read.
        """
        return self._receipts.subscribe(self.message_uuid)

    async def history(self) -> Sequence[Receipt]:
        """Every receipt so far, in the order they came."""
        return await self._receipts.history(self.message_uuid)

    async def explain(self) -> Explanation:
        """Where the time of this message went: `print(await sent.explain())`.

        What happened before it was accepted is known if the client has observers, any
        will do: `Nexmo(..., observers=[log])`. The receipts are those so far.
        """
        return explanation(self.message, self._trail, await self.history())
