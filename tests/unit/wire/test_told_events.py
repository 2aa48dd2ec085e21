"""What arrives: each webhook in `tests/samples` beside the event it tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import (
    Position,
    Receipt,
    Report,
    ReportedMessage,
    Usage,
)
from nexmo_async.wire.event import decode_event

if TYPE_CHECKING:
    from nexmo_async.wire.event import Event

SAMPLES = Path(__file__).parents[2] / "samples"

MESSAGE = "11111111-2222-4333-8444-555555555555"
OTHER = "22222222-2222-4333-8444-555555555555"
NESTED_WORKFLOW = "33333333-2222-4333-8444-555555555555"
FLAT_WORKFLOW = "9hN4vRkTq2mWc7xLb3"

NEW_YEAR = datetime(2020, 1, 1, 14, 0, 0, tzinfo=UTC)
FEBRUARY = datetime(2025, 2, 3, 12, 14, 25, tzinfo=UTC)

PHONE = "447700900000"
OURS = "447700900001"
PERSON = "0123456789012345"
PAGE = "0123456678901234"


def nested(status: str, channel: str = "sms", **fields: Any) -> Receipt:  # noqa: ANN401  any field
    """A receipt of beta or v0.1 that tells nothing but what is given."""
    told = {"to": PHONE, "sender": OURS} | fields
    return Receipt(
        message_uuid=MESSAGE, status=status, at=NEW_YEAR, channel=channel, **told
    )


def flat(status: str, channel: str = "sms", **fields: Any) -> Receipt:  # noqa: ANN401  any field
    """A receipt of v1 that tells nothing but what is given."""
    told = {"to": PHONE, "sender": OURS} | fields
    return Receipt(
        message_uuid=MESSAGE, status=status, at=FEBRUARY, channel=channel, **told
    )


def inbound(at: datetime, channel: str, type: str, **fields: Any) -> Inbound:  # noqa: A002, ANN401  named as the field
    told = {"to": OURS, "sender": PHONE} | fields
    return Inbound(message_uuid=MESSAGE, at=at, channel=channel, type=type, **told)


NO_SUBSCRIBER = {"code": 1300, "reason": "no such subscriber here"}
NO_ROUTE = {"code": 1250, "reason": "no route"}

COMPLETED = Report(
    workflow_uuid=NESTED_WORKFLOW,
    status="completed",
    at=NEW_YEAR,
    usage=Usage(Decimal("0.02"), "EUR"),
    messages=(
        ReportedMessage(
            message_uuid=MESSAGE,
            channel="viber",
            status="delivered",
            usage=Usage(Decimal("0.0333"), "EUR"),
        ),
        ReportedMessage(
            message_uuid=OTHER, channel="messenger", status="undeliverable"
        ),
    ),
)

FAILED = Report(
    workflow_uuid=NESTED_WORKFLOW,
    status="error",
    at=NEW_YEAR,
    usage=Usage(Decimal(0), "EUR"),
    messages=(ReportedMessage(message_uuid=MESSAGE, channel="sms", status="rejected"),),
)

EVENTS: dict[str, Event] = {
    # The Developer Preview.
    "beta/status-submitted": nested("submitted", usage=Usage(Decimal("0.0333"), "EUR")),
    "beta/status-delivered": nested("delivered", "viber", sender="ACME"),
    "beta/status-read": nested("read", "messenger", to=PERSON, sender=PAGE),
    "beta/status-rejected": nested("rejected", "whatsapp", **NO_SUBSCRIBER),
    "beta/status-undeliverable": nested("undeliverable", **NO_ROUTE),
    "beta/status-in-workflow": nested(
        "delivered",
        "messenger",
        to=PERSON,
        sender=PAGE,
        workflow=Position(NESTED_WORKFLOW),
    ),
    "beta/report-completed": COMPLETED,
    "beta/report-error": FAILED,
    "beta/inbound-messenger-text": inbound(
        NEW_YEAR, "messenger", "text", to=PAGE, sender=PERSON, text="Hello!"
    ),
    "beta/inbound-messenger-image": inbound(
        NEW_YEAR,
        "messenger",
        "image",
        to=PAGE,
        sender=PERSON,
        url="https://example.com/in.png",
    ),
    "beta/inbound-messenger-location": inbound(
        NEW_YEAR,
        "messenger",
        "location",
        to=PAGE,
        sender=PERSON,
        url="https://example.com/map",
    ),
    "beta/inbound-whatsapp-text": inbound(NEW_YEAR, "whatsapp", "text", text="Hello!"),
    # v0.1
    "v0.1/status-submitted": nested(
        "submitted", usage=Usage(Decimal("0.0333"), "EUR"), client_ref="order-7"
    ),
    "v0.1/status-delivered": nested("delivered", "viber", sender="ACME"),
    "v0.1/status-read": nested("read", "messenger", to=PERSON, sender=PAGE),
    "v0.1/status-rejected": nested("rejected", "whatsapp", **NO_SUBSCRIBER),
    "v0.1/status-undeliverable": nested("undeliverable", **NO_ROUTE),
    "v0.1/status-in-workflow": nested(
        "delivered",
        "messenger",
        to=PERSON,
        sender=PAGE,
        workflow=Position(NESTED_WORKFLOW),
    ),
    "v0.1/report-completed": COMPLETED,
    "v0.1/report-error": FAILED,
    "v0.1/inbound-sms-text": inbound(NEW_YEAR, "sms", "text", text="Hello!"),
    "v0.1/inbound-mms-image": inbound(
        NEW_YEAR, "mms", "image", to="12345", url="https://example.com/in.png"
    ),
    "v0.1/inbound-whatsapp-text": inbound(NEW_YEAR, "whatsapp", "text", text="Hello!"),
    "v0.1/inbound-whatsapp-image": inbound(
        NEW_YEAR, "whatsapp", "image", url="https://example.com/in.png"
    ),
    "v0.1/inbound-whatsapp-audio": inbound(
        NEW_YEAR, "whatsapp", "audio", url="https://example.com/in.mp3"
    ),
    "v0.1/inbound-whatsapp-video": inbound(
        NEW_YEAR, "whatsapp", "video", url="https://example.com/in.mp4"
    ),
    "v0.1/inbound-whatsapp-file": inbound(
        NEW_YEAR, "whatsapp", "file", url="https://example.com/in.pdf"
    ),
    "v0.1/inbound-whatsapp-location": inbound(NEW_YEAR, "whatsapp", "location"),
    "v0.1/inbound-whatsapp-unsupported": inbound(NEW_YEAR, "whatsapp", "unsupported"),
    "v0.1/inbound-messenger-video": inbound(
        NEW_YEAR,
        "messenger",
        "video",
        to=PAGE,
        sender=PERSON,
        url="https://example.com/in.mp4",
    ),
    "v0.1/inbound-viber-text": inbound(
        NEW_YEAR, "viber", "text", to="ACME", text="Hello!"
    ),
    # v1
    "v1/status-submitted": flat(
        "submitted", usage=Usage(Decimal("0.0333"), "EUR"), client_ref="order-7"
    ),
    "v1/status-delivered": flat(
        "delivered", "whatsapp", usage=Usage(Decimal(0), "USD")
    ),
    "v1/status-read": flat("read", "viber", sender="ACME"),
    "v1/status-rejected": flat("rejected", **NO_SUBSCRIBER),
    "v1/status-rejected-number": flat("rejected", **NO_SUBSCRIBER),
    "v1/status-rejected-words": flat("rejected", **NO_SUBSCRIBER),
    "v1/status-undeliverable": flat(
        "undeliverable",
        "messenger",
        to=PERSON,
        sender=PAGE,
        code=1260,
        reason="cannot be reached",
    ),
    "v1/status-in-workflow": flat(
        "delivered", workflow=Position(FLAT_WORKFLOW, item=2, items=3)
    ),
    "v1/status-in-workflow-other-names": flat(
        "rejected",
        "rcs",
        sender="ACME",
        workflow=Position(FLAT_WORKFLOW, item=1, items=3),
    ),
    "v1/status-email": flat(
        "delivered", "email", to="daisy@example.com", sender="shop@example.org"
    ),
    "v1/inbound-sms-text": inbound(FEBRUARY, "sms", "text", text="Hello!"),
    "v1/inbound-sms-without-type": inbound(FEBRUARY, "sms", "text", text="Hello!"),
    "v1/inbound-mms-image": inbound(
        FEBRUARY, "mms", "image", url="https://example.com/in.png"
    ),
    "v1/inbound-mms-content": inbound(FEBRUARY, "mms", "content"),
    "v1/inbound-rcs-button": inbound(FEBRUARY, "rcs", "button", to="ACME"),
    "v1/inbound-whatsapp-text": inbound(FEBRUARY, "whatsapp", "text", text="Hello!"),
    "v1/inbound-whatsapp-image": inbound(
        FEBRUARY, "whatsapp", "image", url="https://example.com/in.png"
    ),
    "v1/inbound-whatsapp-audio": inbound(
        FEBRUARY, "whatsapp", "audio", url="https://example.com/in.mp3"
    ),
    "v1/inbound-whatsapp-video": inbound(
        FEBRUARY, "whatsapp", "video", url="https://example.com/in.mp4"
    ),
    "v1/inbound-whatsapp-file": inbound(
        FEBRUARY, "whatsapp", "file", url="https://example.com/in.pdf"
    ),
    "v1/inbound-whatsapp-sticker": inbound(
        FEBRUARY, "whatsapp", "sticker", url="https://example.com/in.webp"
    ),
    "v1/inbound-whatsapp-location": inbound(FEBRUARY, "whatsapp", "location"),
    "v1/inbound-whatsapp-reply": inbound(FEBRUARY, "whatsapp", "reply"),
    "v1/inbound-whatsapp-button": inbound(FEBRUARY, "whatsapp", "button"),
    "v1/inbound-whatsapp-order": inbound(FEBRUARY, "whatsapp", "order"),
    "v1/inbound-whatsapp-contacts": inbound(FEBRUARY, "whatsapp", "contacts"),
    "v1/inbound-whatsapp-reaction": inbound(FEBRUARY, "whatsapp", "reaction"),
    "v1/inbound-whatsapp-unsupported": inbound(FEBRUARY, "whatsapp", "unsupported"),
    "v1/inbound-messenger-text": inbound(
        FEBRUARY, "messenger", "text", to=PAGE, sender=PERSON, text="Hello!"
    ),
    "v1/inbound-viber-image": inbound(
        FEBRUARY, "viber", "image", to="ACME", url="https://example.com/in.png"
    ),
}


#: Those that tell more than most; `test_receipt_facts.py` looks at them.
ELSEWHERE = {
    "v1/status-migration-guide-time",
    "v1/status-segments",
    "v1/status-total-count",
    "v1/status-whatsapp-pricing",
}


def body(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def core(event: Event) -> Event:
    """What all channels tell; the rest is looked at in tests of its own."""
    bare = {
        Inbound: ("message_uuid", "at", "channel", "to", "sender", "type", "text"),
        Receipt: ("message_uuid", "at", "channel", "to", "sender", "status", "code"),
    }
    more = {Inbound: ("url",), Receipt: ("client_ref", "reason", "usage", "workflow")}
    kind = type(event)
    if kind is Report:
        return event
    told = (*bare[kind], *more[kind])
    return kind(**{field: getattr(event, field) for field in told})


@pytest.mark.parametrize(("name", "event"), EVENTS.items(), ids=EVENTS)
def test_a_webhook_tells_this_event(name: str, event: Event) -> None:
    assert core(decode_event(body(name))) == event


@pytest.mark.parametrize("name", EVENTS)
def test_the_whole_body_is_kept(name: str) -> None:
    """Whatever this package does not read can still be had."""
    assert decode_event(body(name)).raw == json.loads(body(name))


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_hashes_and_compares_without_its_body(name: str) -> None:
    event = decode_event(body(name))

    assert hash(event) == hash(attrs.evolve(event, raw={}))


def test_each_status_and_report_is_read_here() -> None:
    found = {
        f"{file.parent.name}/{file.stem}"
        for kind in ("status", "report")
        for file in SAMPLES.glob(f"*/{kind}-*.json")
    }

    assert found - ELSEWHERE <= set(EVENTS)
