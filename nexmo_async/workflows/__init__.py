"""Attempts in a row, until one arrives."""

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
