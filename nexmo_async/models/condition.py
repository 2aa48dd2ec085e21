"""What a step waits for, and what a failure means to it. No clock, no await."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.codes import Kind
from nexmo_async.models.receipt import READABLE, Receipt, Status

__all__ = [
    "POLICY",
    "Answer",
    "Kind",
    "Quiet",
    "Until",
    "answers",
    "described",
    "met",
    "wanted",
]

#: How far a message must come: a status, any of several, or what a function says.
Until = Status | frozenset[str] | Callable[[Receipt], bool]

#: What to do about it: go to the next step, stop the run, or try this step again.
Answer = Literal["next", "stop", "retry"]

#: What a failure leads to unless the step says otherwise. A wrong text is wrong on
#: every channel, and who opted out is not chased on another one.
POLICY: Final[Mapping[Kind, Answer]] = {
    "temporary": "retry",
    "content": "stop",
    "account": "stop",
    "permanent": "next",
    "suppress": "stop",
    "unclear": "next",
}

#: What is sent without words of ours may go to any channel, so it may be read.
UNKNOWN: Final = frozenset({"raw"})

#: Statuses that a step can wait for.
WAITED: Final = ("submitted", "delivered", "read")


def wanted(value: Until | Collection[str] | None, channel: str) -> Until | None:
    """The condition, checked against what the channel can tell."""
    if value is None or callable(value):
        return value
    if isinstance(value, str):
        _check_statuses((value,), channel)
        return cast("Status", value)
    # Callers without a type checker may give anything.
    if isinstance(cast("object", value), Collection) and value:
        _check_statuses(value, channel)
        return frozenset(value)
    named = type(value).__name__
    raise MessageError("until", f"is {named}, write a status, a set or a function")


def _check_statuses(statuses: Collection[str], channel: str) -> None:
    for status in statuses:
        if status not in WAITED:
            problem = f"is {status!r}, choose from {', '.join(WAITED)}"
            raise MessageError("until", problem)
    if set(statuses) == {"read"} and channel not in READABLE | UNKNOWN:
        raise MessageError("until", f"{channel} never tells 'read', use 'delivered'")


def told(until: Until | Collection[str]) -> None:
    """Refuse to wait for what no receipt ever says: it would wait in vain."""
    if callable(until):
        return
    for status in (until,) if isinstance(until, str) else until:
        if status not in get_args(Status):
            choices = ", ".join(get_args(Status))
            problem = f"until: no receipt says {status!r}, choose from {choices}."
            raise ValueError(f"{problem} The message was sent: wait for it again.")


def met(receipt: Receipt, until: Until | None) -> bool:
    """Whether the receipt says what is waited for; without a condition: delivered."""
    if until is None:
        return receipt.reached("delivered")
    if isinstance(until, str):
        return receipt.reached(until)
    if callable(until):
        return until(receipt)
    return any(receipt.reached(status) for status in until)


def described(until: str | Collection[str] | Callable[[Receipt], bool]) -> str:
    """What is waited for, in words."""
    if isinstance(until, str):
        return until
    if callable(until):
        return "as far as you asked"
    return " or ".join(sorted(until))


def answers(value: Mapping[Kind | int, Answer]) -> Mapping[Kind | int, Answer]:
    """What to do about which failure, checked."""
    for key, answer in value.items():
        if not isinstance(key, int) and key not in get_args(Kind):
            choices = ", ".join(get_args(Kind))
            raise MessageError(f"on[{key!r}]", f"is no code and none of {choices}")
        if answer not in get_args(Answer):
            problem = f"is {answer!r}, choose from {', '.join(get_args(Answer))}"
            raise MessageError(f"on[{key!r}]", problem)
    return dict(value)


def _hour(value: time | str) -> time:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise MessageError("quiet", f"{value!r} is no time such as 22:00") from None


def _zone(value: tzinfo | str) -> tzinfo:
    if isinstance(value, tzinfo):
        return value
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        problem = f"{value!r} is no time zone such as Europe/London"
        if not available_timezones():  # Windows, and slim images
            problem = 'no time zone has a name here: pip install "nexmo-async[zones]"'
        raise MessageError("quiet", problem) from None


@attrs.frozen
class Quiet:
    """Hours of rest: `Quiet("22:00", "08:00", "Europe/London")`.

    Args:
        begin: The first minute, on the person's wall.
        end: The first minute that is free again.
        zone: Where the person lives.

    Raises:
        MessageError: One of them is none.
    """

    begin: time = attrs.field(converter=_hour)
    end: time = attrs.field(converter=_hour)
    zone: tzinfo = attrs.field(converter=_zone)

    def over(self, now: datetime) -> datetime | None:
        """When the quiet that reigns now is over; None: there is none now."""
        there = now.astimezone(self.zone)
        day, hour = there.date(), there.time()
        if self.begin < self.end:
            return self._end(day, now) if self.begin <= hour < self.end else None
        if hour >= self.begin:
            return self._end(day + timedelta(days=1), now)
        return self._end(day, now) if hour < self.end else None

    def _end(self, day: date, now: datetime) -> datetime | None:
        end = datetime.combine(day, self.end, self.zone).astimezone(UTC)
        return end if end > now else None  # an hour that came twice in autumn
