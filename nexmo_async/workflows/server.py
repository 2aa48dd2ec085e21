"""Follows workflows that Nexmo runs, by their receipts and their final report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.errors import ClosedError, UnsupportedError
from nexmo_async.models.condition import met
from nexmo_async.models.receipt import FAILED, Receipt, Report, ReportedMessage
from nexmo_async.models.states import Reason
from nexmo_async.workflows.kinds import kind_of_code
from nexmo_async.workflows.run import Happening, Run, Try, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from nexmo_async.clock import Clock
    from nexmo_async.models.attempt import Outcome
    from nexmo_async.models.plan import Api
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.receipts.store import ReceiptStore, Watching
    from nexmo_async.workflows.timers import Timer

#: How the final report puts it, and how we do. (Workflows and dispatch specs.)
ENDS: Final[dict[str, Outcome]] = {"completed": "reached", "error": "failed"}

#: Statuses in a report that say it has arrived.
ARRIVED: Final = frozenset({"delivered", "read"})


class Alarm(Protocol):
    """Rings later, and when all is over."""

    at_close: set[Callable[[], None]]

    def after(self, seconds: float, ring: Callable[[], None]) -> Timer:
        """Ring after that time."""
        ...

    def hush(self, timer: Timer) -> None:
        """Do not ring."""
        ...


@attrs.define(eq=False)
class _Followed:
    run: Run
    watches: list[Watching]
    timer: Timer | None = None
    has_report: bool = False


class Server:
    """All workflows of one client that Nexmo runs.

    Args:
        receipts: Where receipts come in.
        clock: What time is measured by.
        alarm: Rings when patience is over.
        api: The generation that runs them.
    """

    def __init__(
        self, receipts: ReceiptStore, clock: Clock, alarm: Alarm, api: Api
    ) -> None:
        self._receipts = receipts
        self._clock = clock
        self._alarm = alarm
        self._api = api
        self._followed: dict[Run, _Followed] = {}

    def expect(self, workflow: Workflow, client_ref: str) -> Run:
        """Listen before it is asked for: a receipt may come before the answer."""
        run = Run(client_ref, workflow, self, self._clock.wall())
        self._followed[run] = _Followed(run, [])
        self._alarm.at_close.add(self.close)
        if client_ref:
            self._watch(run, client_ref)
        return run

    def follow(self, run: Run, uuid: str) -> None:
        """Nexmo has accepted it under this id."""
        run.id = uuid
        if run in self._followed:
            self._watch(run, uuid)
            self._set_patience(self._followed[run])

    def forget(self, run: Run) -> None:
        """Listen no longer."""
        followed = self._followed.pop(run, None)
        if followed is None:
            return
        if not self._followed:
            self._alarm.at_close.discard(self.close)
        for watch in followed.watches:
            watch.close()
        if followed.timer is not None:
            self._alarm.hush(followed.timer)
        run.is_settled = True
        run.ring()

    def call_off(self, run: Run) -> None:
        """Nexmo knows no such thing."""
        if not run.is_over:
            raise UnsupportedError("cancel", "Nexmo calls no workflow off", self._api)

    def close(self) -> None:
        """Listen no longer to any. Nexmo goes on with them."""
        for run in list(self._followed):
            if not run.is_over:
                run.crash(ClosedError("the client was closed, Nexmo goes on"))
            self.forget(run)

    def _watch(self, run: Run, name: str) -> None:
        heard = partial(self._hear, self._followed[run])
        self._followed[run].watches.append(self._receipts.watch(name, heard))

    def _set_patience(self, followed: _Followed) -> None:
        flow, tried = followed.run.workflow, len(followed.run.tries)
        times = [step.within or 0.0 for step in flow.steps[tried:]]
        if followed.timer is not None:
            self._alarm.hush(followed.timer)
        ring = partial(self._tire, followed)
        followed.timer = self._alarm.after(sum(times) + flow.patience, ring)

    def _tire(self, followed: _Followed) -> None:
        run = followed.run
        if not run.is_over:
            self._end(followed, "silent", len(run.workflow.steps) - 1, Reason.TIME_UP)
        self.forget(run)

    def _hear(self, followed: _Followed, told: Receipt | Report | None) -> None:
        if isinstance(told, Receipt):
            self._take(followed, told)
        elif isinstance(told, Report):
            self._report(followed, told)
        if followed.run.is_over and self._is_settled(followed):
            self.forget(followed.run)

    def _take(self, followed: _Followed, receipt: Receipt) -> None:
        run = followed.run
        one = self._try(followed, receipt)
        if one is None:
            return
        is_news = one.hears(receipt)
        if one.reached_at is None and met(receipt, run.workflow.steps[one.step].until):
            one.reached_at = self._clock.wall()
            one.why = Reason.REACHED.words
            went_on = any(other.step > one.step for other in run.tries)
            one.late = went_on or run.is_over
            self._note(run, one, Reason.LATE if one.late else Reason.REACHED)
            if not one.late:
                self._end(followed, "reached", one.step, Reason.REACHED)
        elif receipt.failed and is_news:
            one.kind, one.code = kind_of_code(receipt.code), receipt.code
            one.detail, one.why = receipt.reason, Reason.FAILED.words
            self._note(run, one, Reason.FAILED)
            if self._ends_all(run, one):
                self._end(followed, "failed", one.step, Reason.FAILED)
        elif is_news:
            self._note(run, one, Reason.ON_ITS_WAY)

    def _ends_all(self, run: Run, one: Try) -> bool:
        if one.step == len(run.workflow.steps) - 1:
            return True
        return self._api == "v1" and one.status == "undeliverable"

    def _report(self, followed: _Followed, report: Report) -> None:
        run, followed.has_report = followed.run, True
        said = {message.message_uuid: message for message in report.messages}
        for one in run.tries:
            if one.uuid in said:
                self._believe(run, one, said[one.uuid])
        if not run.is_over:
            is_good = report.status == "completed"
            why = Reason.REACHED if is_good else Reason.FAILED
            last = run.tries[-1].step if run.tries else 0
            self._end(followed, ENDS.get(report.status, "failed"), last, why)

    def _believe(self, run: Run, one: Try, said: ReportedMessage) -> None:
        """A receipt may have been lost that the report makes up for."""
        one.usage = one.usage or said.usage
        if not run.is_over and said.status in ARRIVED and one.reached_at is None:
            one.status, one.why = said.status, Reason.REACHED.words
            one.reached_at = self._clock.wall()

    def _try(self, followed: _Followed, receipt: Receipt) -> Try | None:
        """The message it is about; a new one is taken for the next step like it."""
        run = followed.run
        for one in run.tries:
            if one.uuid == receipt.message_uuid:
                return one
        step = _step_of(run, receipt)
        if step is None:
            return None
        message, now = run.workflow.steps[step].message, self._clock.wall()
        one = Try(
            step, message, receipt.client_ref or "", is_own_ref=False, sent_at=now
        )
        one.uuid, one.answered = receipt.message_uuid, True
        for before in run.tries:
            before.why = before.why or Reason.TIME_UP.words
        run.tries.append(one)
        run.tries.sort(key=lambda one: one.step)
        self._set_patience(followed)
        return one

    def _note(self, run: Run, one: Try, reason: Reason) -> None:
        detail = f"{one.code or ''} {one.detail}".strip()
        at, channel = moment(self._clock.wall()), one.message.channel
        run.note(Happening(at, one.step, channel, reason.words, one.status, detail))

    def _end(
        self, followed: _Followed, outcome: Outcome, step: int, why: Reason
    ) -> None:
        run = followed.run
        if not run.is_over:
            run.ended = (outcome, step, why.words)
            run.ended_at = self._clock.wall()
            run.ring()

    def _is_settled(self, followed: _Followed) -> bool:
        ends = all(
            one.reached_at is not None or one.status in FAILED
            for one in followed.run.tries
        )
        return ends and (followed.has_report or self._api == "v1")


def _step_of(run: Run, receipt: Receipt) -> int | None:
    """Which step sent it: by its number, or the first one like it that is not taken."""
    place = receipt.workflow
    if place is not None and place.item is not None:
        return place.item - 1 if 1 <= place.item <= len(run.workflow.steps) else None
    taken = {one.step for one in run.tries}
    for step, asked in enumerate(run.workflow.steps):
        said = (asked.message.channel, asked.message.to)
        is_like_it = said == (receipt.channel, receipt.to) or not asked.message.to
        if step not in taken and is_like_it:
            return step
    return None
