"""Which send an event belongs to, and what one send has gone through so far.

A send is told of from the task that asked for it, so that a context variable knows
which one it is: however many are under way, none is taken for another.
"""

from __future__ import annotations

import asyncio
import itertools
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import (
    ClosedError,
    ConfigurationError,
    MessageError,
    NexmoError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.observe.events import Begun, Ended, Event, Outcome, Subject, Tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token

    from nexmo_async.clock import Clock
    from nexmo_async.observe.events import Operation

#: What an error says about the send that ended with it. A child follows its parent.
OUTCOMES: Final[Mapping[type[BaseException], Outcome]] = {
    RefusedError: "refused",
    NotSentError: "not sent",
    ThrottledError: "throttled",
    UnknownOutcomeError: "unknown",
    MessageError: "invalid",
    ConfigurationError: "invalid",
    ClosedError: "invalid",
    asyncio.CancelledError: "cancelled",
}

_NUMBERS: Final = itertools.count(1)


@attrs.define(eq=False)
class Trail:
    """One send and its events so far.

    Attributes:
        subject: What its events are about.
        clock: What they are timed by.
        at: When it began, in Unix seconds.
        began: When it began, on the monotonic clock.
        told: Each event, with its seconds since then.
        message_uuid: What Nexmo called it. May be empty.
    """

    subject: Subject
    clock: Clock
    at: float
    began: float
    told: list[tuple[float, Event]] = attrs.field(
        factory=list[tuple[float, "Event"]], repr=False
    )
    message_uuid: str = ""


_CURRENT: Final[ContextVar[Trail | None]] = ContextVar("nexmo_async", default=None)


def current_subject() -> Subject | None:
    """What the events of the send that this task is busy with are about."""
    trail = _CURRENT.get()
    return None if trail is None else trail.subject


def note(event: Event) -> None:
    """Observer: writes an event down where it belongs."""
    trail = _CURRENT.get()
    # A task that a send has started inherits its trail, and may tell of something else.
    if trail is not None and event.subject is trail.subject:
        trail.told.append((trail.clock.monotonic() - trail.began, event))


@attrs.define(eq=False)
class Sending:
    """Tells that a send begins, and how it ends: `with Sending(...) as trail`.

    Args:
        tell: Whom to.
        clock: What it is timed by.
        server: Who is asked: `https://api.nexmo.com`.
        operation: What is asked for.
        subject: What its events are about; it is given its number here.
    """

    tell: Tell
    clock: Clock
    server: str
    operation: Operation
    subject: Subject
    _trail: Trail = attrs.field(init=False)
    _token: Token[Trail | None] = attrs.field(init=False)

    def __enter__(self) -> Trail:
        """It begins."""
        subject = attrs.evolve(self.subject, send=next(_NUMBERS))
        clock = self.clock
        self._trail = trail = Trail(subject, clock, clock.wall(), clock.monotonic())
        self._token = _CURRENT.set(trail)
        self.tell(Begun(subject, self.operation, self.server))
        return trail

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        """It is over."""
        if isinstance(error, GeneratorExit):
            return  # thrown away unfinished, by whoever clears up: not in our context
        trail = self._trail
        took = self.clock.monotonic() - trail.began
        problem = error.what() if isinstance(error, NexmoError) else ""
        self.tell(
            Ended(
                trail.subject,
                self.operation,
                outcome(error),
                took,
                trail.message_uuid,
                "" if kind is None else kind.__name__,
                problem,
            )
        )
        _CURRENT.reset(self._token)


def outcome(error: BaseException | None) -> Outcome:
    """How a send has ended that ended with this error, or with none."""
    if error is None:
        return "accepted"
    for kind, said in OUTCOMES.items():
        if isinstance(error, kind):
            return said
    return "failed"
