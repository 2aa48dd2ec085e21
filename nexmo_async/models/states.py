"""Where a run can stand, what can happen to it, and why it goes on. Words only."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import attrs

if TYPE_CHECKING:
    from nexmo_async.models.attempt import Outcome
    from nexmo_async.models.condition import Kind

# --- States: where a run stands. Steps are counted from 0, tries from 1. ---


@attrs.frozen
class _At:
    step: int = 0
    attempt: int = 1
    doubts: int = attrs.field(default=0, kw_only=True)


@attrs.frozen
class Ready(_At):
    """About to send: the step itself may still say no, or not yet."""


@attrs.frozen
class Pausing(_At):
    """Waits for a moment: quiet hours, or some rest before another try."""


@attrs.frozen
class Sending(_At):
    """The message is on its way to Nexmo. `then`: how the run ends once that is over.

    A request that left is never abandoned: its answer names what has to be settled.
    """

    then: Ended | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Settling(_At):
    """No clear answer came: a receipt must tell whether the message was sent."""


@attrs.frozen
class Waiting(_At):
    """Nexmo has it; a receipt must tell whether it arrives."""


@attrs.frozen
class Ended:
    """Over. `step`: the one that reached the person, or the last one tried."""

    outcome: Outcome
    step: int
    why: Reason


State: TypeAlias = Ready | Pausing | Sending | Settling | Waiting | Ended

# --- Events: what can happen to it. ---


@attrs.frozen
class Allowed:
    """Nothing speaks against sending now."""


@attrs.frozen
class Held:
    """It is too early, or too late at night."""


@attrs.frozen
class Skipped:
    """The step is left out."""


@attrs.frozen
class Unwell:
    """Its channel fails too often at the moment."""


@attrs.frozen
class Accepted:
    """Nexmo has taken the message."""


@attrs.frozen
class Refused:
    """Nexmo has answered no, or nothing was sent at all."""

    kind: Kind
    code: int | None = None


@attrs.frozen
class Unknown:
    """The request left and no clear answer came."""


@attrs.frozen
class Progressed:
    """A receipt that is not far enough."""


@attrs.frozen
class Reached:
    """A receipt that meets the condition."""


@attrs.frozen
class Failed:
    """A receipt that says the message has ended without arriving."""

    kind: Kind
    code: int | None = None


@attrs.frozen
class TimeUp:
    """The time of the state is over."""


@attrs.frozen
class LateReached:
    """A receipt meets the condition of an earlier step."""

    step: int


@attrs.frozen
class Cancelled:
    """You called it off."""


Event: TypeAlias = (
    Allowed
    | Held
    | Skipped
    | Unwell
    | Accepted
    | Refused
    | Unknown
    | Progressed
    | Reached
    | Failed
    | TimeUp
    | LateReached
    | Cancelled
)

STATES: Final[tuple[type[State], ...]] = get_args(State)
EVENTS: Final[tuple[type[Event], ...]] = get_args(Event)

# --- Reasons, and where each leads. ---

#: Where a reason leads: to a state, or to a choice that the step's own rules make.
Way = Literal[
    "stay", "send", "pause", "settle", "wait", "again", "next", "pass by", "choose",
    "give up", "reached", "reached late", "cancel", "reached meanwhile",
    "cancel meanwhile",
]  # fmt: skip


class Reason(Enum):
    """Why a run went on: the words, and where they lead."""

    def __init__(self, words: str, way: Way) -> None:
        self.words = words
        self.way: Way = way

    MEANS_NOTHING = "means nothing here", "stay"
    SENT = "sent", "send"
    HELD = "not to be sent yet", "pause"
    SKIPPED = "left out", "next"
    UNWELL = "the channel is unwell", "pass by"
    ACCEPTED = "accepted", "wait"
    REFUSED = "refused", "choose"
    NO_ANSWER = "no clear answer", "settle"
    SETTLED = "a receipt shows that it was sent", "wait"
    UNSETTLED = "no receipt shows that it was sent", "choose"
    ON_ITS_WAY = "on its way", "stay"
    KEPT = "kept until the answer is here", "stay"
    REACHED = "reached", "reached"
    FAILED = "failed", "choose"
    TIME_UP = "time is up", "give up"
    RESTED = "the pause is over", "again"
    LATE = "an earlier step arrived late", "reached late"
    DOUBLE = "an earlier step arrived as well", "stay"
    CANCELLED = "called off", "cancel"
    LATE_MEANWHILE = "an earlier step arrived meanwhile", "reached meanwhile"
    CANCELLED_MEANWHILE = "called off meanwhile", "cancel meanwhile"
