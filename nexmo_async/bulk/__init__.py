"""A million messages, none twice, none forgotten."""

from nexmo_async.bulk.client import Bulk
from nexmo_async.bulk.control import Control
from nexmo_async.bulk.errors import (
    DoubleError,
    JournalBusyError,
    JournalError,
    JournalFullError,
    RowError,
)
from nexmo_async.bulk.guard import Guard, Hold
from nexmo_async.bulk.item import BadRow, Item, Items, key_of
from nexmo_async.bulk.report import Moment, Progress, Report, UnknownItem
from nexmo_async.bulk.result import BulkResult

__all__ = [
    "BadRow",
    "Bulk",
    "BulkResult",
    "Control",
    "DoubleError",
    "Guard",
    "Hold",
    "Item",
    "Items",
    "JournalBusyError",
    "JournalError",
    "JournalFullError",
    "Moment",
    "Progress",
    "Report",
    "RowError",
    "UnknownItem",
    "key_of",
]
