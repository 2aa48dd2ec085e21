"""A workflow under way: what was tried, what happened, how it ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import attrs

from nexmo_async.models.attempt import Attempt, Outcome, Result
from nexmo_async.models.receipt import PROGRESS, Receipt, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from nexmo_async.models.condition import Kind
    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.receipts.store import Watching
    from nexmo_async.workflows.health import Visit


@attrs.frozen(weakref_slot=False)
class Happening:
    """One line in the story of a run.

    Attributes:
        at: When, UTC.
        step: The step concerned, counted from 0.
        channel: Its channel.
        what: What happened, in words: "sent", "accepted", "time is up", ...
        status: The status of the receipt that told of it. May be empty.
        detail: The code and the sentence about a failure. May be empty.
    """

    at: datetime
    step: int
    channel: str
    what: str
    status: str = ""
    detail: str = ""


@attrs.define(eq=False, weakref_slot=False)
class Try:
    """One message of a run, as it goes along."""

    step: int
    message: Message
    ref: str
    is_own_ref: bool
    sent_at: float
    uuid: str = ""
    status: str = ""
    why: str = ""
    kind: Kind | None = None
    code: int | None = None
    detail: str = ""
    usage: Usage | None = None
    reached_at: float | None = None
    late: bool = False
    answered: bool = False
    early: bool = False
    watch: Watching | None = None
    visit: Visit | None = None

    @property
    def name(self) -> str:
        """What its receipts are found by. Empty: they cannot be found."""
        return self.ref if self.is_own_ref or not self.uuid else self.uuid

    def is_told_by(self, receipt: Receipt) -> bool:
        """Whether the receipt is about this message."""
        if self.is_own_ref and receipt.client_ref == self.ref:
            return True
        if self.uuid:
            return receipt.message_uuid == self.uuid
        if receipt.client_ref != self.ref:
            return False
        said = (receipt.channel, receipt.to)
        # Of a Raw message nothing but the reference is known here.
        return said == (self.message.channel, self.message.to) or not self.message.to

    def hears(self, receipt: Receipt) -> bool:
        """Note what the receipt tells. False if it is no news."""
        if receipt.usage is not None:
            self.usage = receipt.usage
        self.uuid = self.uuid or receipt.message_uuid
        before = PROGRESS.get(self.status, 0)
        after = PROGRESS.get(receipt.status, 0)
        if self.kind is not None or (receipt.failed and before > 1):
            return False  # it has failed, or it has arrived: nothing takes that back
        if receipt.status == self.status or (after < before and not receipt.failed):
            return False
        self.status = receipt.status
        return True

    def leave(self, why: str) -> None:
        """It has ended, for this reason; it may still be heard of."""
        self.why = why
        if self.visit is not None:
            self.visit.over()

    def close(self) -> None:
        """Hear no more."""
        if self.watch is not None:
            self.watch.close()
            self.watch = None

    def told(self) -> Attempt:
        """What became of it, for the result."""
        return Attempt(
            step=self.step,
            channel=self.message.channel,
            to=self.message.to,
            message_uuid=self.uuid,
            client_ref=self.ref,
            sent_at=moment(self.sent_at),
            status=self.status,
            why=self.why,
            kind=self.kind,
            code=self.code,
            detail=self.detail,
            usage=self.usage,
            reached_at=None if self.reached_at is None else moment(self.reached_at),
            late=self.late,
        )


class Engine(Protocol):
    """Whoever drives a run."""

    def call_off(self, run: Run) -> None:
        """Send nothing more."""
        ...


class Run:
    """A workflow under way. Nobody has to wait for it: it goes on by itself.

    `async for happening in run` tells the story so far and then as it goes on, until
    the run ends; any number may listen, at any time.

    Attributes:
        id: Its own id, or Nexmo's id of the workflow.
        workflow: What is run.
        story: What happened so far.
        at_end: Called once it has ended.
    """

    __slots__ = (
        "__weakref__", "_bell", "_engine", "_error", "at_end", "ended", "ended_at",
        "id", "is_settled", "started_at", "story", "tries", "workflow",
    )  # fmt: skip

    def __init__(
        self, identity: str, workflow: Workflow, engine: Engine, started_at: float
    ) -> None:
        self.id: str = identity
        self.workflow: Workflow = workflow
        self.story: list[Happening] = []
        self.tries: list[Try] = []
        self.started_at: float = started_at
        self.ended_at: float | None = None
        self.ended: tuple[Outcome, int, str] | None = None
        self.is_settled: bool = False
        self.at_end: Callable[[Run], None] | None = None
        self._engine = engine
        self._error: Exception | None = None
        self._bell: asyncio.Event | None = None

    def __repr__(self) -> str:
        """Show which one it is and how far it has come."""
        last = self.story[-1].what if self.story else "not begun"
        return f"<Run {self.id} steps={len(self.workflow.steps)} {last!r}>"

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ended is not None or self._error is not None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each message so far, and what became of it."""
        return tuple(one.told() for one in self.tries)

    async def result(self) -> Result:
        """Wait until it ends, and tell how.

        Asked again later, it includes what has become known since: see `settled`.
        """
        return await self._once(lambda: self.is_over)

    async def settled(self) -> Result:
        """Wait until nothing more can come of it, late receipts included.

        That takes as long as the workflow's patience if a message is never heard of.
        """
        return await self._once(lambda: self.is_settled or self._error is not None)

    def cancel(self) -> None:
        """Send nothing more. What is on its way stays on its way."""
        self._engine.call_off(self)

    async def __aiter__(self) -> AsyncIterator[Happening]:
        """The story so far, then as it goes on, until the run ends."""
        index = 0
        while True:
            while index < len(self.story):
                yield self.story[index]
                index += 1
            if self.is_over:
                return
            await self._rung()

    def note(self, happening: Happening) -> None:
        """Add a line to the story."""
        self.story.append(happening)
        self.ring()

    def crash(self, why: Exception) -> None:
        """End with an error of the program, not of a message."""
        self._error = self._error or why
        self.is_settled = True
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits."""
        bell, self._bell = self._bell, None
        if bell is not None:
            bell.set()
        if self.is_over and self.at_end is not None:
            call, self.at_end = self.at_end, None
            call(self)

    async def _once(self, is_so: Callable[[], bool]) -> Result:
        while not is_so():
            await self._rung()
        if self._error is not None:
            raise self._error
        return self._result()

    async def _rung(self) -> None:
        self._bell = self._bell or asyncio.Event()
        await self._bell.wait()

    def _result(self) -> Result:
        if self.ended is None or self.ended_at is None:
            raise RuntimeError("the run has not ended")
        outcome, step, why = self.ended
        tries = [one for one in self.tries if one.reached_at is not None]
        winners = [one for one in tries if one.step == step] or tries
        if outcome != "reached":
            winners = tries  # what arrived after the end, if anything did
        return Result(
            id=self.id,
            outcome=outcome,
            why=why,
            attempts=self.attempts,
            reached_by=winners[0].told() if winners else None,
            took=self.ended_at - self.started_at,
        )


def moment(wall: float) -> datetime:
    """Seconds on the wall as an aware UTC `datetime`."""
    return datetime.fromtimestamp(wall, UTC)
