"""The life of one message, for the demands on stores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import attrs

from nexmo_async.models.receipt import Receipt

SUBMITTED: Final = Receipt(
    message_uuid="m-1",
    status="submitted",
    at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    channel="whatsapp",
    to="447700900000",
    sender="447700900001",
    client_ref="order-7",
)
DELIVERED: Final = attrs.evolve(SUBMITTED, status="delivered")
READ: Final = attrs.evolve(SUBMITTED, status="read")
REJECTED: Final = attrs.evolve(
    SUBMITTED, status="rejected", code=1300, reason="Not part of the network"
)
