"""What a durable run cannot do: it is refused before anything is armed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.durable.spelling import zone_name
from nexmo_async.errors import UnsupportedError
from nexmo_async.models.plan import Loss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nexmo_async.models.plan import Api
    from nexmo_async.models.step import Step
    from nexmo_async.models.workflow import Workflow


def losses(workflow: Workflow, api: Api) -> tuple[Loss, ...]:
    """What keeps a workflow from being run durably; empty if nothing does."""
    found = list(_general(api))
    for number, step in enumerate(workflow.steps):
        found += [
            Loss(f"steps[{number}].{field}", problem) for field, problem in _of(step)
        ]
    return tuple(found)


def refuse(workflow: Workflow, api: Api) -> None:
    """Raise if it cannot be run durably.

    Raises:
        UnsupportedError: It cannot; the first thing that keeps it from that.
    """
    for loss in losses(workflow, api):
        raise UnsupportedError(loss.field, loss.problem, api)


def _general(api: Api) -> Iterator[Loss]:
    if api == "beta":
        yield Loss("workflow", "is found by its client_ref, which receipts lack here")


def _of(step: Step) -> Iterator[tuple[str, str]]:
    if callable(step.until):
        yield "until", "is a function, which no other process knows: write statuses"
    if step.skip_if is not None:
        yield "skip_if", "is a function, which no other process knows"
    if step.quiet is not None and zone_name(step.quiet.zone) is None:
        yield "quiet", "is in a zone without a name, write Europe/London or the like"
    if step.message.channel == "raw":
        yield "message", "is Raw: a durable run needs words for what it sends"
    elif step.message.client_ref is not None:
        yield "message.client_ref", "is taken: durable runs find their messages by it"
