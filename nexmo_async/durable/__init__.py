"""Sending that outlives the process: jobs on an engine, and workflows made of them."""

from nexmo_async.durable.engine import Engine, Handler, Job, JobState, JobStatus, Lane
from nexmo_async.durable.in_process import InProcessEngine
from nexmo_async.durable.refusing import losses
from nexmo_async.durable.runs import Durable, DurableRun
from nexmo_async.durable.settling import SettlingReceipts, settle
from nexmo_async.durable.spelling import OnUnknown

__all__ = [
    "Durable",
    "DurableRun",
    "Engine",
    "Handler",
    "InProcessEngine",
    "Job",
    "JobState",
    "JobStatus",
    "Lane",
    "OnUnknown",
    "SettlingReceipts",
    "losses",
    "settle",
]
