"""When the next step of a workflow runs. Deciding only: no clock, no await."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.records import Condition, Draft

Decision: TypeAlias = Literal["wait", "next", "completed", "error"]

#: Which statuses meet a condition: who read it has received it. (Dispatch spec.)
MEETS: Final[Mapping[Condition, frozenset[str]]] = {
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
}

#: Which statuses fail a step at once. (Dispatch spec.)
FAILS: Final = frozenset({"rejected", "undeliverable"})

#: Which status makes native failover go on: this one only. (Messages v1 spec.)
GOES_ON: Final = "rejected"

#: Statuses after which native failover has nothing left to wait for.
ENDS: Final = frozenset({"delivered", "read", "undeliverable"})


@attrs.frozen
class Step:
    """One step of a dispatch.

    Attributes:
        draft: The message.
        condition: What must be reached; the last step waits for `delivered`.
        within: Seconds to reach it; None on the last step.
    """

    draft: Draft
    condition: Condition = "delivered"
    within: float | None = None


@attrs.frozen
class Expired:
    """The step's time is over."""


def dispatch(step: Step, event: str | Expired) -> Decision:
    """What a status, or the end of the time, means to a dispatch."""
    last = step.within is None
    if isinstance(event, Expired):
        return "next"
    if event in FAILS:
        return "error" if last else "next"
    return "completed" if event in MEETS[step.condition] else "wait"


def failover(event: str, *, last: bool) -> Decision:
    """What a status means to the failover inside of a v1 message."""
    if event == GOES_ON:
        return "error" if last else "next"
    if event in ENDS:
        return "error" if event in FAILS else "completed"
    return "wait"
