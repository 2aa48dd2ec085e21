"""One attempt, and what must happen for it to be the last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.base import no_message
from nexmo_async.models.condition import Answer, Kind, Quiet, Until, answers, wanted
from nexmo_async.models.message import Message, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nexmo_async.models.attempt import Attempt

#: How often one step may be tried.
ATTEMPTS: Final = range(1, 101)


def _message(value: Message) -> Message:
    given = cast("object", value)  # callers without a type checker
    if not isinstance(given, Message):
        raise no_message(given)
    return value


def _within(value: float | timedelta | None) -> float | None:
    return None if value is None else seconds(value, "within")


def _attempts(value: int) -> int:
    if isinstance(cast("object", value), bool) or value not in ATTEMPTS:
        problem = f"is {value!r}, allowed are {ATTEMPTS[0]} to {ATTEMPTS[-1]}"
        raise MessageError("attempts", problem)
    return value


def _until(value: str | Collection[str] | Until | None) -> Until | None:
    return cast("Until | None", value)  # checked once the message is known


def _instant(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise MessageError("not_before", "has no time zone")
    return None if value is None else value.astimezone(UTC)


@attrs.frozen
class Step:
    """One attempt, and what must happen for it to be the last.

    Args:
        message: What to send.
        until: What it must reach: "delivered", or "read" where the channel tells; a
            set, of which one is enough; or a function of a receipt. None: only a
            failure leads to the next step.
        within: Seconds, or a `timedelta`, that it may take, counted from Nexmo's first
            answer; further tries included.
        attempts: How often it is tried, if the failure is a temporary one.
        on: What a failure leads to, by its code or kind: "next", "stop" or "retry", as
            in `on={"suppress": "next", 1340: "stop"}`.
        not_before: It waits for this moment.
        quiet: Hours in which it is not sent, but waits for their end.
        skip_if: Given the attempts so far, says whether to leave this step out.

    Raises:
        MessageError: The channel cannot tell this, or only half a condition is given.
    """

    message: Message = attrs.field(converter=_message)
    until: Until | None = attrs.field(default=None, converter=_until, kw_only=True)
    within: float | None = attrs.field(default=None, converter=_within, kw_only=True)
    attempts: int = attrs.field(default=1, converter=_attempts, kw_only=True)
    on: Mapping[Kind | int, Answer] = attrs.field(
        factory=dict["Kind | int", Answer], converter=answers, hash=False, kw_only=True
    )
    not_before: datetime | None = attrs.field(
        default=None, converter=_instant, kw_only=True
    )
    quiet: Quiet | None = attrs.field(default=None, kw_only=True)
    skip_if: Callable[[Sequence[Attempt]], bool] | None = attrs.field(
        default=None, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        """Hold the condition against what the channel can tell."""
        until = wanted(self.until, self.message.channel)
        object.__setattr__(self, "until", until)
        if (self.until is None) != (self.within is None):
            raise MessageError("within", "and until go together: give both, or none")
        if self.within is not None and not self.within > 0:
            raise MessageError("within", f"is {self.within:g} seconds, must be above 0")

    def held_until(self, now: datetime) -> datetime | None:
        """The moment it has to wait for; None: it may be sent now."""
        if self.not_before is not None and now < self.not_before:
            return self.not_before
        return None if self.quiet is None else self.quiet.over(now)
