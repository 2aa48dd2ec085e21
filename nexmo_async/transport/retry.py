"""Layer: tries again what was certainly not accepted, and nothing else.

A time-out, a reset or a 5xx leaves the outcome unknown: the message may be on its way,
and the API has no key by which it would notice the second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
import tenacity

from nexmo_async.errors import ConfigurationError, NotSentError
from nexmo_async.transport.base import Request, Response, Transport, retry_after

if TYPE_CHECKING:
    from nexmo_async.clock import Clock

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503


@attrs.frozen(kw_only=True)
class Retry:
    """How often, and how patiently, a message that did not leave is tried again.

    Args:
        attempts: Tries in all; 1 means no second one.
        base: Seconds of the first back-off; each next one may be twice as long.
        cap: Seconds of the longest back-off. The wait is drawn between 0 and that.
        total: Seconds for everything: tries, back-offs and answers.
        max_retry_after: Seconds; if Nexmo asks to stay quiet for longer, the refusal
            is yours to handle.

    Raises:
        ConfigurationError: A number is too small to mean anything.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 8.0
    total: float = 60.0
    max_retry_after: float = 30.0

    def __attrs_post_init__(self) -> None:
        """Refuse what could never send."""
        if self.attempts < 1:
            raise ConfigurationError("Retry.attempts", "must be at least 1")
        if self.total <= 0:
            raise ConfigurationError("Retry.total", "must be more than 0 seconds")


@attrs.define
class Retrying:
    """Layer: a message that did not leave is sent again, until time is up."""

    inner: Transport
    policy: Retry
    clock: Clock

    async def send(self, request: Request) -> Response:
        """Send, and send again what was certainly not accepted."""
        deadline = self.clock.monotonic() + self.policy.total
        first: Response | NotSentError
        try:
            first = await self.inner.send(self._in_time(request, deadline))
        except NotSentError as why:
            first = why
        if isinstance(first, Response) and not _turned_away(first):
            return first
        return await self._again(request, first, deadline)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()

    async def _again(
        self, request: Request, first: Response | NotSentError, deadline: float
    ) -> Response:
        known = [first]

        async def attempt() -> Response:
            if not known:
                return await self.inner.send(self._in_time(request, deadline))
            outcome = known.pop()
            if isinstance(outcome, Response):
                return outcome
            raise outcome

        retrying = tenacity.AsyncRetrying(
            sleep=self.clock.sleep,
            wait=self._wait,
            stop=lambda state: self._is_over(state, deadline),
            retry=tenacity.retry_if_exception_type(NotSentError)
            | tenacity.retry_if_result(_turned_away),
            retry_error_callback=_last_outcome,
        )
        return await retrying(attempt)

    def _in_time(self, request: Request, deadline: float) -> Request:
        left = deadline - self.clock.monotonic()
        return (
            request if left > request.timeout else attrs.evolve(request, timeout=left)
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = self._asked_to_wait(state)
        if asked is not None:
            return asked
        policy = self.policy
        return tenacity.wait_random_exponential(policy.base, policy.cap)(state)

    def _is_over(self, state: tenacity.RetryCallState, deadline: float) -> bool:
        asked = self._asked_to_wait(state) or 0.0
        return (
            state.attempt_number >= self.policy.attempts
            or asked > self.policy.max_retry_after
            or self.clock.monotonic() + max(asked, state.upcoming_sleep) >= deadline
        )

    def _asked_to_wait(self, state: tenacity.RetryCallState) -> float | None:
        outcome = state.outcome
        if outcome is None or outcome.failed:
            return None
        return retry_after(outcome.result(), self.clock.wall())


def _turned_away(response: Response) -> bool:
    """Whether Nexmo said "not now" before it took the message."""
    return response.status == _TOO_MANY or (
        response.status == _UNAVAILABLE and retry_after(response, 0) is not None
    )


def _last_outcome(state: tenacity.RetryCallState) -> Response:
    """What the last try came to, as if it had been the only one."""
    if state.outcome is None:  # cannot be: this is called after a try
        raise RuntimeError
    outcome: Response = state.outcome.result()
    return outcome
