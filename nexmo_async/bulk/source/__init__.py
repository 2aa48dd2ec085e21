"""Where messages come from: files, databases, and rows as they come."""

from nexmo_async.bulk.source.file import Source, open_source
from nexmo_async.bulk.source.stream import from_rows

__all__ = ["Source", "from_rows", "open_source"]
