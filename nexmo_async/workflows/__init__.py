"""Attempts in a row, until one arrives."""

from nexmo_async.workflows.client import StartedWorkflow, Workflows

__all__ = ["StartedWorkflow", "Workflows"]
