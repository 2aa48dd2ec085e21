"""What happens next in a workflow: a table. No clock, no store, no await.

A run is in one state. Whatever happens is an event. `follow` looks both up in the
table, where each pair has an answer, and says which state is next and why. The reasons
are data: the result, the story of a run and the diagram are told in their words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

import attrs

from nexmo_async.models.condition import POLICY
from nexmo_async.models.states import (
    Accepted,
    Allowed,
    Cancelled,
    Ended,
    Event,
    Failed,
    Held,
    LateReached,
    Pausing,
    Progressed,
    Reached,
    Ready,
    Reason,
    Refused,
    Sending,
    Settling,
    Skipped,
    State,
    TimeUp,
    Unknown,
    Unwell,
    Waiting,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nexmo_async.models.attempt import Outcome
    from nexmo_async.models.condition import Answer, Kind
    from nexmo_async.models.step import Step


@attrs.frozen(kw_only=True)
class Row:
    """One state's answer to each event. Leaving one out is a type error."""

    allowed: Reason
    held: Reason
    skipped: Reason
    unwell: Reason
    accepted: Reason
    refused: Reason
    unknown: Reason
    progressed: Reason
    reached: Reason
    failed: Reason
    time_up: Reason
    late_reached: Reason
    cancelled: Reason

    def answer(self, event: Event) -> Reason:  # noqa: PLR0911, PLR0912, C901  a table
        """The reason that the event gives."""
        match event:
            case Allowed():
                return self.allowed
            case Held():
                return self.held
            case Skipped():
                return self.skipped
            case Unwell():
                return self.unwell
            case Accepted():
                return self.accepted
            case Refused():
                return self.refused
            case Unknown():
                return self.unknown
            case Progressed():
                return self.progressed
            case Reached():
                return self.reached
            case Failed():
                return self.failed
            case TimeUp():
                return self.time_up
            case LateReached():
                return self.late_reached
            case Cancelled():
                return self.cancelled
            case _:
                assert_never(event)


READY: Final = Row(
    allowed=Reason.SENT,
    held=Reason.HELD,
    skipped=Reason.SKIPPED,
    unwell=Reason.UNWELL,
    accepted=Reason.MEANS_NOTHING,
    refused=Reason.MEANS_NOTHING,
    unknown=Reason.MEANS_NOTHING,
    progressed=Reason.MEANS_NOTHING,
    reached=Reason.MEANS_NOTHING,
    failed=Reason.MEANS_NOTHING,
    time_up=Reason.TIME_UP,
    late_reached=Reason.LATE,
    cancelled=Reason.CANCELLED,
)

PAUSING: Final = Row(
    allowed=Reason.MEANS_NOTHING,
    held=Reason.MEANS_NOTHING,
    skipped=Reason.MEANS_NOTHING,
    unwell=Reason.MEANS_NOTHING,
    accepted=Reason.MEANS_NOTHING,
    refused=Reason.MEANS_NOTHING,
    unknown=Reason.MEANS_NOTHING,
    progressed=Reason.MEANS_NOTHING,
    reached=Reason.MEANS_NOTHING,
    failed=Reason.MEANS_NOTHING,
    time_up=Reason.RESTED,
    late_reached=Reason.LATE,
    cancelled=Reason.CANCELLED,
)

SENDING: Final = Row(
    allowed=Reason.MEANS_NOTHING,
    held=Reason.MEANS_NOTHING,
    skipped=Reason.MEANS_NOTHING,
    unwell=Reason.MEANS_NOTHING,
    accepted=Reason.ACCEPTED,
    refused=Reason.REFUSED,
    unknown=Reason.NO_ANSWER,
    progressed=Reason.KEPT,
    reached=Reason.KEPT,
    failed=Reason.KEPT,
    time_up=Reason.MEANS_NOTHING,
    late_reached=Reason.LATE_MEANWHILE,
    cancelled=Reason.CANCELLED_MEANWHILE,
)

SETTLING: Final = Row(
    allowed=Reason.MEANS_NOTHING,
    held=Reason.MEANS_NOTHING,
    skipped=Reason.MEANS_NOTHING,
    unwell=Reason.MEANS_NOTHING,
    accepted=Reason.MEANS_NOTHING,
    refused=Reason.MEANS_NOTHING,
    unknown=Reason.MEANS_NOTHING,
    progressed=Reason.SETTLED,
    reached=Reason.REACHED,
    failed=Reason.FAILED,
    time_up=Reason.UNSETTLED,
    late_reached=Reason.LATE,
    cancelled=Reason.CANCELLED,
)

WAITING: Final = Row(
    allowed=Reason.MEANS_NOTHING,
    held=Reason.MEANS_NOTHING,
    skipped=Reason.MEANS_NOTHING,
    unwell=Reason.MEANS_NOTHING,
    accepted=Reason.MEANS_NOTHING,
    refused=Reason.MEANS_NOTHING,
    unknown=Reason.MEANS_NOTHING,
    progressed=Reason.ON_ITS_WAY,
    reached=Reason.REACHED,
    failed=Reason.FAILED,
    time_up=Reason.TIME_UP,
    late_reached=Reason.LATE,
    cancelled=Reason.CANCELLED,
)

