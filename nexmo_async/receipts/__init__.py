"""Where receipts are kept and waited for."""

from nexmo_async.receipts.inbox import Inbox
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.receipts.store import ReceiptStore, Subscription, Until

__all__ = ["Inbox", "MemoryReceipts", "ReceiptStore", "Subscription", "Until"]
