"""The decisions of the throttle, without a loop and without a clock."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.transport.window import SWEEP_FROM, Waiter, Window, Windows

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.define
class Line:
    """Sends that queue up, each with the moment at which it went."""

    windows: Windows = attrs.field(factory=Windows)
    went: dict[int, float] = attrs.field(factory=dict)
    now: float = 0.0

    def of(self, limit: int, key: str, number: int, per: float) -> Window:
        return self.windows.window(limit, key, number=number, per=per, now=self.now)

    def come(self, name: int, windows: Sequence[Window]) -> Waiter | None:
        if self.windows.enter(windows, self.now):
            self.leave(name, windows)
            return None
        waiter = self.windows.wait(windows, self.now, lambda: self.go(name, waiter))
        return waiter

    def go(self, name: int, waiter: Waiter) -> None:
        windows = waiter.windows
        self.windows.go(waiter)
        self.leave(name, windows)

    def leave(self, name: int, windows: Sequence[Window]) -> None:
        self.went[name] = self.now
        self.windows.left(windows, self.now)

    def pass_time(self, until: float) -> None:
        while self.windows.advance(self.now) <= until:
            self.now = self.windows.due
        self.now = until


def most_in_any_window(moments: Sequence[float], per: float) -> int:
    ordered = sorted(moments)
    return max(
        sum(start <= moment < start + per for moment in ordered) for start in ordered
    )


GAPS = st.lists(st.integers(0, 400), min_size=1, max_size=60)


@given(GAPS, st.integers(1, 5))
def test_one_limit_is_used_to_the_full_and_never_beyond(
    gaps: list[int], number: int
) -> None:
    """The exact answer is known: the n-th goes `per` after the one `number` before."""
    line, came = Line(), list(itertools.accumulate(gap / 256 for gap in gaps))
    expected: list[float] = []
    for place, moment in enumerate(came):
        line.pass_time(moment)
        line.come(place, [line.of(0, "", number, 1.0)])
        before = expected[place - number] + 1.0 if place >= number else moment
        expected.append(max(moment, before))
    line.pass_time(1e6)

    assert [line.went[place] for place in range(len(came))] == expected


CROWD = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("ab"), st.sampled_from("xyz")),
    min_size=1,
    max_size=60,
)


def crowd(line: Line, arrivals: list[tuple[int, str, str]]) -> None:
    for name, (gap, sender, recipient) in enumerate(arrivals):
        line.pass_time(line.now + gap / 256)
        windows = [
            line.of(0, recipient, 1, 2.0),
            line.of(1, sender, 2, 1.0),
            line.of(2, "", 3, 1.0),
        ]
        line.come(name, windows)


@given(CROWD)
def test_several_limits_hold_at_once_and_everybody_goes(
    arrivals: list[tuple[int, str, str]],
) -> None:
    line = Line()
    crowd(line, arrivals)
    line.pass_time(1e6)

    by_key: dict[str, list[float]] = defaultdict(list)
    for name, (_, sender, recipient) in enumerate(arrivals):
        for key in ("all", sender, recipient):
            by_key[key].append(line.went[name])
    assert len(line.went) == len(arrivals)
    for key, (number, per) in {
        "all": (3, 1.0),
        **dict.fromkeys("ab", (2, 1.0)),
        **dict.fromkeys("xyz", (1, 2.0)),
    }.items():
        assert not by_key[key] or most_in_any_window(by_key[key], per) <= number


@given(CROWD)
def test_who_needs_the_same_places_goes_in_the_order_of_arrival(
    arrivals: list[tuple[int, str, str]],
) -> None:
    line = Line()
    crowd(line, arrivals)
    line.pass_time(1e6)

    alike: dict[tuple[str, str], list[float]] = defaultdict(list)
    for name, (_, sender, recipient) in enumerate(arrivals):
        alike[sender, recipient].append(line.went[name])
    assert all(moments == sorted(moments) for moments in alike.values())


@given(CROWD, st.sets(st.integers(0, 59)), st.integers(0, 500))
def test_who_gives_up_takes_no_place_with_them(
    arrivals: list[tuple[int, str, str]], quitters: set[int], later: int
) -> None:
    line, waiting = Line(), {}
    for name, (gap, sender, _) in enumerate(arrivals):
        line.pass_time(line.now + gap / 256)
        windows = [line.of(1, sender, 1, 1.0), line.of(2, "", 2, 1.0)]
        waiting[name] = line.come(name, windows)
    line.pass_time(line.now + later / 256)
    for name in quitters & waiting.keys():
        waiter = waiting[name]
        if waiter is not None:
            line.windows.leave(waiter, line.now)
    line.pass_time(1e6)

    assert all(
        (window.held, window.waiting) == (0, 0) for _, window in line.windows.items()
    )
    assert set(range(len(arrivals))) - quitters <= line.went.keys()


def test_a_place_is_free_again_exactly_when_the_window_is_over() -> None:
    window = Window(2, 1.0)
    windows = Windows()

    def goes(now: float) -> bool:
        if has_place := windows.enter([window], now):
            windows.left([window], now)
        return has_place

    moments = [0.0, 0.25, 0.999, 1.0, 1.249, 1.25]
    assert [goes(now) for now in moments] == [True, True, False, True, False, True]


def test_a_closed_window_lets_nobody_pass_until_its_moment() -> None:
    line = Line()
    window = line.of(0, "", 5, 1.0)
    window.close(7.0)

    line.come(1, [window])
    line.pass_time(20.0)

    assert line.went == {1: 7.0}


def test_closing_one_key_leaves_the_others_open() -> None:
    line = Line()
    line.of(0, "a", 5, 1.0).close(7.0)

    line.come(1, [line.of(0, "a", 5, 1.0)])
    line.come(2, [line.of(0, "b", 5, 1.0)])

    assert line.went == {2: 0.0}


def test_a_place_held_in_a_window_that_closes_meanwhile_is_given_up() -> None:
    line = Line()
    narrow, wide = line.of(0, "a", 1, 1.0), line.of(1, "", 1, 5.0)
    line.come(0, [wide])
    line.come(1, [narrow, wide])
    line.pass_time(1.0)
    narrow.close(9.0)
    line.pass_time(20.0)

    assert line.went == {0: 0.0, 1: 9.0}
    assert (narrow.held, wide.held) == (0, 0)


def test_a_place_counts_until_its_owner_has_left_and_as_long_again() -> None:
    line = Line()
    window = line.of(0, "", 1, 1.0)
    assert line.windows.enter([window], 0.0)
    line.come(1, [window])
    line.pass_time(7.0)
    assert not line.went

    line.windows.left([window], 7.0)
    line.pass_time(9.0)

    assert line.went == {1: 8.0}


def test_a_place_that_is_given_back_is_free_at_once() -> None:
    line = Line()
    window = line.of(0, "", 1, 1.0)
    assert line.windows.enter([window], 0.0)
    line.come(1, [window])

    line.windows.give_back([window], 0.5)
    line.pass_time(0.5)

    assert line.went == {1: 0.5}


def test_a_slow_sender_does_not_hold_up_a_quick_one() -> None:
    line = Line()
    wide = line.of(1, "", 30, 1.0)
    for name in range(5):
        line.come(name, [line.of(0, "slow", 1, 10.0), wide])
    line.come(5, [line.of(0, "quick", 1, 10.0), wide])

    assert line.went == {0: 0.0, 5: 0.0}


def test_who_came_first_is_first_although_another_window_kept_them() -> None:
    """A late crowd at the account does not starve a sender's second message."""
    line = Line()
    account = line.of(1, "", 1, 1.0)
    for name in (0, 1):
        line.come(name, [line.of(0, "a", 1, 3.0), account])
    for name in range(2, 20):
        line.come(name, [line.of(0, f"b{name}", 1, 1.0), account])
    line.pass_time(100.0)

    assert line.went[1] == 3.0


