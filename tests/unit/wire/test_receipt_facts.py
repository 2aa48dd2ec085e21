"""What a receipt tells besides its status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nexmo_async.models import (
    Conversation,
    Part,
    Pricing,
    Profile,
    Receipt,
    WhatsAppUser,
)
from nexmo_async.wire.event import decode_event

SAMPLES = Path(__file__).parents[2] / "samples"


def receipt(name: str) -> Receipt:
    event = decode_event((SAMPLES / f"{name}.json").read_bytes())
    assert isinstance(event, Receipt)
    return event


FACTS: dict[str, tuple[str, str, object]] = {
    "the network": ("v1/status-segments", "network", "23410"),
    "how many parts": ("v1/status-segments", "segments", 2),
    "how many parts, in other words": ("v1/status-total-count", "segments", 3),
    "the fate of each part": (
        "v1/status-segments",
        "parts",
        (
            Part(status="delivered", at=datetime(2025, 2, 3, 12, 14, 20, tzinfo=UTC)),
            Part(
                status="rejected",
                at=datetime(2025, 2, 3, 12, 14, 25, tzinfo=UTC),
                code=1230,
            ),
        ),
    ),
    "the pricing": (
        "v1/status-whatsapp-pricing",
        "pricing",
        Pricing(type="regular", model="PMP", category="marketing"),
    ),
    "the conversation": (
        "v1/status-whatsapp-pricing",
        "conversation",
        Conversation(id="conv", origin="marketing"),
    ),
    "the person": (
        "v1/status-whatsapp-pricing",
        "recipient",
        WhatsAppUser(user_id="US.1", wa_id="447700900000"),
    ),
    "the name of the person": (
        "v1/status-whatsapp-pricing",
        "profile",
        Profile(name="Daisy", username="daisy"),
    ),
    "the account": ("v1/status-whatsapp-pricing", "waba_id", "102290129340398"),
    "a time in the words of the guide": (
        "v1/status-migration-guide-time",
        "at",
        datetime(2020, 1, 1, 14, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize(("name", "field", "told"), FACTS.values(), ids=FACTS)
def test_a_receipt_tells(name: str, field: str, told: object) -> None:
    assert getattr(receipt(name), field) == told


def test_a_receipt_knows_what_its_code_means() -> None:
    failure = receipt("v1/status-segments").failure

    assert failure is not None
    assert (failure.code, failure.kind) == (1490, "unclear")


def test_a_receipt_that_is_no_failure_has_none() -> None:
    assert receipt("v1/status-submitted").failure is None
