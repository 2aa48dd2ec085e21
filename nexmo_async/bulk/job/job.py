"""One run of a job: intent, send, answer; and what is known from an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.bulk.errors import DoubleError, EarlierError
from nexmo_async.bulk.item import key_of, reference
from nexmo_async.bulk.job.report import Report
from nexmo_async.bulk.job.settling import Settling, first_step
from nexmo_async.bulk.job.writing import Writing
from nexmo_async.bulk.journal.entries import Answer, State, what_next
from nexmo_async.bulk.result import BulkResult
from nexmo_async.bulk.sender import Sender, at_once, bad_row, not_handed
from nexmo_async.clock import instant
from nexmo_async.errors import (
    AuthenticationError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NotSentError,
    RateLimitError,
    RefusedError,
)
from nexmo_async.models.message import Message
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from datetime import datetime

    from nexmo_async.bulk.intake import Intake, Taken
    from nexmo_async.bulk.job.control import Control
    from nexmo_async.bulk.job.guard import Guard
    from nexmo_async.bulk.job.report import Progress
    from nexmo_async.bulk.job.tally import Tally
    from nexmo_async.bulk.journal.entries import Entry, Journal
    from nexmo_async.bulk.sender import Ways

#: What to do with an item that may have been sent, or not.
OnUnknown = Literal["settle", "raise", "resend"]

#: Keep all items back: the job waits, and tries the same item again.
WAITED_OUT: Final = (NotSentError, RateLimitError)

#: Would befall all items: the job stops, to be run again once that is mended.
STOPS: Final = (AuthenticationError, LowBalanceError)

#: Would befall this item again, so the next run leaves it alone.
FINAL: Final = (MessageError, RefusedError)

#: What an item may be.
_SENT: Final = (Message, Workflow)


def state_of(result: BulkResult) -> State:
    """What the journal says of an item that has this result."""
    error = result.error
    if error is None:
        return "answered"
    if error.sent == "maybe":
        return "unknown"
    if error.sent == "yes":
        return "refused"
    is_final = isinstance(error, FINAL) and not isinstance(error, WAITED_OUT + STOPS)
    return "refused" if is_final else "unsent"


@attrs.define(kw_only=True)
class Job:
    """One run of a job.

    Attributes:
        name: The job.
        ways: How things are sent.
        journal: What is known of the job, open.
        intake: Where items come from.
        control: What the user says.
        guards: Told of each result.
        tally: Counts.
        on_unknown: What to do with items that may have been sent.
        grace: Seconds to wait for receipts that settle them.
        patience: Seconds of trouble after which the job stops.
    """

    name: str
    ways: Ways
    journal: Journal
    intake: Intake
    control: Control
    guards: Sequence[Guard]
    tally: Tally
    on_unknown: OnUnknown
    grace: float
    patience: float
    _sender: Sender = attrs.field(init=False)
    _settling: Settling = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Send and settle by the same ways."""
        self._sender = Sender(self.ways)
        self._settling = Settling(
            job=self.name,
            journal=self.journal,
            receipts=self.ways.receipts,
            clock=self.ways.clock,
            control=self.control,
            tally=self.tally,
            emit=self.emit,
            grace=self.grace,
        )

    def work(self, taken: Taken) -> Awaitable[BulkResult | None]:
        """The result of an item; None if it is set aside until the end."""
        message, journal = taken.message, self.journal
        if taken.bad is not None:
            return at_once(bad_row(taken.index, taken.bad))
        if not isinstance(message, _SENT):
            return self._sender.deliver(taken, "", taken.key, attempts=0)
        key = taken.key or key_of(message)
        name = reference(self.name, key) if self.ways.has_refs else ""
        ref = _receipts_name(message, name)
        writing = Writing(journal, self.ways.clock, taken, key, ref)
        again = journal.may_know(key)
        return self._again(writing, name) if again else self._send(writing, name)

    def emit(self, result: BulkResult) -> None:
        """Count a result and tell the guards."""
        self.tally.add(result, self.ways.clock.monotonic())
        for guard in self.guards:
            guard.after(result)

    def progress(self) -> Progress:
        """How far it is."""
        now, intake = self.ways.clock.monotonic(), self.intake
        why = self.journal.trouble or intake.waiting_for or intake.trouble.reason
        return self.tally.progress(now, intake.taken, why)

    async def finish(self) -> None:
        """Settle what was set aside."""
        is_patient = self.on_unknown == "settle" and not self.control.aborted
        await self._settling.finish(is_patient=is_patient)

    def report(self, started: datetime) -> Report:
        """What became of the job that began then."""
        tally, settling = self.tally, self._settling
        return Report(
            job=self.name,
            total=tally.done,
            ok=tally.ok,
            failed=dict(tally.failed),
            unknown=tally.unknown,
            skipped=tally.skipped,
            unknown_items=tuple(settling.unknown),
            started=started,
            ended=instant(self.ways.clock),
            stopped=self.control.stopped or "",
            curve=tally.curve,
            cost={each: f"{sum_:f}" for each, sum_ in sorted(settling.cost.items())},
        )

    async def _again(self, writing: Writing, name: str) -> BulkResult | None:
        """What to do about an item that the journal may know."""
        known = await self.journal.look(writing.key)
        if known is None:
            return await self._send(writing, name)
        match what_next(known):
            case "send":
                return await self._send(writing, name)
            case "double":
                return self._double(writing)
            case "skip" | "settle" if not await writing.is_first():
                return self._double(writing)
            case "skip":
                self.intake.give_back()
                return _skipped(writing.taken, known)
            case "settle":
                return await self._doubtful(writing, known, name)

    async def _doubtful(
        self, writing: Writing, known: Entry, name: str
    ) -> BulkResult | None:
        """What to do about an item that an earlier run may have sent."""
        taken = writing.taken
        if self.on_unknown == "resend":
            uuid = await self._settling.seek(known)
            if not uuid:
                return await self._send(writing, name)
            self.intake.give_back()
            return self._settling.found(known, uuid, taken)
        self.intake.give_back()
        self._settling.set_aside(taken, writing.key)
        return None

    async def _send(self, writing: Writing, name: str) -> BulkResult | None:
        """Send it, and write down what came of it."""
        taken, key = writing.taken, writing.key
        # The steps of a workflow leave one by one: it is written before the first.
        if isinstance(taken.message, Workflow) and not await writing.is_first():
            return self._double(writing)
        result = await self._sender.deliver(taken, name, key, 1, writing)
        if isinstance(result.error, WAITED_OUT):
            result = await self._persisted(writing, name, result)
        else:
            self.intake.trouble.over()
        if writing.failed is not None:
            raise writing.failed
        # What failed before it could leave is written down as well.
        if writing.is_double is not False and not await writing.is_first():
            return self._double(writing)
        if isinstance(result.error, STOPS):
            self.control.stop(f"{result.reason}: {result.error.what()}")
        state, uuid = state_of(result), result.message_uuid
        at = self.ways.clock.wall()
        answer = Answer(state, uuid, result.reason, result.took, at)
        self.journal.answer(key, answer)
        if state != "unknown":
            return result
        self._settling.set_aside(taken, key)
        return None

    async def _persisted(
        self, writing: Writing, name: str, result: BulkResult
    ) -> BulkResult:
        """Send it again, as often as something keeps all items back."""
        attempts, taken, key = 1, writing.taken, writing.key
        while isinstance(result.error, WAITED_OUT):
            if not await self._wait_out(result.error):
                return result
            attempts += 1
            result = await self._sender.deliver(taken, name, key, attempts, writing)
        self.intake.trouble.over()
        return result

    def _double(self, writing: Writing) -> BulkResult:
        """The result of an item whose key another one had before."""
        self.intake.give_back()
        error = DoubleError(writing.key)
        return not_handed(writing.taken.index, writing.key, writing.taken, error)

    async def _wait_out(self, error: NexmoError) -> bool:
        """Wait until it is worth trying again; False: it is not."""
        now, trouble = self.ways.clock.monotonic(), self.intake.trouble
        trouble.met(error.what(), now, getattr(error, "retry_after", None))
        if now - trouble.since >= self.patience:
            self.control.stop(f"{type(error).__name__}: {error.what()}")
        return await self.intake.wait_out()


def _receipts_name(message: Message | Workflow, name: str) -> str:
    """By what a receipt would name it, or its first step; empty on beta."""
    if not name:
        return ""
    if isinstance(message, Workflow):
        return first_step(name)
    return message.client_ref or name


def _skipped(taken: Taken, known: Entry) -> BulkResult:
    """The result of an item that an earlier run had settled."""
    answer, is_ok = known.answer, known.answer.state == "answered"
    return BulkResult(
        index=taken.index,
        key=known.intent.key,
        message=taken.message,
        ok=is_ok,
        sent=None,
        error=None if is_ok else EarlierError(known.intent.key, answer.reason),
        line=taken.line,
        message_uuid=answer.message_uuid,
        skipped=True,
    )