ENDED: Final = Row(
    allowed=Reason.MEANS_NOTHING,
    held=Reason.MEANS_NOTHING,
    skipped=Reason.MEANS_NOTHING,
    unwell=Reason.MEANS_NOTHING,
    accepted=Reason.MEANS_NOTHING,
    refused=Reason.MEANS_NOTHING,
    unknown=Reason.MEANS_NOTHING,
    progressed=Reason.MEANS_NOTHING,
    reached=Reason.MEANS_NOTHING,
    failed=Reason.MEANS_NOTHING,
    time_up=Reason.MEANS_NOTHING,
    late_reached=Reason.DOUBLE,
    cancelled=Reason.MEANS_NOTHING,
)


Moving: TypeAlias = Ready | Pausing | Sending | Settling | Waiting

#: Reasons that only change the state of the same try.
MOVES: Final[Mapping[Way, type[Moving]]] = {
    "send": Sending,
    "pause": Pausing,
    "settle": Settling,
    "wait": Waiting,
    "again": Ready,
}


def row(state: State) -> Row:
    """The state's answers."""
    match state:
        case Ready():
            return READY
        case Pausing():
            return PAUSING
        case Sending():
            return SENDING
        case Settling():
            return SETTLING
        case Waiting():
            return WAITING
        case Ended():
            return ENDED
        case _:
            assert_never(state)


def follow(state: State, event: Event, steps: Sequence[Step]) -> tuple[State, Reason]:
    """The state after the event, and why."""
    reason = row(state).answer(event)
    if isinstance(state, Ended) or reason.way == "stay":
        return state, reason
    if isinstance(state, Sending) and state.then is not None:
        return _called_back(state, event), reason
    return _lead(state, event, reason, steps), reason


def answer_to(kind: Kind, code: int | None, step: Step) -> Answer:
    """What the step wants done about a failure: by its code, its kind, or as usual."""
    if code is not None and code in step.on:
        return step.on[code]
    return step.on.get(kind, POLICY[kind])


def _called_back(state: Sending, event: Event) -> State:
    """How the run ends was clear before; now the answer is here."""
    if isinstance(event, Accepted | Refused | Unknown) and state.then is not None:
        return state.then
    return state


def _lead(  # noqa: PLR0911, PLR0912, C901  a table
    state: Moving,
    event: Event,
    reason: Reason,
    steps: Sequence[Step],
) -> State:
    here, doubts = (state.step, state.attempt), state.doubts
    match reason.way:
        case "send" | "pause" | "settle" | "wait" | "again" as way:
            return MOVES[way](*here, doubts=doubts)
        case "pass by" if state.step + 1 == len(steps):
            return Sending(*here, doubts=doubts)  # better than none
        case "next" | "pass by":
            return _next(state, reason, steps, "stopped")
        case "choose":
            return _choose(state, event, reason, steps)
        case "give up" if steps[state.step].until is None:
            return Ended("silent", state.step, reason)
        case "give up":
            return _next(state, reason, steps, "silent")
        case "reached":
            return Ended("reached", state.step, reason)
        case "reached late":
            return _reached_late(event, reason)
        case "cancel":
            return Ended("cancelled", state.step, reason)
        case "reached meanwhile":
            return Sending(*here, doubts=doubts, then=_reached_late(event, reason))
        case "cancel meanwhile":
            then = Ended("cancelled", state.step, reason)
            return Sending(*here, doubts=doubts, then=then)
        case "stay":
            return state
        case _:
            assert_never(reason.way)


def _reached_late(event: Event, reason: Reason) -> Ended:
    return Ended("reached", event.step if isinstance(event, LateReached) else 0, reason)


def _choose(
    state: Moving,
    event: Event,
    reason: Reason,
    steps: Sequence[Step],
) -> State:
    kind: Kind = "unclear"
    code: int | None = None
    if isinstance(event, Refused | Failed):
        kind, code = event.kind, event.code
    answer = answer_to(kind, code, steps[state.step])
    doubts = state.doubts + (kind == "unclear")
    if answer == "retry" and state.attempt < steps[state.step].attempts:
        return Pausing(state.step, state.attempt + 1, doubts=doubts)
    # Each unclear failure may have reached the person: going on is right once.
    if answer == "stop" or (kind == "unclear" and state.doubts):
        return Ended("stopped", state.step, reason)
    return _next(attrs.evolve(state, doubts=doubts), reason, steps, "failed")


def _next(
    state: Moving,
    reason: Reason,
    steps: Sequence[Step],
    otherwise: Outcome,
) -> State:
    after = state.step + 1
    if after < len(steps):
        return Ready(after, doubts=state.doubts)
    return Ended(otherwise, state.step, reason)
