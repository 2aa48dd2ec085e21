"""What every store of receipts can do, and the rules for whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol

from nexmo_async.errors import DeliveryFailedError
from nexmo_async.models import codes
from nexmo_async.models.receipt import PROGRESS, Receipt, Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.wire.event import Event

#: How far a message must come: a status, any of several, or what a function says.
Until = str | Collection[str] | Callable[[Receipt], bool]


#: Is called with what was told; with None if it must look for itself.
Heard = Callable[["Receipt | Report | None"], None]


class Watching(Protocol):
    """The wish to be called."""

    def close(self) -> None:
        """Be called no longer."""
        ...


class Subscription(Protocol):
    """The receipts of one message as they come; also a context that ends early."""

    def __aiter__(self) -> AsyncIterator[Receipt]:
        """Itself."""
        ...

    async def __anext__(self) -> Receipt:
        """The next step forward; the last one is final."""
        ...

    async def __aenter__(self) -> Self:
        """Listen from now on."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no longer."""
        ...


class ReceiptStore(Protocol):
    """Keeps what Nexmo tells and wakes whoever waits for it.

    A message is found by its uuid or by its client_ref.
    """

    async def record(self, event: Event) -> bool:
        """Keep an event, even of a message not known yet. False if it is a double."""
        ...

    async def wait_for(self, message: str, until: Until, within: float) -> Receipt:
        """The receipt that says the message has come that far.

        Args:
            message: Its uuid or client_ref.
            until: The status it must reach, where one further on counts as well; or
                several, of which one is enough; or a function of a receipt.
            within: Seconds.

        Raises:
            DeliveryFailedError: It was rejected or is undeliverable.
            StillWaitingError: The time is over; it tells the last status.
        """
        ...

    async def history(self, message: str) -> Sequence[Receipt]:
        """Every receipt of the message so far, in the order they came."""
        ...

    def subscribe(self, message: str) -> Subscription:
        """Each step of the message as it comes, those that were already included.

        Status only moves forward: doubles, and what comes late, are left out. It ends
        after a final one: a failure, "read", or "delivered" where nothing tells that a
        message was read.

        Args:
            message: Its uuid; or a client_ref, then it ends with its last message.
        """
        ...

    def watch(self, name: str, heard: Heard) -> Watching:
        """Call for each receipt from now on, in whatever order; it holds no task.

        A double is told to nobody.

        Args:
            name: A message's uuid or client_ref; or the uuid of a workflow, then the
                final report is told as well.
            heard: Called at once, in the middle of `record`: it must neither raise nor
                take its time.
        """
        ...

    async def reply(self, sender: str, within: float) -> Inbound:
        """The oldest message of this person that nobody was given yet.

        Args:
            sender: The person's number or id, as webhooks write it.
            within: Seconds.

        Raises:
            NoReplyError: The time is over.
        """
        ...


def reached(receipt: Receipt, until: Until) -> bool:
    """Whether the receipt says that the message has come that far."""
    if isinstance(until, str):
        return receipt.reached(until)
    if callable(until):
        return until(receipt)
    return any(receipt.reached(status) for status in until)


def verdict(history: Iterable[Receipt], until: Until) -> Receipt | None:
    """The receipt that ends the wait, or None if there is none yet.

    One that has come far enough wins over a failure, whichever came first: receipts
    are not sent in order.

    Raises:
        DeliveryFailedError: There is only a failure.
    """
    failure = None
    for receipt in history:
        if reached(receipt, until):
            return receipt
        if receipt.failed:
            failure = failure or receipt
    if failure is None:
        return None
    why = codes.failure(failure.code)
    raise DeliveryFailedError(
        failure.message_uuid,
        failure.status,
        failure.code,
        failure.reason,
        why.kind,
        why.fault,
        why.advice,
    )


def furthest(history: Iterable[Receipt]) -> str | None:
    """The status that came furthest, or the last one that is not on the way."""
    best = None
    for receipt in history:
        if best is None or PROGRESS.get(receipt.status, 0) >= PROGRESS.get(best, 0):
            best = receipt.status
    return best
