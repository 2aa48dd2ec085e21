"""The table by itself: no clock, no run."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.workflows.breaker import (
    Bad,
    Breaker,
    Closed,
    Event,
    Gone,
    Good,
    HalfOpen,
    Open,
    Probe,
    Rules,
    ask,
    follow,
)

RULES = Rules(failures=3, ratio=0.5, window=60, rest=30, good=2, probes=1)
FIRST = Probe(1, 0)
TRIED = HalfOpen(1, issued=1, out=((FIRST, 130.0),))
STALE = Probe(0, 0)


def after(state: Breaker, *events: Event, rules: Rules = RULES) -> Breaker:
    for event in events:
        state = follow(state, event, rules)
    return state


def test_a_burst_of_failures_opens_it_for_its_rest() -> None:
    assert after(Closed(), Bad(1), Bad(2), Bad(3)) == Open(1, until=33)


def test_fewer_failures_do_not() -> None:
    assert isinstance(after(Closed(), Bad(1), Bad(2)), Closed)


def test_failures_that_are_few_among_many_do_not() -> None:
    state = after(Closed(), *[Good(1)] * 4, Bad(2), Bad(2), Bad(2))

    assert isinstance(state, Closed)
    assert (state.good, state.bad) == (4, 3)


def test_failures_out_of_the_window_are_forgotten() -> None:
    state = after(Closed(), Bad(0), Bad(0), Bad(60))

    assert isinstance(state, Closed)
    assert state.bad == 1


def test_a_window_of_counts_takes_little_room() -> None:
    state = after(Closed(), *[Good(float(at)) for at in range(1000)])

    assert isinstance(state, Closed)
    assert len(state.counts) == 6


ANSWERS: list[tuple[Breaker, float, Breaker, Probe | str]] = [
    (Closed(), 5, Closed(), "free"),
    (Open(1, until=100), 99.9, Open(1, until=100), "shut"),
    (Open(1, until=100), 100, TRIED, FIRST),
    (TRIED, 129.9, TRIED, "shut"),
    (
        TRIED,
        130,
        HalfOpen(1, issued=2, out=((Probe(1, 1), 160.0),)),
        Probe(1, 1),
    ),
]


@pytest.mark.parametrize(("state", "at", "then", "answer"), ANSWERS)
def test_who_may_use_it(
    state: Breaker, at: float, then: Breaker, answer: Probe | str
) -> None:
    assert ask(state, at, RULES) == (then, answer)


FOLLOWS: dict[str, tuple[Breaker, Event, Breaker]] = {
    "open, good": (Open(1, 100), Good(50), Open(1, 100)),
    "open, bad": (Open(1, 100), Bad(50), Open(1, 100)),
    "open, gone": (Open(1, 100), Gone(50, FIRST), Open(1, 100)),
    "a good probe": (TRIED, Good(110, FIRST), HalfOpen(1, good=1, issued=1)),
    "good probes enough": (attrs.evolve(TRIED, good=1), Good(110, FIRST), Closed(1)),
    "a bad probe": (TRIED, Bad(110, FIRST), Open(2, until=140)),
    "a probe of unknown end": (TRIED, Gone(110, FIRST), HalfOpen(1, issued=1)),
    "good of an older one": (TRIED, Good(110, STALE), TRIED),
    "bad of an older one": (TRIED, Bad(110, STALE), TRIED),
    "gone of an older one": (TRIED, Gone(110, STALE), TRIED),
    "good of no probe": (TRIED, Good(110), TRIED),
    "bad of no probe": (TRIED, Bad(110), TRIED),
    "closed, gone": (Closed(), Gone(1, FIRST), Closed()),
}


@pytest.mark.parametrize(("state", "event", "then"), FOLLOWS.values(), ids=FOLLOWS)
def test_what_follows_in_each_state(
    state: Breaker, event: Event, then: Breaker
) -> None:
    assert follow(state, event, RULES) == then


rules = st.builds(
    Rules,
    failures=st.integers(1, 4),
    ratio=st.sampled_from([0.1, 0.5, 1.0]),
    window=st.sampled_from([1.0, 60.0]),
    rest=st.sampled_from([0.5, 30.0]),
    good=st.integers(1, 3),
    probes=st.integers(1, 3),
)
kinds = st.sampled_from([Good, Bad, Gone])
moves = st.lists(
    st.one_of(
        st.just("ask"),
        st.tuples(st.just("tell"), kinds, st.integers(0, 5)),
        st.tuples(st.just("tell"), kinds, st.none()),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 29.0, 31.0])),
    ),
    max_size=80,
)


@given(rules, moves)
def test_no_more_than_the_allowed_try_and_somebody_always_may_in_the_end(
    rules: Rules, moves: list[tuple[object, ...] | str]
) -> None:
    state: Breaker = Closed()
    at, let_out, probes = 0.0, list[tuple[Probe, float]](), list[Probe]()
    for move in moves:
        match move:
            case "ask":
                before = state
                state, answer = ask(state, at, rules)
                assert isinstance(before, Closed) == (answer == "free")
                if isinstance(before, Open) and at < before.until:
                    assert answer == "shut"
                if isinstance(answer, Probe):
                    assert answer not in probes
                    probes.append(answer)
                    let_out.append((answer, at + rules.rest))
            case ("tell", kind, number):
                told = probes[number] if number in range(len(probes)) else None  # type: ignore[index, operator]
                state = follow(state, kind(at, told), rules)  # type: ignore[operator]
                let_out = [pair for pair in let_out if pair[0] != told]
            case ("wait", seconds):
                at += seconds  # type: ignore[operator]
        if isinstance(state, HalfOpen):
            trying = [p for p, until in let_out if at < until and p.era == state.era]
            assert len(trying) <= rules.probes

    assert ask(state, at + rules.rest, rules)[1] != "shut"
