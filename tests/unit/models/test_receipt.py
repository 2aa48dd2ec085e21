from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import (
    FAILED,
    PROGRESS,
    READABLE,
    Position,
    Receipt,
    Report,
    Usage,
)


def receipt(status: str, **fields: Any) -> Receipt:  # noqa: ANN401  any of its fields
    return Receipt(
        message_uuid="11111111-2222-4333-8444-555555555555",
        status=status,
        at=datetime(2026, 1, 1, 14, tzinfo=UTC),
        channel="sms",
        to="447700900000",
        sender="447700900001",
        **fields,
    )


REACHED = {
    "submitted": {"submitted"},
    "delivered": {"submitted", "delivered"},
    "read": {"submitted", "delivered", "read"},
    "rejected": {"rejected"},
    "undeliverable": {"undeliverable"},
    "accepted": {"accepted"},
}


@pytest.mark.parametrize("wanted", REACHED)
@pytest.mark.parametrize("status", REACHED)
def test_a_status_includes_those_before_it(status: str, wanted: str) -> None:
    """Nexmo may tell `read` without ever having told `delivered`."""
    assert receipt(status).reached(wanted) == (wanted in REACHED[status])


@pytest.mark.parametrize("status", ["rejected", "undeliverable"])
def test_a_message_that_ended_without_arriving_has_failed(status: str) -> None:
    assert receipt(status).failed


@pytest.mark.parametrize("status", ["submitted", "delivered", "read", "accepted", ""])
def test_any_other_status_is_no_failure(status: str) -> None:
    """A status invented later must not be mistaken for the end."""
    assert not receipt(status).failed


def test_progress_and_failure_have_no_status_in_common() -> None:
    assert FAILED.isdisjoint(PROGRESS)


def test_sms_is_never_told_to_be_read() -> None:
    assert {"whatsapp", "messenger", "viber", "rcs"} == READABLE


def test_receipts_that_tell_the_same_are_equal_whatever_else_the_body_said() -> None:
    """A webhook that is delivered twice must be recognised."""
    once, twice = receipt("read", raw={"a": 1}), receipt("read", raw={"a": 2})

    assert once == twice
    assert hash(once) == hash(twice)


def test_the_raw_body_is_not_printed() -> None:
    """What people write to each other does not belong in a log."""
    assert "secret" not in repr(receipt("read", raw={"text": "secret"}))


EVENTS = [
    receipt("read"),
    Report(workflow_uuid="w", status="completed", at=None),
    Inbound(message_uuid="m", at=None, channel="sms", to="1", sender="2", type="text"),
    Usage(Decimal("0.0333"), "EUR"),
    Position("w"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_nexmo_told_is_frozen(event: Any) -> None:  # noqa: ANN401  one of five
    field = attrs.fields(type(event))[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(event, field, "other")


@pytest.mark.parametrize("kind", [Receipt, Report, Inbound])
def test_an_event_takes_keywords_only(kind: type[Any]) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        kind("aaa")


def test_each_event_gets_its_own_empty_body() -> None:
    assert receipt("read").raw is not receipt("read").raw


def test_a_place_in_a_workflow_may_be_known_only_by_its_name() -> None:
    assert Position("w") == Position("w", item=None, items=None)
