"""How the control API writes what exists: one function for each kind of thing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from nexmo_async.sandbox import codes, document, gsm, payload
from nexmo_async.sandbox.life import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.sandbox.callbacks import Courier
    from nexmo_async.sandbox.records import (
        Ending,
        Inbound,
        Message,
        Plan,
        Webhook,
        Workflow,
    )


def summary(message: Message) -> dict[str, object]:
    """A message in a list."""
    place = message.place
    last = message.events[-1].at if message.events else message.accepted_at
    return {
        "message_uuid": message.message_uuid,
        "api": message.api,
        "channel": message.channel,
        "message_type": message.message_type,
        "to": message.to,
        "from": message.sender,
        "text": message.text,
        "about": _about(message),
        "status": message.status,
        "code": message.code,
        "client_ref": message.client_ref,
        "accepted_at": message.accepted_at.isoformat(),
        "updated_at": last.isoformat(),
        "revoked_at": moment(message.revoked_at),
        "waits": message.waits,
        "workflow": None if place is None else attrs.asdict(place),
    }


def whole(message: Message, courier: Courier) -> dict[str, object]:
    """A message with all that happened to it."""
    told: dict[str, object] = {
        **summary(message),
        "request": message.request,
        "answer": _answer(message),
        "timeline": [
            {
                "status": event.status,
                "at": event.at.isoformat(),
                "code": event.code,
                "reason": None if event.code is None else codes.reason(event.code),
            }
            for event in message.events
        ],
        "webhooks": [webhook(hook, courier) for hook in message.webhooks],
    }
    if PLAIN[message.channel] == "sms":
        told["segments"] = gsm.segments(message.draft.text, message.draft.encoding)
    return told


def heard(said: Inbound, now: datetime) -> dict[str, object]:
    """A message that somebody wrote."""
    until = said.replying_until
    return {
        "message_uuid": said.message_uuid,
        "api": said.api,
        "channel": said.channel,
        "message_type": said.message_type,
        "to": said.to,
        "from": said.sender,
        "content": said.content,
        "at": said.at.isoformat(),
        "read_at": moment(said.read_at),
        "replying": until is not None and now < until,
    }


def webhook(hook: Webhook, courier: Courier) -> dict[str, object]:
    """One event that the account hears of, with all attempts to tell it."""
    return {
        "id": hook.number,
        "kind": hook.kind,
        "message_uuid": hook.message_uuid,
        "url": hook.url,
        "state": hook.state,
        "body": document.decode(hook.body),
        "attempts": [
            {
                "at": each.at.isoformat(),
                "answer": each.answer,
                "error": each.error,
                "claims": courier.claims(hook, each),
            }
            for each in hook.attempts
        ],
    }


def workflow(run: Workflow) -> dict[str, object]:
    """A workflow in a list."""
    first = run.messages[0] if run.messages else None
    return {
        "workflow_id": run.workflow_id,
        "api": run.api,
        "status": run.status,
        "to": first.to if first else None,
        "started_at": first.accepted_at.isoformat() if first else None,
        "ended_at": None if run.status == "running" else _ended_at(run),
        "items_total": len(run.plan),
        "cost": {"price": str(_cost(run)), "currency": "EUR"},
        "steps": [_step(run, position) for position in range(len(run.plan))],
    }


def report(run: Workflow) -> Mapping[str, object] | None:
    """The final report of a workflow, once it was told."""
    for message in reversed(run.messages):
        for hook in message.webhooks:
            if hook.kind == "report":
                return document.decode(hook.body)
    return None


def moment(at: datetime | None) -> str | None:
    """A moment that may not have come."""
    return None if at is None else at.isoformat()


def _about(message: Message) -> str:
    """What tells one file from another: its caption, else its name."""
    kind, request = message.message_type, message.request
    nested = document.mapping(request.get("message")) or {}
    holder = document.mapping(nested.get("content")) or request
    content = document.mapping(holder.get(kind)) or {}
    for name in ("caption", "name", "url"):
        if told := document.string(content.get(name)):
            return told.rstrip("/").rpartition("/")[2] if name == "url" else told
    return ""


def _answer(message: Message) -> dict[str, object] | None:
    body = {"message_uuid": message.message_uuid}
    place = message.place
    if place is not None and place.number > 1:
        return None  # nobody asked for this one by itself
    if place is not None and message.api == "v1":
        body["workflow_id"] = place.workflow_id
    elif place is not None:
        body = {payload.WORKFLOW_KEY[message.api]: place.workflow_id}
    return {"status": 202, "body": body}


def _step(run: Workflow, position: int) -> dict[str, object]:
    plan: Plan = run.plan[position]
    begun = position < len(run.messages)
    message = run.messages[position] if begun else None
    over = position < len(run.endings)
    ending: Ending | None = run.endings[position] if over else None
    return {
        "channel": plan.draft.channel,
        "to": plan.draft.to,
        "condition": plan.condition,
        "until": plan.condition,
        "within": plan.within,
        "message_uuid": message.message_uuid if message else None,
        "status": message.status if message else "not tried",
        "code": message.code if message else None,
        "start": message.accepted_at.isoformat() if message else None,
        "end": ending.at.isoformat() if ending else None,
        "outcome": ending.outcome if ending else None,
        "events": [
            {"status": each.status, "at": each.at.isoformat(), "code": each.code}
            for each in (message.events if message else ())
        ],
    }


def _ended_at(run: Workflow) -> str | None:
    return run.endings[-1].at.isoformat() if run.endings else None


def _cost(run: Workflow) -> Decimal:
    return sum((payload.bill(message) for message in run.messages), Decimal(0))
