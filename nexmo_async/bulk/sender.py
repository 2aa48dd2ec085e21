"""Hands one item to the client, and makes a result of whatever comes of it."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.bulk.errors import RowError, WorkflowEndedError
from nexmo_async.bulk.result import BulkResult
from nexmo_async.errors import (
    NexmoError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.models.base import no_message
from nexmo_async.models.message import Message
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from nexmo_async.bulk.intake import Taken
    from nexmo_async.bulk.item import BadRow
    from nexmo_async.clock import Clock
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.attempt import Result
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.transport.base import Leaving

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
        self,
        message: Message,
        total: None,
        *,
        client_ref: str,
        leaving: Leaving | None = None,
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
    _prefix: str = attrs.field(init=False, factory=partial(secrets.token_hex, 12))

    def work(self, taken: Taken) -> Awaitable[BulkResult]:
        """The result of an item, whatever it is."""
        if taken.bad is not None:
            return at_once(bad_row(taken.index, taken.bad))
        return self.deliver(taken, self._ref(taken.index), taken.key)

    def _ref(self, index: int) -> str:
        return f"{self._prefix}{index:08x}" if self.ways.has_refs else ""

    async def deliver(
        self,
        taken: Taken,
        client_ref: str,
        key: str,
        attempts: int = 1,
        leaving: Leaving | None = None,
    ) -> BulkResult:
        """Send an item under that reference, and say what came of it.

        Waiting for a turn is no failure: it queues again until it has one.

        Args:
            taken: The item.
            client_ref: By what a receipt will name it.
            key: Its name within the job.
            attempts: How often it was handed over, this time included.
            leaving: Awaited once a message may go, before each attempt. A workflow
                awaits it nowhere.
        """
        ways, message = self.ways, taken.message
        sent: Sent | Result | None
        error: NexmoError | None = None
        while True:
            at = ways.clock.monotonic()
            try:
                if isinstance(message, Message):
                    sent, _ = await ways.send(
                        message, None, client_ref=client_ref, leaving=leaving
                    )
                    uuid = sent.message_uuid
                else:
                    sent, error = await self._run(message, client_ref)
                    uuid = ""
            except ThrottledError:
                attempts += 1
                await ways.clock.sleep(PAUSE)
                continue
            except Exception as why:  # noqa: BLE001  of a function of the user's
                sent, uuid, error = None, "", _blamed(why, client_ref)
            took = ways.clock.monotonic() - at
            waited, is_ok = at - taken.at, error is None
            return BulkResult(
                taken.index, key, message, is_ok, sent, error,
                attempts, waited, taken.line, took, uuid,
            )  # fmt: skip

    async def _run(
        self, message: object, name: str
    ) -> tuple[Result | None, NexmoError | None]:
        """How a workflow ends that is run here."""
        if not isinstance(message, Workflow):
            return None, no_message(message)
        run = await self.ways.begin(message, name=name or None)
        try:
            result = await run.result()
        except asyncio.CancelledError:
            run.cancel()
            raise
        if result.outcome == _REACHED:
            return result, None
        return result, WorkflowEndedError(result.id, result.outcome, result.why)


def bad_row(index: int, row: BadRow) -> BulkResult:
    """The result of a row that is no message."""
    error = RowError(row.line, row.column, row.problem)
    return BulkResult(index, "", None, False, None, error, line=row.line)  # noqa: FBT003  ok: no


def not_handed(
    index: int,
    key: str,
    taken: Taken | None,
    error: NexmoError,
    line: int | None = None,
) -> BulkResult:
    """The result of an item that was not handed over."""
    return BulkResult(
        index=index,
        key=key,
        message=None if taken is None else taken.message,
        ok=False,
        sent=None,
        error=error,
        line=line if taken is None else taken.line,
    )


async def at_once(result: BulkResult) -> BulkResult:
    """What is awaited where there is nothing to wait for."""
    return result


def _blamed(why: Exception, client_ref: str) -> NexmoError:
    """What went wrong; what was raised by something else may have come after a send."""
    if isinstance(why, NexmoError):
        return why
    unknown = UnknownOutcomeError(client_ref, f"{type(why).__name__}: {why}")
    unknown.__cause__ = why
    return unknown