def test_a_hundred_thousand_waiters_cost_a_few_steps_each() -> None:
    """Counted, not timed: how often a window is asked when it opens."""
    asked = 0
    opens = Window.opens

    @attrs.define(eq=False)
    class Counted(Window):
        def opens(self, now: float) -> float:
            nonlocal asked
            asked += 1
            return opens(self, now)

    line = Line()
    senders = [Counted(30, 1.0) for _ in range(10)]
    account = Counted(100, 1.0)
    for name in range(100_000):
        line.come(name, [senders[name % 10], account])
    line.pass_time(2_000.0)

    assert len(line.went) == 100_000
    assert asked < 100_000 * 12


def test_keys_that_are_no_longer_used_are_forgotten() -> None:
    line = Line()
    for name in range(50_000):
        line.now = name / 10
        line.come(name, [line.of(0, str(name), 1, 1.0)])

    assert len(line.windows) <= SWEEP_FROM + 1


def forget_what_is_idle(line: Line) -> None:
    """So many keys come that windows are swept."""
    for name in range(SWEEP_FROM + 1):
        line.of(9, str(name), 1, 1.0)


def test_a_window_is_kept_for_one_who_still_waits_at_another() -> None:
    line = Line()
    narrow, wide = line.of(0, "a", 1, 1.0), line.of(1, "", 1, 1.0)
    narrow.close(100.0)
    line.come(1, [narrow, wide])

    forget_what_is_idle(line)

    assert line.of(1, "", 1, 1.0) is wide


def test_a_window_is_kept_while_the_next_one_is_looked_for() -> None:
    line = Line()
    for name in range(SWEEP_FROM - 1):
        line.of(9, str(name), 1, 1.0)
    narrow = line.of(0, "a", 1, 1.0)

    line.windows.window(1, "", number=1, per=1.0, now=0.0, beside=[narrow])

    assert line.of(0, "a", 1, 1.0) is narrow
    assert len(line.windows) == 2


def test_a_queue_is_not_left_full_of_those_who_gave_up() -> None:
    line = Line()
    window = line.of(0, "", 1, 1.0)
    window.close(1e9)
    for name in range(10_000):
        waiter = line.come(name, [window])
        assert waiter is not None
        line.windows.leave(waiter, 0.0)

    assert len(window.queue) <= 65


def test_nothing_to_wait_for_is_looked_at_never() -> None:
    assert Windows().advance(5.0) == math.inf
