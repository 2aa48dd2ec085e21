"""A million messages, none twice, none forgotten."""

from nexmo_async.bulk.client import Bulk
from nexmo_async.bulk.errors import (
    DoubleError,
    EarlierError,
    JournalBusyError,
    JournalError,
    JournalFullError,
    RowError,
    WorkflowEndedError,
)
from nexmo_async.bulk.item import BadRow, Item, Items, key_of
from nexmo_async.bulk.job.control import Control
from nexmo_async.bulk.job.guard import Guard, Hold
from nexmo_async.bulk.job.report import Moment, Progress, Report, UnknownItem
from nexmo_async.bulk.journal.entries import Journal, MemoryJournal
from nexmo_async.bulk.journal.peek import Peek, peek
from nexmo_async.bulk.journal.sqlite import SqliteJournal
from nexmo_async.bulk.queue import BulkQueue
from nexmo_async.bulk.result import BulkResult

__all__ = [
    "BadRow",
    "Bulk",
    "BulkQueue",
    "BulkResult",
    "Control",
    "DoubleError",
    "EarlierError",
    "Guard",
    "Hold",
    "Item",
    "Items",
    "Journal",
    "JournalBusyError",
    "JournalError",
    "JournalFullError",
    "MemoryJournal",
    "Moment",
    "Peek",
    "Progress",
    "Report",
    "RowError",
    "SqliteJournal",
    "UnknownItem",
    "WorkflowEndedError",
    "key_of",
    "peek",
]
