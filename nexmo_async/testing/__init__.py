"""For your own tests: time by hand, a server that fails, the demands on adapters."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.testing.engine import check_engine
    from nexmo_async.testing.fake import FakeTransport, answer
    from nexmo_async.testing.faulty import Answer, Fault, FaultyServer, Received
    from nexmo_async.testing.journal import check_journal
    from nexmo_async.testing.receipts import check_receipt_store
    from nexmo_async.testing.transport import check_transport

__all__ = [
    "Answer",
    "FakeTransport",
    "Fault",
    "FaultyServer",
    "ManualClock",
    "Received",
    "answer",
    "check_engine",
    "check_journal",
    "check_receipt_store",
    "check_transport",
]

if not TYPE_CHECKING:
    from nexmo_async.door import door

    # Each run of pytest enters here, for the plugin next door: it loads nothing else.
    __getattr__, __dir__ = door(
        __name__,
        {
            "nexmo_async.clock": ["ManualClock"],
            "nexmo_async.testing.engine": ["check_engine"],
            "nexmo_async.testing.fake": ["FakeTransport", "answer"],
            "nexmo_async.testing.faulty": [
                "Answer",
                "Fault",
                "FaultyServer",
                "Received",
            ],
            "nexmo_async.testing.journal": ["check_journal"],
            "nexmo_async.testing.receipts": ["check_receipt_store"],
            "nexmo_async.testing.transport": ["check_transport"],
        },
    )
