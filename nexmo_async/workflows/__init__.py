"""Attempts in a row, until one arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nexmo_async.models.attempt import Attempt, Outcome, Result
    from nexmo_async.models.condition import Answer, Kind, Quiet
    from nexmo_async.models.plan import Loss, Plan
    from nexmo_async.workflows.client import StartedWorkflow, Workflows
    from nexmo_async.workflows.health import ChannelHealth, ChannelState
    from nexmo_async.workflows.run import Happening, Run

__all__ = [
    "Answer",
    "Attempt",
    "ChannelHealth",
    "ChannelState",
    "Happening",
    "Kind",
    "Loss",
    "Outcome",
    "Plan",
    "Quiet",
    "Result",
    "Run",
    "StartedWorkflow",
    "Workflows",
]

if not TYPE_CHECKING:
    from nexmo_async.door import door

    __getattr__, __dir__ = door(
        __name__,
        {
            "nexmo_async.models.attempt": ["Attempt", "Outcome", "Result"],
            "nexmo_async.models.condition": ["Answer", "Kind", "Quiet"],
            "nexmo_async.models.plan": ["Loss", "Plan"],
            "nexmo_async.workflows.client": ["StartedWorkflow", "Workflows"],
            "nexmo_async.workflows.health": ["ChannelHealth", "ChannelState"],
            "nexmo_async.workflows.run": ["Happening", "Run"],
        },
    )
