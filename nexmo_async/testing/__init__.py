"""For your own tests: time by hand, a server that fails, the demands on adapters."""

from nexmo_async.clock import ManualClock
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
    "check_journal",
    "check_receipt_store",
    "check_transport",
]
