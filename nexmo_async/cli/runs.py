"""What happens to a workflow, as plain data for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from nexmo_async.models.attempt import Attempt, Result
    from nexmo_async.models.plan import Plan
    from nexmo_async.models.receipt import Usage
    from nexmo_async.workflows.run import Happening


def happening(one: Happening) -> Mapping[str, object]:
    """One step of the story, as it happens."""
    return {"kind": "happening"} | attrs.asdict(one) | {"at": _moment(one.at)}


def result(ended: Result, to: str) -> Mapping[str, object]:
    """The last line: who was reached, where, after how many seconds, at what cost."""
    return {
        "kind": "result",
        "id": ended.id,
        "to": to,
        "outcome": ended.outcome,
        "why": ended.why,
        "channel": ended.channel,
        "took": round(ended.took, 3),
        "cost": _sums(ended.cost),
        "double_reach": len(ended.double_reach),
        "attempts": [_attempt(one) for one in ended.attempts],
    }


def plan(made: Plan) -> Mapping[str, object]:
    """Who can run it, and what would be lost."""
    return {
        "api": made.api,
        "engines": list(made.engines),
        "losses": [attrs.asdict(loss) for loss in made.losses],
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    told = attrs.asdict(one, recurse=False)
    return told | {
        "sent_at": _moment(one.sent_at),
        "reached_at": _moment(one.reached_at),
        "usage": None if one.usage is None else _sums([one.usage])[0],
    }


def _sums(sums: Iterable[Usage]) -> list[dict[str, str]]:
    return [{"price": str(sum_.price), "currency": sum_.currency} for sum_ in sums]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
