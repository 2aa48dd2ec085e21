"""Layer: tries again what was certainly not accepted, and nothing else.

A time-out, a reset or a 5xx leaves the outcome unknown: the message may be on its way,
and the API has no key by which it would notice the second one. A receipt may tell.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Literal

import attrs
import tenacity

from nexmo_async.errors import (
    ConfigurationError,
    NexmoError,
    NotSentError,
    UnknownOutcomeError,
)
from nexmo_async.observe.events import Repeated, Settled, Tell
from nexmo_async.transport.base import Request, Response, Transport, retry_after

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nexmo_async.clock import Clock

_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_UNAVAILABLE: Final = 503

#: What to do where the outcome is unknown.
OnUnknown = Literal["settle", "raise", "resend"]
_CHOICES: Final[tuple[OnUnknown, ...]] = ("settle", "raise", "resend")

#: The message that a receipt with this client_ref names, waited for so many seconds;
#: empty if none came.
Settle = Callable[[str, float], Awaitable[str]]

#: What one try came to. "unknown": it left, and nobody knows whether it was accepted.
Outcome = Response | NotSentError | UnknownOutcomeError
Fate = Literal["done", "not accepted", "unknown"]


@attrs.frozen(kw_only=True)
class Retry:
    """How often, and how patiently, a message that did not leave is tried again.

    Args:
        attempts: Tries in all; 1 means no second one.
        base: Seconds of the first back-off; each next one may be twice as long.
        cap: Seconds of the longest back-off.
        jitter: The part of each back-off that is drawn by lot, 0 to 1. With 1 the wait
            is anything between 0 and the back-off, so that many do not return at once.
        total: Seconds for everything: queueing, tries, back-offs and answers.
        max_retry_after: Seconds; if Nexmo asks to stay quiet for longer, the refusal
            is yours to handle, and says for how long.
        on_unknown: What to do if a message may have been accepted, or not. "settle":
            wait for a receipt that names it. "raise": leave it to you at once.
            "resend": send it again, and maybe twice.
        grace: Seconds that "settle" waits for a receipt.

    Raises:
        ConfigurationError: A number is too small to mean anything.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 8.0
    jitter: float = 1.0
    total: float = 60.0
    max_retry_after: float = 30.0
    on_unknown: OnUnknown = "settle"
    grace: float = 5.0

    def __attrs_post_init__(self) -> None:
        """Refuse what could never send."""
        if self.attempts < 1:
            raise ConfigurationError("Retry.attempts", "must be at least 1")
        if not self.total > 0:
            raise ConfigurationError("Retry.total", "must be more than 0 seconds")
        for name in ("base", "cap", "max_retry_after", "grace"):
            if not getattr(self, name) >= 0:
                raise ConfigurationError(f"Retry.{name}", "must be 0 seconds or more")
        if not 0 <= self.jitter <= 1:
            raise ConfigurationError("Retry.jitter", "must be between 0 and 1")
        if self.on_unknown not in _CHOICES:
            problem = f"is {self.on_unknown!r}, choose from {', '.join(_CHOICES)}"
            raise ConfigurationError("Retry.on_unknown", problem)

    def repeats(self, fate: Fate, method: str) -> bool:
        """Whether to try again what came to that."""
        if fate == "unknown":  # a PATCH says the same thing twice
            return method == "PATCH" or self.on_unknown == "resend"
        return fate == "not accepted"


def fate(outcome: Outcome) -> Fate:
    """What an outcome says about the message."""
    if isinstance(outcome, NotSentError):
        return "not accepted"
    if isinstance(outcome, UnknownOutcomeError):
        return "unknown"
    if outcome.status == _TOO_MANY:
        return "not accepted"
    if outcome.status < _SERVER_ERROR:
        return "done"
    # Busy, and it says until when: it has not taken the message.
    is_busy = outcome.status == _UNAVAILABLE and retry_after(outcome, 0) is not None
    return "not accepted" if is_busy else "unknown"


