"""The arithmetic of scale adds up, and the page tells what it says."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

ROOT: Final = Path(__file__).parents[2]


def load() -> Any:  # noqa: ANN401  a script
    path = ROOT / "benchmarks/simulate_scale.py"
    spec = importlib.util.spec_from_file_location("simulate_scale", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulate_scale"] = module
    spec.loader.exec_module(module)
    return module


scale: Final = load()


def test_a_day_is_a_whole_day_with_a_peak_of_three() -> None:
    shares = scale.curve()

    assert len(shares) == 1440
    assert sum(shares) == pytest.approx(1)
    assert max(shares) * 1440 == pytest.approx(3, rel=0.01)
    assert shares.index(max(shares)) == 720


def test_all_that_is_sent_is_all_that_began_and_what_went_on() -> None:
    day = scale.live(scale.Plan(messages=86_400e3, second=0.5, databases=1))

    assert day.mean * 86_400 == pytest.approx(86_400e3 * 1.5, rel=0.01)


def test_a_database_that_is_quick_enough_lets_nobody_wait() -> None:
    day = scale.live(scale.Plan(messages=1e6, databases=1))

    assert (max(day.late), day.left) == (0, 0)


def test_what_is_too_much_for_a_minute_waits() -> None:
    # 1,000 sends a second in the mean, 500 a second are done: half a day behind.
    cost = scale.Cost(postgres=0.02, python=0.0, log=0.0, kept=0.0)
    plan = scale.Plan(
        messages=86.4e6, databases=1, cores=10, load=1.0, second=0.0, cost=cost
    )
    day = scale.live(plan)

    assert plan.capacity == 500
    assert day.left > 20e6
    assert max(day.late) >= day.left / 500


def test_the_shares_are_all_there_is() -> None:
    assert sum(scale.shares(500, 7)) == pytest.approx(1)


def test_one_more_database_moves_its_own_accounts_alone() -> None:
    before = [scale.home(account, 4) for account in range(2000)]
    after = [scale.home(account, 5) for account in range(2000)]
    moved = [new for old, new in zip(before, after, strict=True) if old != new]

    assert set(moved) == {4}
    assert 300 < len(moved) < 500


def test_as_many_are_needed_as_let_nobody_wait() -> None:
    plan = scale.Plan(messages=50e6)
    count = scale.needed(plan)
    fewer = attrs.evolve(plan, databases=count - 1)

    assert max(scale.live(attrs.evolve(plan, databases=count)).late) <= 1
    assert max(scale.live(fewer).late) > 1


def test_an_account_too_large_for_any_database_is_said() -> None:
    with pytest.raises(ValueError, match="divide large accounts"):
        scale.needed(scale.Plan(messages=1e6, accounts=1, cores=1, load=0.01), most=4)


def test_the_page_tells_what_the_script_says() -> None:
    page = (ROOT / "docs/pages/scale.md").read_text("utf-8")
    plan = scale.Plan()
    told = scale.lines(attrs.evolve(plan, databases=scale.needed(plan)), 2)

    assert "\n".join(told) in page
