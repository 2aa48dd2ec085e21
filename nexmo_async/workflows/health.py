"""How the channels are doing, and which of them new steps had better pass by."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.errors import ConfigurationError
from nexmo_async.workflows.breaker import (
    Answer,
    Bad,
    Breaker,
    Closed,
    Gone,
    Good,
    HalfOpen,
    Open,
    Probe,
    Rules,
    ask,
    follow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nexmo_async.clock import Clock

_log: Final = logging.getLogger("nexmo_async.workflows")

#: What can be wrong with a channel. "undeliverable": receipts tell of messages that
#: found no way. "unavailable": Nexmo answered 5xx, or gave no clear answer.
Errors = Literal["undeliverable", "unavailable"]
CLASSES: Final[tuple[Errors, ...]] = ("undeliverable", "unavailable")

Name = Literal["closed", "open", "half-open"]
NAMES: Final[dict[type[Breaker], Name]] = {
    Closed: "closed",
    Open: "open",
    HalfOpen: "half-open",
}


@attrs.frozen(kw_only=True)
class ChannelState:
    """How one channel stands with one class of errors.

    Attributes:
        channel: "viber", "whatsapp", ...
        errors: "undeliverable" or "unavailable".
        state: "closed": all is well. "open": new steps pass it by. "half-open": one at
            a time tries.
        good: Messages that went well: within the window, or since it is half-open.
        bad: Messages that failed within the window; once it is open, those that
            opened it.
        until: While it is open, when the first one may try, UTC.
    """

    channel: str
    errors: Errors
    state: Name
    good: int = 0
    bad: int = 0
    until: datetime | None = None

    def __str__(self) -> str:
        """The same in words."""
        if self.state == "closed":
            return f"{self.channel} is well: {self.bad} {self.errors} lately"
        if self.until is None:
            return f"{self.channel} is tried: {self.good} went well so far"
        after = f"tried again from {self.until:%H:%M:%S} UTC"
        return f"{self.channel} is unwell: {self.bad} {self.errors}, {after}"


@attrs.define(eq=False)
class _Ward:
    """One channel and one class of errors."""

    breaker: Breaker = attrs.field(factory=Closed)
    bad: int = 0
    until: datetime | None = None


class ChannelHealth:
    """Lets new steps pass a channel by while too many messages fail on it.

    Give the same one to all runs that should learn from each other:
    `nexmo.workflows.run(workflow, health=health)`. The last step of a workflow is never
    passed by. What is wrong with a text, a person or the account is not held against a
    channel.

    Args:
        failures: How many within the window make a channel unwell.
        ratio: The part of all messages that they must be, above 0 to 1.
        window: Seconds, or what is counted together.
        rest: Seconds for which an unwell channel is left alone, and for which one that
            tries it keeps others waiting.
        good: How many must go well, one after another, until it is well again.
        probes: How many may try it at a time.
        observers: Called with the new `ChannelState` whenever one changes.

    Raises:
        ConfigurationError: A number is too small or too large to mean anything.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        *,
        failures: int = 10,
        ratio: float = 0.5,
        window: float = 60.0,
        rest: float = 30.0,
        good: int = 3,
        probes: int = 1,
        observers: Sequence[Callable[[ChannelState], object]] = (),
    ) -> None:
        whole = {"failures": failures, "good": good, "probes": probes}
        for name, number in whole.items():
            if number < 1:
                raise ConfigurationError(f"ChannelHealth.{name}", "must be at least 1")
        for name, seconds in {"window": window, "rest": rest}.items():
            if not seconds > 0:
                problem = "must be more than 0 seconds"
                raise ConfigurationError(f"ChannelHealth.{name}", problem)
        if not 0 < ratio <= 1:
            raise ConfigurationError("ChannelHealth.ratio", "must be above 0, up to 1")
        self._rules = Rules(
            failures=failures,
            ratio=ratio,
            window=window,
            rest=rest,
            good=good,
            probes=probes,
        )
        self._observers = tuple(observers)
        self._wards: dict[tuple[str, Errors], _Ward] = {}

    def __repr__(self) -> str:
        """Show which channels are not well."""
        unwell = [str(each) for each in self.snapshot() if each.state != "closed"]
        return f"<ChannelHealth {'; '.join(unwell) or 'all is well'}>"

    def snapshot(self) -> tuple[ChannelState, ...]:
        """How each channel stands that was used so far, as of its last message."""
        return tuple(self._state(*key) for key in sorted(self._wards))

    def enter(self, channel: str, clock: Clock, *, is_last: bool) -> Visit | str:
        """Leave to use the channel, or why not. The last step always gets it."""
        now = clock.monotonic()
        asked: dict[Errors, tuple[Breaker, Answer]] = {
            errors: ask(self._ward(channel, errors).breaker, now, self._rules)
            for errors in CLASSES
        }
        shut: list[Errors] = [it for it in CLASSES if asked[it][1] == "shut"]
        if shut and not is_last:
            return "; ".join(str(self._state(channel, errors)) for errors in shut)
        visit = Visit(self, channel, clock)
        for errors, (after, answer) in asked.items():
            self._turn(channel, errors, after, clock)
            if isinstance(answer, Probe):
                visit.probes[errors] = answer
        return visit

    def tell(
        self,
        channel: str,
        errors: Errors,
        kind: type[Good | Bad | Gone],
        probe: Probe | None,
        clock: Clock,
    ) -> None:
        """Say how one message went."""
        event = kind(clock.monotonic(), probe)
        before = self._ward(channel, errors).breaker
        self._turn(channel, errors, follow(before, event, self._rules), clock)

    def _ward(self, channel: str, errors: Errors) -> _Ward:
        return self._wards.setdefault((channel, errors), _Ward())

    def _turn(self, channel: str, errors: Errors, after: Breaker, clock: Clock) -> None:
        ward = self._ward(channel, errors)
        before, ward.breaker = ward.breaker, after
        if type(before) is type(after):
            return
        ward.until = None
        if isinstance(after, Open):
            ward.until = datetime.fromtimestamp(clock.wall() + self._rules.rest, UTC)
            ward.bad = before.bad + 1 if isinstance(before, Closed) else 1
        now = self._state(channel, errors)
        level = logging.WARNING if now.state == "open" else logging.INFO
        _log.log(level, "%s", now, extra=attrs.asdict(now))
        for observer in self._observers:
            try:
                observer(now)
            except Exception:  # noqa: BLE001  of any make
                # Whoever only looks on must not decide what is sent.
                _log.exception("an observer failed")

    def _state(self, channel: str, errors: Errors) -> ChannelState:
        ward = self._ward(channel, errors)
        breaker = ward.breaker
        return ChannelState(
            channel=channel,
            errors=errors,
            state=NAMES[type(breaker)],
            good=0 if isinstance(breaker, Open) else breaker.good,
            bad=breaker.bad if isinstance(breaker, Closed) else ward.bad,
            until=ward.until,
        )


@attrs.define(eq=False)
class Visit:
    """One message's leave to use a channel. What it tells first, counts."""

    health: ChannelHealth
    channel: str
    clock: Clock
    probes: dict[Errors, Probe] = attrs.field(factory=dict["Errors", Probe])
    told: set[Errors] = attrs.field(factory=set["Errors"])

    def good(self, errors: Errors) -> None:
        """It went well."""
        self._tell(errors, Good)

    def bad(self, errors: Errors) -> None:
        """It failed."""
        self._tell(errors, Bad)

    def over(self) -> None:
        """Its time is up: others may try. It may still tell how it went."""
        for errors, probe in self.probes.items():
            if errors not in self.told:
                self.health.tell(self.channel, errors, Gone, probe, self.clock)

    def _tell(self, errors: Errors, kind: type[Good | Bad]) -> None:
        if errors not in self.told:
            self.told.add(errors)
            probe = self.probes.get(errors)
            self.health.tell(self.channel, errors, kind, probe, self.clock)
