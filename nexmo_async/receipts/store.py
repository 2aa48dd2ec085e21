"""What every store of receipts can do, and the one rule for whoever waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nexmo_async.errors import DeliveryFailedError
from nexmo_async.models.receipt import PROGRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nexmo_async.models.receipt import Receipt


class ReceiptStore(Protocol):
    """Keeps receipts and wakes whoever waits for one.

    A message is found by its uuid or by its client_ref.
    """

    async def record(self, receipt: Receipt) -> bool:
        """Keep a receipt, even of a message not known yet. False if it is a double."""
        ...

    async def wait_for(self, message: str, until: str, within: float) -> Receipt:
        """The receipt that says the message has come that far.

        Args:
            message: Its uuid or client_ref.
            until: The status it must reach; one further on counts as well.
            within: Seconds.

        Raises:
            DeliveryFailedError: It was rejected or is undeliverable.
            StillWaitingError: The time is over.
        """
        ...

    async def history(self, message: str) -> Sequence[Receipt]:
        """Every receipt of the message so far, in the order they came."""
        ...


def verdict(history: Iterable[Receipt], until: str) -> Receipt | None:
    """The receipt that ends the wait, or None if there is none yet.

    One that has come far enough wins over a failure, whichever came first: receipts
    are not sent in order.

    Raises:
        DeliveryFailedError: There is only a failure.
    """
    failure = None
    for receipt in history:
        if receipt.reached(until):
            return receipt
        if receipt.failed:
            failure = failure or receipt
    if failure is None:
        return None
    raise DeliveryFailedError(
        failure.message_uuid, failure.status, failure.code, failure.reason
    )


def furthest(history: Iterable[Receipt]) -> str | None:
    """The status that came furthest, or the last one that is not on the way."""
    best = None
    for receipt in history:
        if best is None or PROGRESS.get(receipt.status, 0) >= PROGRESS.get(best, 0):
            best = receipt.status
    return best