@attrs.define
class Retrying:
    """Layer: a message that did not leave is sent again, until time is up."""

    inner: Transport
    policy: Retry
    clock: Clock
    settle: Settle | None = None
    tell: Tell | None = None

    async def send(self, request: Request) -> Response:
        """Send, and send again what was certainly not accepted."""
        if math.isinf(request.deadline):
            ends = self.clock.monotonic() + self.policy.total
            request = attrs.evolve(request, deadline=ends)
        outcome = await self._try(request)
        if isinstance(outcome, Response) and fate(outcome) == "done":
            return outcome
        if self.policy.repeats(fate(outcome), request.method):
            outcome = await self._again(request, outcome)
        if fate(outcome) == "unknown":
            outcome = await self._settled(request) or outcome
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()

    async def _try(self, request: Request) -> Outcome:
        left = request.deadline - self.clock.monotonic()
        if left < request.timeout:
            request = attrs.evolve(request, timeout=left)
        try:
            return await self.inner.send(request)
        except (NotSentError, UnknownOutcomeError) as why:
            return why

    async def _again(self, request: Request, first: Outcome) -> Outcome:
        known, trail = [first], [first]

        async def attempt() -> Outcome:
            if known:
                return known.pop()
            trail.append(await self._try(request))
            return trail[-1]

        retrying = tenacity.AsyncRetrying(
            sleep=self.clock.sleep,
            wait=self._wait,
            stop=lambda state: self._is_over(state, request.deadline),
            retry=tenacity.retry_if_result(
                lambda outcome: self.policy.repeats(fate(outcome), request.method)
            ),
            before_sleep=lambda state: self._repeated(request, state),
            retry_error_callback=_outcome,
        )
        try:
            last: Outcome = await retrying(attempt)
        except NexmoError:  # kept back by a limit of yours, or by a client that closed
            lost = _lost(trail)
            if request.method != "POST" or lost is None:
                raise
            return lost
        if request.method == "POST" and not _is_accepted(last):
            # A refusal says nothing of the one before it, which may be on its way.
            return _lost(trail) or last
        return last

    async def _settled(self, request: Request) -> Response | None:
        """What a receipt says. Only a single message has one that names it."""
        left = request.deadline - self.clock.monotonic()
        if (
            self.policy.on_unknown != "settle"
            or self.settle is None
            or not (request.client_ref and request.recipient)
            or left <= 0
        ):
            return None
        named = await self.settle(request.client_ref, min(self.policy.grace, left))
        if self.tell is not None:
            self.tell(Settled(request.subject, named))
        return Response(202, {}, b"", settled=named) if named else None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = self._asked_to_wait(state)
        if asked is not None:
            return asked
        policy = self.policy
        longest = tenacity.wait_exponential(policy.base, policy.cap)(state)
        drawn = tenacity.wait_random_exponential(policy.base, policy.cap)(state)
        return longest * (1 - policy.jitter) + drawn * policy.jitter

    def _is_over(self, state: tenacity.RetryCallState, deadline: float) -> bool:
        asked = self._asked_to_wait(state) or 0.0
        return (
            state.attempt_number >= self.policy.attempts
            or asked > self.policy.max_retry_after
            or self.clock.monotonic() + max(asked, state.upcoming_sleep) >= deadline
        )

    def _asked_to_wait(self, state: tenacity.RetryCallState) -> float | None:
        outcome = _outcome(state)
        if not isinstance(outcome, Response):
            return None
        return retry_after(outcome, self.clock.wall())

    def _repeated(self, request: Request, state: tenacity.RetryCallState) -> None:
        if self.tell is not None:
            may_double = request.method == "POST" and fate(_outcome(state)) == "unknown"
            self.tell(
                Repeated(
                    request.subject,
                    state.attempt_number,
                    state.upcoming_sleep,
                    may_double,
                )
            )


def _lost(trail: Iterable[Outcome]) -> Outcome | None:
    """The first try of which nobody knows whether it was accepted."""
    return next((each for each in trail if fate(each) == "unknown"), None)


def _is_accepted(outcome: Outcome) -> bool:
    return isinstance(outcome, Response) and outcome.status // 100 == 2  # noqa: PLR2004  any success counts


def _outcome(state: tenacity.RetryCallState) -> Outcome:
    """What the last try came to."""
    if state.outcome is None:  # cannot be: this is called after a try
        raise RuntimeError
    outcome: Outcome = state.outcome.result()
    return outcome
