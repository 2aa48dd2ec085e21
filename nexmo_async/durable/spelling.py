"""A run in words that outlive this process: JSON, with a version in the job's kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from zoneinfo import ZoneInfo

import attrs

from nexmo_async.models.condition import Quiet, Until
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts import spelling as events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.models.message import Message

#: What may be done about a message that a worker was sending when it died.
OnUnknown = Literal["resend", "wait"]

#: Orders that are kept at hand: each is read by every link of its run, and by whoever
#: takes its receipts.
AT_HAND: Final = 1_000

#: The job that sends the next message of a run. Another shape is another kind.
LINK: Final = "nexmo_async.step.v1"


@attrs.frozen
class Order:
    """What every message of a run has to know.

    Attributes:
        workflow: What is run.
        lane: Where its messages queue.
        on_unknown: What to do about a message that a dead worker was sending.
        at: When the run began, Unix seconds.
    """

    workflow: Workflow
    lane: str
    on_unknown: OnUnknown
    at: float


def spell(order: Order) -> str:
    """The order as JSON."""
    said = {
        **spell_workflow(order.workflow),
        "lane": order.lane,
        "on_unknown": order.on_unknown,
        "at": order.at,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@lru_cache(AT_HAND)
def read(body: str) -> Order:
    """The order that was spelled.

    Raises:
        ValueError: It is none.
    """
    said: dict[str, Any] = json.loads(body)
    workflow = read_workflow(said)
    return Order(workflow, said["lane"], said["on_unknown"], said["at"])


def spell_workflow(workflow: Workflow) -> dict[str, object]:
    """The workflow, as JSON may hold it."""
    return {
        "steps": [_step(step) for step in workflow.steps],
        "patience": workflow.patience,
        "settle": workflow.settle,
    }


def read_workflow(said: Mapping[str, Any]) -> Workflow:
    """The workflow that was spelled."""
    steps = [_read_step(step) for step in said["steps"]]
    return Workflow(*steps, patience=said["patience"], settle=said["settle"])


def zone_name(zone: tzinfo) -> str | None:
    """What a time zone is found by; None if it has no name."""
    if zone is UTC:
        return "UTC"
    return zone.key if isinstance(zone, ZoneInfo) else None


def _step(step: Step) -> dict[str, object]:
    message = cast("Any", step.message)  # every model is spelled alike
    said: dict[str, object] = {"message": json.loads(events.spell(message))}
    until: Any = step.until
    if until is not None:
        said["until"] = until if isinstance(until, str) else sorted(until)
    if step.within is not None:
        said["within"] = step.within
    if step.attempts != 1:
        said["attempts"] = step.attempts
    if step.on:
        said["on"] = list(step.on.items())  # a code as a key would become a text
    if step.not_before is not None:
        said["not_before"] = step.not_before.isoformat()
    if step.quiet is not None:
        begin, end = step.quiet.begin.isoformat(), step.quiet.end.isoformat()
        said["quiet"] = [begin, end, zone_name(step.quiet.zone)]
    return said


def _read_step(said: Mapping[str, Any]) -> Step:
    message = cast("Message", events.read(json.dumps(said["message"]).encode()))
    until: Any = said.get("until")
    moment, quiet = said.get("not_before"), said.get("quiet")
    return Step(
        message,
        until=cast("Until | None", until),
        within=said.get("within"),
        attempts=said.get("attempts", 1),
        on=dict(said.get("on", ())),
        not_before=None if moment is None else datetime.fromisoformat(moment),
        quiet=None if quiet is None else Quiet(*quiet),
    )
