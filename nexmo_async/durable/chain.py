"""What a run of links has come to, and what is to be done about it. No await, no clock.

A link is one job: it sends the next message of a run, whichever that is by then. The
link after it is armed before it sends, so that the run goes on whoever dies. Where a
run stands is not kept anywhere: it is told by what was noted about its links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.durable.link import UNSENT
from nexmo_async.models.condition import met
from nexmo_async.models.machine import follow
from nexmo_async.models.states import (
    Accepted,
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
    Refused,
    Sending,
    Settling,
    State,
    TimeUp,
    Unknown,
    Waiting,
)
from nexmo_async.workflows.book import LONGEST_REST, REST
from nexmo_async.workflows.kinds import kind_of_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nexmo_async.durable.link import Link
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.models.step import Step
    from nexmo_async.models.workflow import Workflow

#: Seconds that one send may take, rate and tries included; never more than its step.
SEND_WITHIN: Final = 60.0


@attrs.frozen
class Standing:
    """Where a run stands.

    Attributes:
        state: As of a run in one process.
        link: The number of the last link that sent something; 0 if none did.
        due: When the next link is to run, Unix seconds; None: that is settled already,
            or there is nothing to do.
        at: When it came there, Unix seconds.
    """

    state: State
    link: int = 0
    due: float | None = None
    at: float = 0.0

    @property
    def end(self) -> Ended | None:
        """How the run ends, even if an answer is still awaited; None: it goes on."""
        if isinstance(self.state, Sending):
            return self.state.then
        return self.state if isinstance(self.state, Ended) else None


def within(step: Step, workflow: Workflow) -> float:
    """Seconds that a step may take."""
    return step.within or workflow.patience


def send_within(step: Step, workflow: Workflow) -> float:
    """Seconds that sending it may take; the next link is armed for later than that."""
    return min(SEND_WITHIN, within(step, workflow))


def may_follow(workflow: Workflow, step: int, attempt: int) -> bool:
    """Whether anything can come after that try."""
    steps = workflow.steps
    return step < len(steps) - 1 or attempt < steps[step].attempts


def stand(links: Sequence[Link], workflow: Workflow) -> Standing:
    """Where the run stands, by what was noted."""
    sent = [one for one in links if one.is_sent]
    called_off = [one.called_off for one in links if one.called_off is not None]
    if not sent:
        state: State = Ready()
        if called_off:
            state = follow(state, Cancelled(), workflow.steps)[0]
        return Standing(state, at=max(called_off, default=0.0))
    state, last = _began(sent[-1]), sent[-1]
    happened = sorted(_happened(sent, workflow), key=lambda pair: pair[0])
    happened += [(at, Cancelled()) for at in called_off]
    at = last.mark.at if last.mark else 0.0
    for at_, event in (*_answered(last), *happened):
        before, (state, _) = state, follow(state, event, workflow.steps)
        at = at_ if state != before else at
    return Standing(state, last.number, _due(state, last, at, workflow), at)


def turn(links: Sequence[Link], workflow: Workflow, now: float) -> Standing:
    """Where the run goes now that it is the turn of the link after these."""
    standing = stand(links, workflow)
    state, last = standing.state, standing.link
    due = step_due(next((one for one in links if one.number == last), None), workflow)
    if isinstance(state, Sending) and state.then is None:
        # Nobody has told what became of it in all the time that it had.
        state = Waiting(state.step, state.attempt, doubts=state.doubts)
    if isinstance(state, Pausing):
        state = follow(state, TimeUp(), workflow.steps)[0]
        if due is not None and due <= now:
            state = follow(state, TimeUp(), workflow.steps)[0]
    elif isinstance(state, Waiting | Settling):
        state = follow(state, TimeUp(), workflow.steps)[0]
    is_again = isinstance(state, Ready) and state.attempt > 1
    return Standing(state, last, due if is_again else None)


def step_due(last: Link | None, workflow: Workflow) -> float | None:
    """When the time of a link's step is over: it counts from the first answer."""
    if last is None or last.mark is None:
        return None
    if last.mark.due is not None:
        return last.mark.due
    step = workflow.steps[last.mark.step]
    if last.answer is not None:
        return last.answer.at + within(step, workflow)
    return last.mark.at + send_within(step, workflow) + within(step, workflow)


def _began(last: Link) -> State:
    if last.mark is None:
        raise ValueError("nobody has begun to send it")
    mark = last.mark
    return Sending(mark.step, mark.attempt, doubts=mark.doubts)


def _answered(last: Link) -> Iterator[tuple[float, Event]]:
    """What is known of the answer; a receipt shows that there was a good one."""
    answer = last.answer
    if answer is None or answer.what in UNSENT:
        if last.told:
            yield last.told[0].seen, Accepted()
    elif answer.what == "accepted":
        yield answer.at, Accepted()
    elif answer.what == "refused":
        yield answer.at, Refused(answer.kind, answer.code)
    else:
        yield answer.at, Unknown()


def _happened(
    sent: Sequence[Link], workflow: Workflow
) -> Iterator[tuple[float, Event]]:
    *before, last = sent
    for one in before:
        seen = reached_at(one, workflow)
        if seen is not None and one.mark is not None:
            yield seen, LateReached(one.mark.step)
    seen = reached_at(last, workflow)
    for told in last.told:
        if told.seen == seen:
            yield told.seen, Reached()
        elif not told.receipt.failed:
            yield told.seen, Progressed()
        elif seen is None and _is_of(told.receipt, last):
            kind = kind_of_code(told.receipt.code)
            yield told.seen, Failed(kind, told.receipt.code)


def reached_at(one: Link, workflow: Workflow) -> float | None:
    """When a receipt came that meets the condition of its step; None: there is none."""
    if one.mark is None:
        return None
    until = workflow.steps[one.mark.step].until
    return next((told.seen for told in one.told if met(told.receipt, until)), None)


def _is_of(receipt: Receipt, one: Link) -> bool:
    """Whether it is about the message that was answered, not about a double of it."""
    uuid = one.answer.uuid if one.answer is not None else ""
    return not uuid or receipt.message_uuid == uuid


def _due(state: State, last: Link, at: float, workflow: Workflow) -> float | None:
    over = step_due(last, workflow) or at
    match state:
        case Ready():
            return at
        case Pausing():
            usual = min(REST * 2.0 ** (state.attempt - 2), LONGEST_REST)
            asked = last.answer.rest if last.answer is not None else 0.0
            return min(at + max(usual, asked), over)
        case Settling():
            return min(at + workflow.settle, over)
        case Waiting() if last.answer is not None and last.answer.what == "unknown":
            return over
        case _:
            return None


def silent(standing: Standing, workflow: Workflow) -> Ended | None:
    """How a run has ended that waited in vain and has nothing left to try."""
    state = standing.state
    if not isinstance(state, Waiting | Settling):
        return None
    after = follow(state, TimeUp(), workflow.steps)[0]
    if isinstance(after, Ended):
        return after
    return Ended("silent", state.step, Reason.TIME_UP)
