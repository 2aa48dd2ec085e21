"""Workflows as Nexmo runs them: beta /workflows, v0.1 /dispatch, v1 failover lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.errors import PayloadError, UnsupportedError
from nexmo_async.models.message import Viber
from nexmo_async.models.receipt import Report, ReportedMessage
from nexmo_async.wire import flat, nested, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Step, Workflow
    from nexmo_async.wire.limits import Api

#: Whole seconds after which a step may give up (workflows and dispatch specs).
EXPIRY: Final = range(15, 86_401)

#: Seconds that Viber may keep trying inside a workflow (workflows, dispatch specs).
VIBER_TTL: Final = 86_400

_NO_TIME: Final = (
    "waits for a condition, which v1 failover cannot: it only reacts to a refusal. "
    "Use api='v0.1', or leave the condition out"
)


def encode_nested(
    workflow: Workflow, api: Api, client_ref: str | None
) -> dict[str, object]:
    """The body of a beta workflow or a v0.1 dispatch."""
    last = len(workflow.steps) - 1
    attempts: list[dict[str, object]] = []
    for place, step in enumerate(workflow.steps):
        field = f"steps[{place}]"
        attempt = _attempt(step.message, field, api, client_ref)
        if place < last:
            attempt["failover"] = _condition(step, field, api)
        attempts.append(attempt)
    return {"template": "failover", "workflow": attempts}


def _attempt(
    message: Message, field: str, api: Api, client_ref: str | None
) -> dict[str, object]:
    if isinstance(message, Viber) and (message.ttl or 0) > VIBER_TTL:
        problem = f"is {message.ttl} seconds, in a workflow up to {VIBER_TTL}"
        raise UnsupportedError(f"{field}.message.ttl", problem, api)
    return nested.encode(message, api, message.client_ref or client_ref)


def _condition(step: Step, field: str, api: Api) -> dict[str, object]:
    if step.until is None or step.within is None:
        raise UnsupportedError(
            f"{field}.until", "is needed on every step but the last", api
        )
    if step.within not in EXPIRY:
        problem = (
            f"is {step.within:.12g} seconds, allowed are whole ones from 15 to 86400"
        )
        raise UnsupportedError(f"{field}.within", problem, api)
    return {"expiry_time": int(step.within), "condition_status": step.until}


def encode_flat(workflow: Workflow, client_ref: str | None) -> dict[str, object]:
    """The body of a v1 message with its failover list."""
    for place, step in enumerate(workflow.steps):
        if step.until is not None:
            raise UnsupportedError(f"steps[{place}].until", _NO_TIME, "v1")
    first, *others = (
        flat.encode(step.message, step.message.client_ref or client_ref)
        for step in workflow.steps
    )
    first["failover"] = others
    return first


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
