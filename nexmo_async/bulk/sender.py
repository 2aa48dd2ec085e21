"""Hands one item to the client, and makes a result of whatever comes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol, cast

import attrs

from nexmo_async.bulk.errors import RowError, WorkflowEndedError
from nexmo_async.bulk.item import BadRow
from nexmo_async.bulk.result import BulkResult
from nexmo_async.errors import (
    MessageError,
    NexmoError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.models.message import Message
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.bulk.intake import Taken
    from nexmo_async.bulk.item import Item
    from nexmo_async.clock import Clock
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.attempt import Result
    from nexmo_async.receipts.store import ReceiptStore

#: Seconds before it queues again, if a limit lets nobody queue for long.
PAUSE: Final = 0.1

#: How a workflow ends that has done what it was for.
_REACHED: Final = "reached"


class Running(Protocol):
    """A workflow that is run here."""

    async def result(self) -> Result:
        """How it ends."""
        ...

    def cancel(self) -> None:
        """Call it off."""
        ...


class Sending(Protocol):
    """Sends one message."""

    async def __call__(
        self, message: Message, total: None, *, client_ref: str
    ) -> tuple[Sent, object]:
        """What was sent; that reference is taken if the message has none."""
        ...


class Beginning(Protocol):
    """Begins to run one workflow."""

    async def __call__(self, workflow: Workflow, *, name: str | None) -> Running:
        """The run, under that name if it is given one."""
        ...


@attrs.frozen
class Ways:
    """What a bulk needs of its client.

    Attributes:
        send: Sends one message.
        begin: Begins to run one workflow.
        receipts: Where receipts come in.
        clock: What time is measured by.
        has_refs: Whether receipts return the client_ref.
    """

    send: Sending
    begin: Beginning
    receipts: ReceiptStore
    clock: Clock
    has_refs: bool


@attrs.frozen
class Sender:
    """Sends one item after the other. It raises nothing for an item's sake."""

    ways: Ways

    async def work(self, taken: Taken) -> BulkResult:
        """The result of an item, whatever it is."""
        if isinstance(taken.given, BadRow):
            return bad_row(taken.index, taken.given)
        return await self.deliver(taken, taken.given, "", taken.given.key)

    async def deliver(
        self, taken: Taken, item: Item, client_ref: str, key: str, attempts: int = 1
    ) -> BulkResult:
        """Send an item under that reference, and say what came of it.

        Waiting for a turn is no failure: it queues again until it has one.
        """
        clock = self.ways.clock
        while True:
            at = clock.monotonic()
            sent, error = await self._hand_over(item.message, client_ref)
            if not isinstance(error, ThrottledError):
                break
            attempts += 1
            await clock.sleep(PAUSE)
        return BulkResult(
            index=taken.index,
            key=key,
            message=item.message,
            ok=error is None,
            sent=sent,
            error=error,
            attempts=attempts,
            waited=at - taken.at,
            line=item.line,
            took=clock.monotonic() - at,
            message_uuid=getattr(sent, "message_uuid", ""),
        )

    async def _hand_over(
        self, message: Message | Workflow, client_ref: str
    ) -> tuple[Sent | Result | None, NexmoError | None]:
        try:
            if isinstance(message, Message):
                sent, _ = await self.ways.send(message, None, client_ref=client_ref)
                return sent, None
            if isinstance(cast("object", message), Workflow):
                return _ended(await self._run(message, client_ref))
        except NexmoError as error:
            return None, error
        except Exception as error:  # noqa: BLE001  of a function of the user's
            # It may have been raised before the message left, or after.
            problem = f"{type(error).__name__}: {error}"
            unknown = UnknownOutcomeError(client_ref, problem)
            unknown.__cause__ = error
            return None, unknown
        named = type(cast("object", message)).__name__
        return None, MessageError("message", f"is {named}, write Sms(...) or the like")

    async def _run(self, workflow: Workflow, name: str) -> Result:
        run = await self.ways.begin(workflow, name=name or None)
        try:
            return await run.result()
        except asyncio.CancelledError:
            run.cancel()
            raise


def bad_row(index: int, row: BadRow) -> BulkResult:
    """The result of a row that is no message."""
    error = RowError(row.line, row.column, row.problem)
    return BulkResult(index, "", None, False, None, error, line=row.line)  # noqa: FBT003  ok: no


def _ended(result: Result) -> tuple[Result, NexmoError | None]:
    if result.outcome == _REACHED:
        return result, None
    return result, WorkflowEndedError(result.id, result.outcome, result.why)
