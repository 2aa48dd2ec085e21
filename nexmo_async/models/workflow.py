"""Attempts in a row: each runs only if the one before it did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.message import Message, one_of, seconds
from nexmo_async.models.receipt import READABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

#: How many attempts make a workflow worth its name.
FEWEST_STEPS: Final = 2

Until = Literal["delivered", "read"]


def _message(value: Message) -> Message:
    given = cast("object", value)  # callers without a type checker
    if not isinstance(given, Message):
        named = type(given).__name__
        raise MessageError("message", f"is {named}, write Sms(...) or the like")
    return value


def _within(value: float | timedelta | None) -> float | None:
    return None if value is None else seconds(value, "within")


@attrs.frozen
class Step:
    """One attempt, and what must happen for it to be the last.

    Args:
        message: What to send.
        until: What it must reach: "delivered", or "read" where the channel tells.
            None: only a refusal leads to the next step.
        within: Seconds, or a `timedelta`, that it may take.

    Raises:
        MessageError: The channel cannot tell this, or only half a condition is given.
    """

    message: Message = attrs.field(converter=_message)
    until: Until | None = attrs.field(default=None, kw_only=True)
    within: float | None = attrs.field(default=None, converter=_within, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Hold the condition against what the channel can tell."""
        one_of(self.until, "until", Until)
        if (self.until is None) != (self.within is None):
            raise MessageError("within", "and until go together: give both, or none")
        if self.within is not None and not self.within > 0:
            raise MessageError("within", f"is {self.within:g} seconds, must be above 0")
        if self.until == "read" and self.message.channel not in READABLE:
            raise MessageError(
                "until", f"{self.message.channel} never tells 'read', use 'delivered'"
            )


def _steps(values: Sequence[Step]) -> tuple[Step, ...]:
    steps = tuple(values)
    for place, given in enumerate(cast("Sequence[object]", steps)):
        if not isinstance(given, Step):
            named = type(given).__name__
            raise MessageError(f"steps[{place}]", f"is {named}, write Step(...)")
    if len(steps) < FEWEST_STEPS:
        raise MessageError("steps", f"are {len(steps)}, a workflow has at least two")
    if steps[-1].until is not None:
        raise MessageError("steps", "end with a condition: the last step takes none")
    return steps


@attrs.frozen(init=False)
class Workflow:
    """Steps in the order they are tried: `Workflow(Step(...), Step(...))`.

    Args:
        *steps: At least two; each but the last may carry a condition.

    Raises:
        MessageError: Too few steps, or a condition on the last.
    """

    steps: tuple[Step, ...]

    def __init__(self, *steps: Step) -> None:
        object.__setattr__(self, "steps", _steps(steps))
