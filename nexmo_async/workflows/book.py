"""What happens to the runs of a client, happens at once: nothing here awaits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Final, assert_never

import attrs

from nexmo_async.models.condition import met
from nexmo_async.models.machine import follow
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.models.states import (
    Cancelled,
    Ended,
    Event,
    Failed,
    LateReached,
    Pausing,
    Progressed,
    Reached,
    Ready,
    Reason,
    Sending,
    Settling,
    State,
    TimeUp,
    Waiting,
)
from nexmo_async.observe.events import FailedOver, Subject
from nexmo_async.workflows.kinds import blames_channel, kind_of_code
from nexmo_async.workflows.run import Happening, Run, Try, moment
from nexmo_async.workflows.timers import Timer, Timers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nexmo_async.clock import Clock
    from nexmo_async.observe.events import Tell
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.workflows.health import ChannelHealth, Visit
    from nexmo_async.workflows.mail import Mail

#: Seconds of rest before the second try of a step; each further one doubles them.
REST: Final = 1.0
LONGEST_REST: Final = 60.0

#: Reasons that are no news to anybody.
_UNTOLD: Final = frozenset({Reason.MEANS_NOTHING, Reason.KEPT})

#: Reasons for which a message that has not arrived should not arrive any more.
UNWANTED: Final = frozenset({Reason.TIME_UP, Reason.LATE, Reason.CANCELLED})

#: States in which one message is on its way.
IN_FLIGHT: Final = (Sending, Settling, Waiting)


@attrs.define(eq=False, weakref_slot=False)
class Job:
    """A run, and what it takes to drive it.

    Attributes:
        context: That of whoever began it: later steps, which a receipt or a timer
            calls for, are traced and logged as its own.
    """

    run: Run
    mail: Mail
    health: ChannelHealth | None = None
    state: State = attrs.field(factory=Ready)
    timer: Timer | None = None
    step_due: float | None = None
    pause_due: float = 0.0
    rest: float = 0.0
    is_busy: bool = False
    look: bool = False
    rung: State | None = None
    unwanted: str = ""
    context: Context = attrs.field(factory=copy_context)


# Two callables for each waiting run: as `partial` they would take four times as much.


@attrs.frozen(eq=False, weakref_slot=False)
class _Ring:
    book: Book
    job: Job

    def __call__(self) -> None:
        self.book.ring(self.job)


@attrs.frozen(eq=False, weakref_slot=False)
class _Hear:
    book: Book
    job: Job
    one: Try

    def __call__(self, told: Receipt | Report | None) -> None:
        self.book.hear(self.job, self.one, told)


class Book(ABC):
    """All runs of one client, and where each stands."""

    def __init__(
        self, receipts: ReceiptStore, clock: Clock, tell: Tell | None = None
    ) -> None:
        self._receipts = receipts
        self._clock = clock
        self._tell_observers = tell
        self._timers = Timers(clock)
        self._jobs: dict[str, Job] = {}

    def __len__(self) -> int:
        """How many runs have not ended, or may still hear of a late receipt."""
        return len(self._jobs)

    def call_off(self, run: Run) -> None:
        """Send nothing more."""
        job = self._jobs.get(run.id)
        if job is not None:
            self._tell(job, Cancelled())

    @abstractmethod
    def _start(self, job: Job) -> None:
        """Begin what has to be awaited for this run, unless it has begun."""

    @abstractmethod
    def _wake_sleeper(self) -> None:
        """See to it that the timers ring."""

    def _tell(self, job: Job, event: Event, detail: str = "", status: str = "") -> None:
        before = job.state
        job.state, reason = follow(before, event, job.run.workflow.steps)
        self._note(job, before, event, reason, detail, status)
        if isinstance(job.state, Ready) and job.state.step > before.step:
            self._failed_over(job, before.step, job.state.step, reason)
        if job.state != before:
            self._arrange(job)

    def _failed_over(self, job: Job, left: int, to: int, reason: Reason) -> None:
        """Tell whoever observes that a step gives way to the next one."""
        if self._tell_observers is None:
            return
        run, steps = job.run, job.run.workflow.steps
        one, given_up = steps[left].message, run.tries[-1:]
        # A step that is passed by has sent nothing, so that it has no reference.
        ref = given_up[0].ref if given_up and given_up[0].step == left else ""
        subject = Subject("", "", ref, one.sender, one.to, one.channel)
        channel, why = steps[to].message.channel, reason.name.lower()
        self._tell_observers(FailedOver(subject, run.id, left, channel, why))

    def _note(  # noqa: PLR0913, PLR0917  the parts of one line
        self,
        job: Job,
        before: State,
        event: Event,
        reason: Reason,
        detail: str,
        status: str,
    ) -> None:
        run, after = job.run, job.state
        if isinstance(before, IN_FLIGHT) and not isinstance(after, IN_FLIGHT):
            why = after.why if isinstance(after, Ended) else reason
            run.tries[-1].leave(why.words)
            if reason in UNWANTED and run.tries[-1].message.channel == "rcs":
                job.unwanted = run.tries[-1].uuid
                self._start(job)
        if reason not in _UNTOLD:
            step = event.step if isinstance(event, LateReached) else before.step
            channel = run.workflow.steps[step].message.channel
            at = moment(self._clock.wall())
            run.note(Happening(at, step, channel, reason.words, status, detail))

    def _arrange(self, job: Job) -> None:
        state, now = job.state, self._clock.monotonic()
        match state:
            case Ready():
                self._set_timer(job, None)
                self._start(job)
            case Sending():
                self._set_timer(job, None)
            case Settling():
                grace = now + (job.run.workflow.settle if self._can_settle(job) else 0)
                self._set_timer(job, min(grace, job.step_due or grace))
            case Waiting():
                self._set_timer(job, job.step_due)
            case Pausing():
                self._set_timer(job, min(job.pause_due, job.step_due or job.pause_due))
            case Ended():
                self._end(job, state)
            case _:
                assert_never(state)

    def _can_settle(self, job: Job) -> bool:
        return bool(job.run.tries[-1].ref)

    def _set_timer(self, job: Job, due: float | None) -> None:
        if job.timer is not None:
            self._timers.cancel(job.timer)
            job.timer = None
        if due is not None:
            self._wake_sleeper()
            job.timer = self._timers.at(due, _Ring(self, job))

    def ring(self, job: Job) -> None:
        """The time of its state is over."""
        job.timer = None
        if isinstance(job.state, Ended):
            self._forget(job)
        elif isinstance(job.state, Pausing):
            self._tell(job, TimeUp())
        else:
            job.rung = job.state
            self._start(job)

    def _end(self, job: Job, state: Ended) -> None:
        run = job.run
        run.ended = (state.outcome, state.step, state.why.words)
        run.ended_at = self._clock.wall()
        run.ring()
        self._settle_if_quiet(job)
        if not run.is_settled:
            patience = run.workflow.patience
            self._set_timer(job, self._clock.monotonic() + patience)

    def _settle_if_quiet(self, job: Job) -> None:
        """Whoever has ended and can hear no more is forgotten."""
        waits = any(one.watch is not None for one in job.run.tries)
        if isinstance(job.state, Ended) and not (waits or job.is_busy):
            self._forget(job)

    def _forget(self, job: Job) -> None:
        self._set_timer(job, None)
        for one in job.run.tries:
            one.leave(one.why)
            one.close()
        self._jobs.pop(job.run.id, None)
        job.run.is_settled = True
        job.run.ring()

    # --- Receipts. ---

    def _watch(self, job: Job, one: Try) -> None:
        if one.watch is None and one.name:
            one.watch = self._receipts.watch(one.name, _Hear(self, job, one))

    def hear(self, job: Job, one: Try, told: Receipt | Report | None) -> None:
        """Something was told of one of its messages."""
        if isinstance(told, Report):
            return
        if not one.answered:
            one.early = True  # the store keeps it until the answer is here
        elif told is None:
            job.look = True
            self._start(job)
        else:
            self._take(job, one, (told,))

    def _take(self, job: Job, one: Try, told: Iterable[Receipt]) -> None:
        # A failure comes last: what has arrived is not undone by it.
        for receipt in sorted(told, key=lambda receipt: receipt.failed):
            if one.is_told_by(receipt):
                try:
                    self._take_one(job, one, receipt)
                except Exception as why:  # noqa: BLE001  the user's own condition
                    self._crash(job, why)

    def _take_one(self, job: Job, one: Try, receipt: Receipt) -> None:
        is_news = one.hears(receipt)
        if one.visit is not None:
            _judge(one.visit, receipt)
        run = job.run
        is_current = one is run.tries[-1] and isinstance(job.state, Settling | Waiting)
        until = run.workflow.steps[one.step].until
        if one.reached_at is None and met(receipt, until):
            one.reached_at = self._clock.wall()
            one.late = not is_current
            one.close()
            event = Reached() if is_current else LateReached(one.step)
            self._tell(job, event, status=receipt.status)
        elif receipt.failed and is_news:
            self._fail(job, one, receipt, is_current=is_current)
        elif is_news and is_current:
            self._tell(job, Progressed(), status=receipt.status)
        self._settle_if_quiet(job)

    def _fail(self, job: Job, one: Try, receipt: Receipt, *, is_current: bool) -> None:
        one.kind, one.code = kind_of_code(receipt.code), receipt.code
        one.detail = receipt.reason
        one.close()
        if is_current:
            self._rest(job)
            detail = f"{receipt.code or ''} {receipt.reason}".strip()
            event = Failed(one.kind, receipt.code)
            self._tell(job, event, detail, receipt.status)

    def _rest(self, job: Job, wanted: float | None = None) -> None:
        here = job.state
        tries = 1 if isinstance(here, Ended) else here.attempt
        usual = min(REST * 2 ** (tries - 1), LONGEST_REST)
        job.pause_due = self._clock.monotonic() + max(usual, wanted or 0.0)

    def _crash(self, job: Job, why: Exception) -> None:
        job.state = Ended("stopped", job.state.step, Reason.CANCELLED)
        job.run.crash(why)
        self._forget(job)


def _judge(visit: Visit, receipt: Receipt) -> None:
    """What a receipt says of the channel."""
    if receipt.reached("delivered"):
        visit.good("undeliverable")
    elif receipt.failed and blames_channel(receipt):
        visit.bad("undeliverable")
