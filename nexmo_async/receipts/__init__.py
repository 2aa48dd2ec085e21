"""Where receipts are kept and waited for."""

from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.receipts.store import ReceiptStore

__all__ = ["MemoryReceipts", "ReceiptStore"]
