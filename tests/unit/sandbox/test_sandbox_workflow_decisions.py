from __future__ import annotations

import pytest

from nexmo_async.sandbox.records import Draft
from nexmo_async.sandbox.workflow import Expired, Step, dispatch, failover

DRAFT = Draft(
    api="v0.1",
    channel="messenger",
    message_type="text",
    to="1",
    sender="2",
    request={},
)
DELIVERED = Step(DRAFT, "delivered", 600)
READ = Step(DRAFT, "read", 600)
LAST = Step(DRAFT)


@pytest.mark.parametrize(
    ("step", "event", "decision"),
    [
        (DELIVERED, "submitted", "wait"),
        (DELIVERED, "delivered", "completed"),
        (DELIVERED, "read", "completed"),
        (DELIVERED, "rejected", "next"),
        (DELIVERED, "undeliverable", "next"),
        (DELIVERED, Expired(), "next"),
        (READ, "submitted", "wait"),
        (READ, "delivered", "wait"),
        (READ, "read", "completed"),
        (READ, "rejected", "next"),
        (READ, "undeliverable", "next"),
        (READ, Expired(), "next"),
        (LAST, "submitted", "wait"),
        (LAST, "delivered", "completed"),
        (LAST, "read", "completed"),
        (LAST, "rejected", "error"),
        (LAST, "undeliverable", "error"),
    ],
)
def test_what_an_event_means_to_a_dispatch(
    step: Step, event: str | Expired, decision: str
) -> None:
    assert dispatch(step, event) == decision


@pytest.mark.parametrize(
    ("event", "last", "decision"),
    [
        ("submitted", False, "wait"),
        ("delivered", False, "completed"),
        ("read", False, "completed"),
        ("rejected", False, "next"),
        ("undeliverable", False, "error"),
        ("submitted", True, "wait"),
        ("delivered", True, "completed"),
        ("rejected", True, "error"),
        ("undeliverable", True, "error"),
    ],
)
def test_native_failover_goes_on_after_a_rejection_only(
    event: str,
    last: bool,  # noqa: FBT001 - a table
    decision: str,
) -> None:
    assert failover(event, last=last) == decision
