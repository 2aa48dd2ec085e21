"""Runs workflows here: hands the machine what happens, and does what it says.

A run that waits holds no task: a receipt calls it, one sleeper rings for all. A task
exists only while something is awaited on its behalf, and never two for one run.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import attrs

from nexmo_async.errors import ClosedError, NexmoError, UnknownOutcomeError
from nexmo_async.models.states import (
    Accepted,
    Allowed,
    Cancelled,
    Event,
    Held,
    Ready,
    Refused,
    Sending,
    Skipped,
    TimeUp,
    Unknown,
    Unwell,
)
from nexmo_async.workflows.book import Book, Job
from nexmo_async.workflows.kinds import SERVER_ERROR, kind_of_error
from nexmo_async.workflows.run import Run, Try

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from nexmo_async.clock import Clock
    from nexmo_async.models.step import Step
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.observe.events import Tell
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.workflows.health import ChannelHealth, Visit
    from nexmo_async.workflows.mail import Mail
    from nexmo_async.workflows.timers import Timer

_log: Final = logging.getLogger("nexmo_async.workflows")

#: The HTTP status of a message that was taken.
ACCEPTED: Final = 202

#: Turns of the loop that a webhook which is being read gets when time is up.
TURNS: Final = 5


class Desk(Book):
    """All runs of one client. Open it with the client, close it with the client.

    Args:
        receipts: Where receipts come in.
        clock: What time is measured by.
        has_refs: Whether the generation returns a client_ref.
        tell: Whom to tell of failovers.

    Attributes:
        at_close: Called when it is closed.
    """

    def __init__(
        self,
        receipts: ReceiptStore,
        clock: Clock,
        *,
        has_refs: bool,
        tell: Tell | None = None,
    ) -> None:
        super().__init__(receipts, clock, tell)
        self._has_refs = has_refs
        self._hands: asyncio.TaskGroup | None = None
        self._sleeper: asyncio.Task[None] | None = None
        self.at_close: set[Callable[[], None]] = set()

    async def __aenter__(self) -> Self:
        """Open. Nothing runs until there is something to run."""
        self._hands = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        await self.aclose()

    async def aclose(self) -> None:
        """Call off what runs, and wait for answers that are under way."""
        hands, self._hands = self._hands, None
        if hands is None:
            return
        for call in tuple(self.at_close):
            call()
        for job in list(self._jobs.values()):
            self._tell(job, Cancelled())
        if self._sleeper is not None:
            self._sleeper.cancel()
        try:
            await hands.__aexit__(None, None, None)
        finally:
            self._sleeper = None
            for job in list(self._jobs.values()):
                self._forget(job)

    def start(
        self,
        workflow: Workflow,
        mail: Mail,
        name: str | None = None,
        health: ChannelHealth | None = None,
    ) -> Run:
        """Run a workflow from now on."""
        if self._hands is None:
            raise ClosedError("the client is not open")
        identity = name or uuid.uuid4().hex
        if identity in self._jobs:
            raise ValueError(f"a run named {identity} is under way")
        run = Run(identity, workflow, self, self._clock.wall())
        job = self._jobs[identity] = Job(run, mail, health)
        self._arrange(job)
        return run

    def after(self, seconds: float, ring: Callable[[], None]) -> Timer:
        """Ring after that time."""
        self._wake_sleeper()
        return self._timers.at(self._clock.monotonic() + seconds, ring)

    def hush(self, timer: Timer) -> None:
        """Do not ring."""
        self._timers.cancel(timer)

    def _wake_sleeper(self) -> None:
        if self._sleeper is None and self._hands is not None:
            self._sleeper = self._hands.create_task(self._timers.run())

    def _start(self, job: Job) -> None:
        if not job.is_busy and self._hands is not None:
            job.is_busy = True
            self._hands.create_task(self._work(job), context=job.context)

    async def _work(self, job: Job) -> None:
        try:
            while await self._work_on(job):
                pass
        except Exception as why:  # noqa: BLE001  told to whoever awaits the run
            self._crash(job, why)
        finally:
            job.is_busy = False
            self._settle_if_quiet(job)

    async def _work_on(self, job: Job) -> bool:
        """One thing that has to be done. False: there is none."""
        state, rung = job.state, job.rung
        if job.look:
            job.look = False
            await self._look(job)
        elif isinstance(state, Ready):
            event, detail, visit = self._ask(job, state)
            self._tell(job, event, detail)
            if isinstance(job.state, Sending):
                await self._attempt(job, job.state, visit)
        elif rung is not None:
            # What came in the very last moment has come in time.
            job.rung = None
            for _ in range(TURNS):
                await self._clock.sleep(0)
            await self._look(job)
            if job.state is rung:
                self._tell(job, TimeUp())
        elif job.unwanted:
            uuid, job.unwanted = job.unwanted, ""
            await self._take_back(job, uuid)
        else:
            return False
        return True

    async def _take_back(self, job: Job, uuid: str) -> None:
        """Ask the network not to deliver. It may not heed it: nothing depends on it."""
        try:
            await job.mail.revoke(uuid)
        except NexmoError as why:
            _log.info("not revoked", extra={"message": uuid, "why": why.what()})

    def _ask(self, job: Job, state: Ready) -> tuple[Event, str, Visit | None]:
        """Whether the step may be sent now, why not, and its leave if it may."""
        step, now = job.run.workflow.steps[state.step], self._clock.wall()
        if state.attempt == 1:
            job.step_due = None
        elif job.step_due is not None and job.step_due <= self._clock.monotonic():
            return TimeUp(), "", None
        if step.skip_if is not None and step.skip_if(job.run.attempts):
            return Skipped(), "", None
        held = step.held_until(datetime.fromtimestamp(now, UTC))
        if held is not None:
            job.pause_due = self._clock.monotonic() + held.timestamp() - now
            return Held(), f"until {held:%Y-%m-%d %H:%M} UTC", None
        if job.health is None:
            return Allowed(), "", None
        channel, last = step.message.channel, len(job.run.workflow.steps) - 1
        leave = job.health.enter(channel, self._clock, is_last=state.step == last)
        if isinstance(leave, str):
            return Unwell(), leave, None
        return Allowed(), "", leave

    async def _attempt(self, job: Job, state: Sending, visit: Visit | None) -> None:
        step = job.run.workflow.steps[state.step]
        one = self._try(job, state.step, step)
        one.visit = visit
        if one.is_own_ref:
            self._watch(job, one)
        event, detail = await self._answer(job, one)
        one.answered = True
        if job.step_due is None:
            within = step.within or job.run.workflow.patience
            job.step_due = self._clock.monotonic() + within
        if isinstance(event, Refused):
            one.kind, one.code, one.detail = event.kind, event.code, detail
            one.close()
        else:
            job.look = one.early or one.watch is None
            self._watch(job, one)
        self._tell(job, event, detail)

    def _try(self, job: Job, place: int, step: Step) -> Try:
        run, message = job.run, step.message
        is_own_ref = self._has_refs and message.client_ref is None
        ref = message.client_ref or ""
        if is_own_ref:
            ref = f"{run.id}:{len(run.tries) + 1}"
            message = attrs.evolve(message, client_ref=ref)
        one = Try(place, message, ref, is_own_ref, self._clock.wall())
        run.tries.append(one)
        return one

    async def _answer(self, job: Job, one: Try) -> tuple[Event, str]:
        try:
            accepted = await job.mail.send(one.message)
        except UnknownOutcomeError as why:
            _judge(one.visit, SERVER_ERROR)
            return Unknown(), why.problem
        except NexmoError as why:
            self._rest(job, getattr(why, "retry_after", None))
            code: int | None = getattr(why, "status", None)
            _judge(one.visit, code)
            return Refused(kind_of_error(why), code), why.what()
        _judge(one.visit, ACCEPTED)
        one.uuid = accepted.message_uuid
        return Accepted(), ""

    async def _look(self, job: Job) -> None:
        """Read what the store knows of all messages that are not settled."""
        for one in list(job.run.tries):
            if one.watch is not None and one.answered:
                try:
                    told = await self._receipts.history(one.name)
                except Exception:  # noqa: BLE001  a store may be of any make
                    # A store that cannot be read must not stop the time of a run.
                    _log.exception("receipts not read", extra={"run": job.run.id})
                    return
                self._take(job, one, told)


def _judge(visit: Visit | None, status: int | None) -> None:
    """What an answer says of the channel; a refusal says nothing."""
    if visit is None or status is None:
        return
    if status == ACCEPTED:
        visit.good("unavailable")
    elif status >= SERVER_ERROR:
        visit.bad("unavailable")
