from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import pytest

from nexmo_async.models.condition import Quiet
from nexmo_async.models.message import Sms, Viber
from nexmo_async.models.plan import Api
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.models.plan import Plan

SMS = Sms(to="447700900000", sender="ACME", content="hi")
VIBER = Viber(to="447700900000", sender="ACME", content="hi")
TIMED = Workflow(Step(VIBER, until="delivered", within=600), Step(SMS))
PLAIN = Workflow(Step(VIBER), Step(SMS))
APIS: tuple[Api, ...] = get_args(Api)
NESTED: list[Api] = ["beta", "v0.1"]


def fields(plan: Plan) -> list[str]:
    return [loss.field for loss in plan.refusals]


@pytest.mark.parametrize("api", NESTED)
def test_a_timed_workflow_is_run_by_the_old_generations(api: Api) -> None:
    assert TIMED.plan(api=api).engines == ("local", "server")


def test_v1_keeps_no_time() -> None:
    plan = TIMED.plan(api="v1")

    assert plan.engines == ("local",)
    assert fields(plan) == ["steps[0].until", "steps[0].within"]


def test_v1_runs_what_waits_for_nothing() -> None:
    assert PLAIN.plan().engines == ("local", "server")


@pytest.mark.parametrize("api", NESTED)
def test_the_old_generations_need_a_condition(api: Api) -> None:
    assert fields(PLAIN.plan(api=api)) == ["steps[0].until"]


@pytest.mark.parametrize("within", [14, 15.5, 86_401])
def test_the_old_generations_have_whole_seconds_within_limits(within: float) -> None:
    flow = Workflow(Step(VIBER, until="delivered", within=within), Step(SMS))

    assert fields(flow.plan(api="v0.1")) == ["steps[0].within"]


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("api", NESTED)
def test_the_old_generations_let_viber_try_for_a_day(api: Api, step: int) -> None:
    long = Viber(to="447700900000", sender="ACME", content="hi", ttl=86_401)
    messages = [(long, SMS), (VIBER, long)][step]
    flow = Workflow(Step(messages[0], until="read", within=60), Step(messages[1]))

    assert fields(flow.plan(api=api)) == [f"steps[{step}].message.ttl"]


@pytest.mark.parametrize("until", ["submitted", frozenset({"read"}), bool])
def test_the_old_generations_wait_for_two_statuses(until: Any) -> None:  # noqa: ANN401
    flow = Workflow(Step(VIBER, until=until, within=60), Step(SMS))

    assert fields(flow.plan(api="v0.1")) == ["steps[0].until"]


OURS: list[dict[str, Any]] = [
    {"attempts": 2},
    {"on": {1300: "stop"}},
    {"not_before": datetime(2026, 1, 1, tzinfo=UTC)},
    {"quiet": Quiet("22:00", "08:00", "UTC")},
    {"skip_if": bool},
]


@pytest.mark.parametrize("option", OURS, ids=lambda option: next(iter(option)))
@pytest.mark.parametrize("api", APIS)
def test_what_only_we_can_do_is_lost_everywhere_else(
    option: dict[str, Any], api: Api
) -> None:
    steps = PLAIN.steps if api == "v1" else TIMED.steps
    flow = Workflow(steps[0], Step(SMS, **option))

    assert fields(flow.plan(api=api)) == [f"steps[1].{next(iter(option))}"]


@pytest.mark.parametrize("api", APIS)
def test_even_what_can_be_run_loses_something(api: Api) -> None:
    flow = PLAIN if api == "v1" else TIMED
    words = str(flow.plan(api=api))

    assert f"server ({api}): can run it, but:" in words
    assert "workflow: cannot be called off" in words


def test_a_plan_says_in_words_what_is_lost() -> None:
    assert str(TIMED.plan(api="v1")).splitlines() == [
        "local: runs it, nothing is lost; receipts must reach this process",
        "server (v1): cannot run it:",
        "  - workflow: no report is sent: its end is told by the last receipt",
        (
            "  - workflow: goes on only when a message is rejected, "
            "not when it is undeliverable"
        ),
        "  - workflow: cannot be called off",
        (
            "  - steps[0].until: v1 failover waits for nothing: "
            "it only reacts to a refusal"
        ),
        "  - steps[0].within: v1 failover has no time limit",
    ]
