"""One run of a job: intent, send, answer; and what is done about the unknown."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.bulk.errors import DoubleError, EarlierError
from nexmo_async.bulk.item import key_of, reference
from nexmo_async.bulk.job.report import NAMED, Report, UnknownItem
from nexmo_async.bulk.job.writing import Writing
from nexmo_async.bulk.journal.entries import Answer, State, what_next
from nexmo_async.bulk.result import BulkResult
from nexmo_async.bulk.sender import Sender, at_once, bad_row
from nexmo_async.clock import instant
from nexmo_async.errors import (
    AuthenticationError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NotSentError,
    RateLimitError,
    RefusedError,
    StillWaitingError,
    UnknownOutcomeError,
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

#: Items that are settled at once.
_AT_ONCE: Final = 500


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
    _aside: dict[str, Taken] = attrs.field(init=False, factory=dict["str", "Taken"])
    _resends_at: float = attrs.field(init=False, default=math.inf)
    _unknown: list[UnknownItem] = attrs.field(init=False, factory=list[UnknownItem])
    _looks: list[asyncio.Task[str]] = attrs.field(init=False, factory=list)
    _cost: defaultdict[str, Decimal] = attrs.field(
        init=False, factory=partial(defaultdict[str, Decimal], Decimal)
    )

    def __attrs_post_init__(self) -> None:
        """Send by the same ways, and hear what the user says."""
        self._sender = Sender(self.ways)
        self.control.listen(self._hear)

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
        """Settle what was set aside: receipts may have come in the meantime.

        It goes by the journal, so what an earlier run left behind is told as well.
        """
        clock = self.ways.clock
        is_patient = self.on_unknown == "settle" and not self.control.aborted
        ends = clock.monotonic() + (self.grace if is_patient else 0.0)
        number = -1
        while page := await self.journal.unsettled(number, _AT_ONCE):
            left = 0.0 if self.control.aborted else ends - clock.monotonic()
            looks = (self._look(entry, left) for _, entry in page)
            self._looks = [asyncio.ensure_future(look) for look in looks]
            found = await asyncio.gather(*self._looks, return_exceptions=True)
            for (_, entry), uuid in zip(page, found, strict=True):
                self._settled(entry, _told(uuid))
            number = page[-1][0]
        self.tally.set_aside = 0
        await self._add_up()

    async def _add_up(self) -> None:
        """What the job has cost, as far as receipts say.

        No longer than `grace`; and if none of the first has any, there are none.
        """
        clock, number = self.ways.clock, -1
        ends = clock.monotonic() + self.grace
        while page := await self.journal.answered(number, _AT_ONCE):
            names = (e.answer.message_uuid or e.intent.client_ref for _, e in page)
            found = await asyncio.gather(*map(self.ways.receipts.history, names))
            for history in found:
                used = [receipt.usage for receipt in history if receipt.usage]
                if used:
                    self._cost[used[-1].currency] += used[-1].price
            if not any(found) or clock.monotonic() > ends:
                return
            number = page[-1][0]

    def report(self, started: datetime) -> Report:
        """What became of the job that began then."""
        tally = self.tally
        return Report(
            job=self.name,
            total=tally.done,
            ok=tally.ok,
            failed=dict(tally.failed),
            unknown=tally.unknown,
            skipped=tally.skipped,
            unknown_items=tuple(self._unknown),
            started=started,
            ended=instant(self.ways.clock),
            stopped=self.control.stopped or "",
            curve=tally.curve,
            cost={each: f"{sum_:f}" for each, sum_ in sorted(self._cost.items())},
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
            now = self.ways.clock.monotonic()
            self._resends_at = min(self._resends_at, now + self.grace)
            uuid = await self._look(known, self._resends_at - now)
            if not uuid:
                return await self._send(writing, name)
            self.intake.give_back()
            return self._found(known, uuid, taken)
        self.intake.give_back()
        self._set_aside(taken, writing.key)
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
        self._set_aside(taken, key)
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
        return _failed(writing.taken.index, writing.key, writing.taken, error)

    async def _wait_out(self, error: NexmoError) -> bool:
        """Wait until it is worth trying again; False: it is not."""
        now, trouble = self.ways.clock.monotonic(), self.intake.trouble
        trouble.met(error.what(), now, getattr(error, "retry_after", None))
        if now - trouble.since >= self.patience:
            self.control.stop(f"{type(error).__name__}: {error.what()}")
        return await self.intake.wait_out()

    def _set_aside(self, taken: Taken, key: str) -> None:
        """Its result comes at the end, when receipts have had time to come."""
        self.tally.set_aside += 1
        if len(self._aside) < NAMED:
            self._aside[key] = taken

    async def _look(self, entry: Entry, within: float) -> str:
        """The message that a receipt of the item names; empty if none has come."""
        ref, receipts = entry.intent.client_ref, self.ways.receipts
        if not ref or ref == _first_step(reference(self.name, entry.intent.key)):
            return ""  # a receipt of a first step does not say how the workflow ended
        if within <= 0:
            history = await receipts.history(ref)
            return history[0].message_uuid if history else ""
        try:
            receipt = await receipts.wait_for(ref, lambda _: True, within)
        except StillWaitingError:
            return ""
        return receipt.message_uuid

    def _hear(self) -> None:
        """Wait for no more receipts once the job is aborted."""
        if self.control.aborted:
            for look in self._looks:
                look.cancel()

    def _settled(self, entry: Entry, uuid: str) -> None:
        """The result of an item that was set aside."""
        intent = entry.intent
        taken = self._aside.pop(intent.key, None)
        self.tally.set_aside = max(0, self.tally.set_aside - 1)
        if uuid:
            self.emit(self._found(entry, uuid, taken))
            return
        if len(self._unknown) < NAMED:
            named = (intent.key, intent.client_ref, intent.place, intent.line)
            self._unknown.append(UnknownItem(*named))
        error = UnknownOutcomeError(intent.client_ref, "no receipt has come")
        self.emit(_failed(intent.place, intent.key, taken, error, intent.line))

    def _found(self, entry: Entry, uuid: str, taken: Taken | None) -> BulkResult:
        """The result of an item that a receipt has named."""
        intent, at = entry.intent, self.ways.clock.wall()
        self.journal.answer(intent.key, Answer("answered", uuid, at=at))
        return BulkResult(
            index=intent.place,
            key=intent.key,
            message=None if taken is None else taken.message,
            ok=True,
            sent=None,
            error=None,
            line=intent.line,
            message_uuid=uuid,
        )


def _receipts_name(message: Message | Workflow, name: str) -> str:
    """By what a receipt would name it, or its first step; empty on beta."""
    if not name:
        return ""
    if isinstance(message, Workflow):
        return _first_step(name)
    return message.client_ref or name


def _told(found: str | BaseException) -> str:
    """What a look has found: nothing, if it was called off by an abort."""
    if not isinstance(found, str | asyncio.CancelledError):
        raise found
    return found if isinstance(found, str) else ""


def _first_step(name: str) -> str:
    return f"{name}:1"


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


def _failed(
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
