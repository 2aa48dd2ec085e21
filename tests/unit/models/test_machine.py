"""The table by itself: no clock, no store, no loop."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.models.condition import POLICY, Answer, Kind
from nexmo_async.models.machine import MOVES, answer_to, follow, row
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.states import (
    EVENTS,
    STATES,
    Accepted,
    Allowed,
    Cancelled,
    Ended,
    Event,
    Failed,
    Held,
    LateReached,
    Pausing,
    Progressed,
    Reached,
    Ready,
    Reason,
    Refused,
    Sending,
    Settling,
    Skipped,
    State,
    TimeUp,
    Unknown,
    Unwell,
    Waiting,
    Way,
)
from nexmo_async.models.step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SMS = Sms(to="447700900000", sender="ACME", content="hi")
VIBER = Viber(to="447700900000", sender="ACME", content="hi")


def three(on: Mapping[Any, Answer] | None = None, attempts: int = 1) -> Sequence[Step]:
    """Two timed steps, and a last one."""
    timed = Step(VIBER, until="read", within=60, attempts=attempts, on=on or {})
    return timed, timed, Step(SMS)


THREE = three()
PLAIN = (Step(VIBER), Step(SMS))

SAMPLES: Mapping[type[State], State] = {
    Ready: Ready(1),
    Pausing: Pausing(1),
    Sending: Sending(1),
    Settling: Settling(1),
    Waiting: Waiting(1),
    Ended: Ended("reached", 1, Reason.REACHED),
}
HAPPENINGS: Mapping[type[Event], Event] = {
    **{kind: kind() for kind in EVENTS if not attrs.fields(kind)},  # type: ignore[arg-type]
    Refused: Refused("permanent"),
    Failed: Failed("permanent", 1300),
    LateReached: LateReached(0),
}
NEXT = Ready(2)

#: State, event, what follows. What is not here means nothing.
ANSWERS: list[tuple[type[State], Event, State, Reason]] = [
    (Ready, Allowed(), Sending(1), Reason.SENT),
    (Ready, Held(), Pausing(1), Reason.HELD),
    (Ready, Skipped(), NEXT, Reason.SKIPPED),
    (Ready, Unwell(), NEXT, Reason.UNWELL),
    (Ready, TimeUp(), NEXT, Reason.TIME_UP),
    (Ready, LateReached(0), Ended("reached", 0, Reason.LATE), Reason.LATE),
    (Ready, Cancelled(), Ended("cancelled", 1, Reason.CANCELLED), Reason.CANCELLED),
    (Pausing, TimeUp(), Ready(1), Reason.RESTED),
    (Pausing, LateReached(0), Ended("reached", 0, Reason.LATE), Reason.LATE),
    (Pausing, Cancelled(), Ended("cancelled", 1, Reason.CANCELLED), Reason.CANCELLED),
    (Sending, Accepted(), Waiting(1), Reason.ACCEPTED),
    (Sending, Refused("permanent"), NEXT, Reason.REFUSED),
    (Sending, Unknown(), Settling(1), Reason.NO_ANSWER),
    (Sending, Progressed(), Sending(1), Reason.KEPT),
    (Sending, Reached(), Sending(1), Reason.KEPT),
    (Sending, Failed("permanent"), Sending(1), Reason.KEPT),
    (
        Sending,
        LateReached(0),
        Sending(1, then=Ended("reached", 0, Reason.LATE_MEANWHILE)),
        Reason.LATE_MEANWHILE,
    ),
    (
        Sending,
        Cancelled(),
        Sending(1, then=Ended("cancelled", 1, Reason.CANCELLED_MEANWHILE)),
        Reason.CANCELLED_MEANWHILE,
    ),
    (Settling, Progressed(), Waiting(1), Reason.SETTLED),
    (Settling, Reached(), Ended("reached", 1, Reason.REACHED), Reason.REACHED),
    (Settling, Failed("permanent"), NEXT, Reason.FAILED),
    (Settling, TimeUp(), Ready(2, doubts=1), Reason.UNSETTLED),
    (Settling, LateReached(0), Ended("reached", 0, Reason.LATE), Reason.LATE),
    (Settling, Cancelled(), Ended("cancelled", 1, Reason.CANCELLED), Reason.CANCELLED),
    (Waiting, Progressed(), Waiting(1), Reason.ON_ITS_WAY),
    (Waiting, Reached(), Ended("reached", 1, Reason.REACHED), Reason.REACHED),
    (Waiting, Failed("permanent"), NEXT, Reason.FAILED),
    (Waiting, TimeUp(), NEXT, Reason.TIME_UP),
    (Waiting, LateReached(0), Ended("reached", 0, Reason.LATE), Reason.LATE),
    (Waiting, Cancelled(), Ended("cancelled", 1, Reason.CANCELLED), Reason.CANCELLED),
    (Ended, LateReached(0), SAMPLES[Ended], Reason.DOUBLE),
]
MEANT = {(state, type(event)) for state, event, _, _ in ANSWERS}
PAIRS = list(itertools.product(STATES, EVENTS))


def named(value: object) -> str:
    return getattr(value, "__name__", type(value).__name__)


@pytest.mark.parametrize(("state", "event", "after", "why"), ANSWERS, ids=named)
def test_what_follows(
    state: type[State], event: Event, after: State, why: Reason
) -> None:
    assert follow(SAMPLES[state], event, THREE) == (after, why)


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=named)
def test_every_state_answers_every_event(
    state: type[State], event: type[Event]
) -> None:
    before, happening = SAMPLES[state], HAPPENINGS[event]

    after, why = follow(before, happening, THREE)

    assert row(before).answer(happening) is why
    if (state, event) not in MEANT:
        assert (after, why) == (before, Reason.MEANS_NOTHING)


def test_the_samples_are_all_there_are() -> None:
    assert set(SAMPLES) == set(STATES)
    assert set(HAPPENINGS) == set(EVENTS)


def test_every_reason_is_given_by_some_pair() -> None:
    given_by = {row(SAMPLES[a]).answer(HAPPENINGS[b]) for a, b in PAIRS}

    assert given_by == set(Reason)


def test_every_way_is_gone_by_some_reason() -> None:
    assert {reason.way for reason in Reason} == set(get_args(Way))
    assert set(MOVES) < set(get_args(Way))


@pytest.mark.parametrize("event", [Accepted(), Refused("permanent"), Unknown()])
def test_a_run_that_was_called_off_ends_with_the_answer(event: Event) -> None:
    then = Ended("cancelled", 1, Reason.CANCELLED_MEANWHILE)

    assert follow(Sending(1, then=then), event, THREE)[0] == then


def test_what_came_first_while_sending_decides() -> None:
    then = Ended("reached", 0, Reason.LATE_MEANWHILE)

    assert follow(Sending(1, then=then), Cancelled(), THREE)[0].then == then  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_kind_of_failure_has_its_usual_answer(kind: Kind) -> None:
    state, _ = follow(Waiting(0), Failed(kind), THREE)

    stops = {"content", "account", "suppress"}
    assert isinstance(state, Ended if kind in stops else Ready)


def test_a_step_may_have_its_own_answer_to_a_kind() -> None:
    allowed = three({"suppress": "next"})

    assert follow(Waiting(0), Failed("suppress", 1240), allowed)[0] == Ready(1)


def test_an_answer_to_a_code_goes_before_one_to_its_kind() -> None:
    flow = three({"permanent": "next", 1300: "stop"})

    assert answer_to("permanent", 1300, flow[0]) == "stop"
    assert answer_to("permanent", 1250, flow[0]) == "next"


def test_a_temporary_failure_is_tried_again_as_often_as_allowed() -> None:
    twice = three(attempts=2)

    first, _ = follow(Waiting(0, 1), Failed("temporary", 1000), twice)
    second, _ = follow(Waiting(0, 2), Failed("temporary", 1000), twice)

    assert first == Pausing(0, 2)
    assert second == Ready(1)


def test_only_one_unclear_failure_leads_on() -> None:
    """Each may have reached the person."""
    first, _ = follow(Waiting(0), Failed("unclear", 1330), THREE)
    second, _ = follow(Waiting(1, doubts=1), Failed("unclear", 1330), THREE)

    assert first == Ready(1, doubts=1)
    assert second == Ended("stopped", 1, Reason.FAILED)


def test_a_failure_of_the_last_step_ends_the_run() -> None:
    state, _ = follow(Waiting(2), Failed("permanent"), THREE)

    assert state == Ended("failed", 2, Reason.FAILED)


def test_a_last_step_that_is_left_out_stops_the_run() -> None:
    state, _ = follow(Ready(2), Skipped(), THREE)

    assert state == Ended("stopped", 2, Reason.SKIPPED)


def test_a_last_step_is_sent_on_an_unwell_channel_too() -> None:
    state, _ = follow(Ready(2), Unwell(), THREE)

    assert state == Sending(2)


@pytest.mark.parametrize("step", [0, 1])
def test_silence_without_a_condition_ends_the_run(step: int) -> None:
    """Only a failure leads on from a step that waits for nothing."""
    state, _ = follow(Waiting(step), TimeUp(), PLAIN)

    assert state == Ended("silent", step, Reason.TIME_UP)


events = st.one_of(
    *[st.just(event) for event in HAPPENINGS.values()],
    st.builds(Refused, st.sampled_from(get_args(Kind))),
    st.builds(Failed, st.sampled_from(get_args(Kind))),
)


@given(st.lists(events, max_size=60), st.integers(1, 3))
def test_a_run_never_goes_back_and_never_on_after_its_end(
    happenings: list[Event], attempts: int
) -> None:
    flow = three(attempts=attempts)
    state: State = Ready()
    for event in happenings:
        after, _ = follow(state, event, flow)
        if isinstance(state, Ended):
            assert after == state
        elif not isinstance(after, Ended):
            assert (after.step, after.attempt) >= (state.step, state.attempt)
            assert after.step - state.step <= 1
            assert after.attempt <= attempts
        state = after


def test_the_usual_answers_cover_every_kind() -> None:
    assert set(POLICY) == set(get_args(Kind))
