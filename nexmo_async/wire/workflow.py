"""Workflows as Nexmo runs them: beta /workflows, v0.1 /dispatch, v1 failover lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.errors import PayloadError, UnsupportedError
from nexmo_async.models.receipt import Report, ReportedMessage
from nexmo_async.wire import flat, nested, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.models.workflow import Workflow
    from nexmo_async.wire.limits import Api


def encode_nested(
    workflow: Workflow, api: Api, client_ref: str | None
) -> dict[str, object]:
    """The body of a beta workflow or a v0.1 dispatch."""
    _check(workflow, api)
    attempts: list[dict[str, object]] = []
    for step in workflow.steps:
        ref = step.message.client_ref or client_ref
        attempt = nested.encode(step.message, api, ref)
        if step.within is not None:  # all but the last
            expiry = int(step.within)
            attempt["failover"] = {
                "expiry_time": expiry,
                "condition_status": step.until,
            }
        attempts.append(attempt)
    return {"template": "failover", "workflow": attempts}


def encode_flat(workflow: Workflow, client_ref: str | None) -> dict[str, object]:
    """The body of a v1 message with its failover list."""
    _check(workflow, "v1")
    first, *others = (
        flat.encode(step.message, step.message.client_ref or client_ref)
        for step in workflow.steps
    )
    first["failover"] = others
    return first


def _check(workflow: Workflow, api: Api) -> None:
    """Refuse what this generation cannot run, by the same table as its plan."""
    for loss in workflow.plan(api=api).refusals:
        raise UnsupportedError(loss.field, loss.problem, api)


def decode_report(body: Mapping[str, object]) -> Report:
    """The webhook that ends a workflow."""
    links = reading.member(body, "_links")
    uuid = reading.word(body, "workflow_uuid", "dispatch_uuid")
    if not uuid:
        raise PayloadError("the body names no message_uuid and no workflow")
    return Report(
        workflow_uuid=uuid,
        status=reading.word(body, "status"),
        at=reading.moment(body),
        usage=reading.usage(body),
        messages=tuple(
            ReportedMessage(
                message_uuid=reading.word(entry, "message_uuid"),
                channel=reading.channel(reading.word(entry, "channel")),
                status=reading.word(entry, "status"),
                usage=reading.usage(entry),
            )
            for entry in reading.entries(links, "messages")
        ),
        raw=body,
    )
