"""Whether a channel may be used: a table. Time is told to it, nothing is awaited.

Closed, all may use it and failures are counted. Too many of them open it: nobody may.
After a rest it is half open: a few at a time try, and what becomes of them decides.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, assert_never

import attrs

#: Parts into which the window is cut: what is older than all of them is forgotten.
SLICES: Final = 6


@attrs.frozen(kw_only=True)
class Rules:
    """When it opens and when it closes. All times are seconds."""

    failures: int
    ratio: float
    window: float
    rest: float
    good: int
    probes: int


@attrs.frozen
class Probe:
    """Leave to try while it is half open. `era` counts how often it has opened."""

    era: int
    number: int


@attrs.frozen
class Count:
    """What was seen in one part of the window."""

    part: int
    good: int = 0
    bad: int = 0


# --- States. ---


@attrs.frozen
class Closed:
    """All may use it."""

    era: int = 0
    counts: tuple[Count, ...] = ()

    @property
    def good(self) -> int:
        """How many went well lately."""
        return sum(count.good for count in self.counts)

    @property
    def bad(self) -> int:
        """How many failed lately."""
        return sum(count.bad for count in self.counts)


@attrs.frozen
class Open:
    """Nobody may use it until that moment."""

    era: int
    until: float


@attrs.frozen
class HalfOpen:
    """A few try. `out`: who they are, and until when each keeps others waiting."""

    era: int
    good: int = 0
    issued: int = 0
    out: tuple[tuple[Probe, float], ...] = ()

    def without(self, probe: Probe | None) -> HalfOpen:
        """The same once this one has come back."""
        left = tuple(pair for pair in self.out if pair[0] != probe)
        return attrs.evolve(self, out=left)


Breaker: TypeAlias = Closed | Open | HalfOpen

# --- Events. ---


@attrs.frozen
class Good:
    """A message went well."""

    at: float
    probe: Probe | None = None


@attrs.frozen
class Bad:
    """A message failed."""

    at: float
    probe: Probe | None = None


@attrs.frozen
class Gone:
    """A probe is over, and nobody knows how it went."""

    at: float
    probe: Probe | None = None


Event: TypeAlias = Good | Bad | Gone

#: Whether one may use it: freely, as a probe, or not at all.
Answer: TypeAlias = Probe | Literal["free", "shut"]


def ask(state: Breaker, at: float, rules: Rules) -> tuple[Breaker, Answer]:
    """Whether one more may use it now, and the state if that one does."""
    match state:
        case Closed():
            return state, "free"
        case Open(until=until) if at < until:
            return state, "shut"
        case Open(era=era):
            return _try_one(HalfOpen(era), at, rules)
        case HalfOpen():
            waited_for = tuple(pair for pair in state.out if at < pair[1])
            if len(waited_for) >= rules.probes:
                return state, "shut"
            return _try_one(attrs.evolve(state, out=waited_for), at, rules)
        case _:
            assert_never(state)


def follow(state: Breaker, event: Event, rules: Rules) -> Breaker:
    """The state after the event."""
    match state, event:
        case Closed(), Good(at=at):
            return attrs.evolve(state, counts=_counted(state, at, rules, good=1))
        case Closed(), Bad(at=at):
            counted = Closed(state.era, _counted(state, at, rules, bad=1))
            is_ill = _ill(counted, rules)
            return Open(state.era + 1, at + rules.rest) if is_ill else counted
        case HalfOpen(era=era), Good(probe=Probe(era=sent)) if era == sent:
            after = attrs.evolve(state.without(event.probe), good=state.good + 1)
            return Closed(era) if after.good >= rules.good else after
        case HalfOpen(era=era), Bad(at=at, probe=Probe(era=sent)) if era == sent:
            return Open(era + 1, at + rules.rest)
        case HalfOpen(), Gone(probe=probe):
            return state.without(probe)
        case _:
            # Open, or told of a message that was sent before it opened.
            return state


def _try_one(state: HalfOpen, at: float, rules: Rules) -> tuple[HalfOpen, Probe]:
    probe = Probe(state.era, state.issued)
    # One that is not heard of gives up its place, and may still tell later.
    out = (*state.out, (probe, at + rules.rest))
    return attrs.evolve(state, issued=state.issued + 1, out=out), probe


def _counted(
    state: Closed, at: float, rules: Rules, *, good: int = 0, bad: int = 0
) -> tuple[Count, ...]:
    part = int(at * SLICES // rules.window)
    *before, last = state.counts or (Count(part),)
    if last.part != part:
        before, last = [*before, last], Count(part)
    kept = (count for count in before if count.part > part - SLICES)
    return *kept, Count(part, last.good + good, last.bad + bad)


def _ill(state: Closed, rules: Rules) -> bool:
    bad = state.bad
    return bad >= rules.failures and bad >= rules.ratio * (bad + state.good)
