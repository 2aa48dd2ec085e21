"""The file of results: a line for each item, written beside the job by a thread."""

from __future__ import annotations

import asyncio
import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from nexmo_async.bulk.preflight.estimate import messages
from nexmo_async.bulk.source.thread import in_thread
from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from types import TracebackType

    from nexmo_async.bulk.item import Item
    from nexmo_async.bulk.job.guard import Hold
    from nexmo_async.bulk.result import BulkResult

COLUMNS: Final = (
    "line",
    "to",
    "channel",
    "outcome",
    "message_uuid",
    "reason",
    "key",
    "client_ref",
)

#: Seconds between two writes.
PAUSE: Final = 0.5


class Results:
    """Hears of every result as guards do, and writes it down.

    A resumed job tells of everything that earlier runs have settled as well, so the
    file is written anew and is whole when the job is.

    Args:
        path: CSV, or JSON Lines if it ends with `.jsonl` or `.ndjson`.

    Attributes:
        failed: Why it is not whole; None if it is. What is sent does not wait for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_json = path.suffix in {".jsonl", ".ndjson"}
        self._is_begun = False
        self._lines: list[dict[str, object]] = []
        self._writer: asyncio.Task[None] | None = None
        self.failed: OSError | None = None

    async def __aenter__(self) -> Self:
        """Begin to write, with the first result: until then it may be another's."""
        self._writer = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self._flush()

    def before(self, item: Item, now: float) -> Hold | None:
        """Nothing is ever against it."""

    def after(self, result: BulkResult) -> None:
        """Write it down, soon."""
        self._lines.append(line(result))

    def _begin(self) -> None:
        self._path.touch(mode=0o600)
        with self._path.open("w", encoding="utf-8", newline="") as file:
            if not self._is_json:
                csv.writer(file).writerow(COLUMNS)

    async def _write_on(self) -> None:
        while True:
            await SystemClock().sleep(PAUSE)
            await self._flush()

    async def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if not lines or self.failed is not None:
            return
        try:
            if not self._is_begun:
                self._is_begun = True
                await in_thread(self._begin)
            await in_thread(lambda: self._append(lines))
        except OSError as why:
            self.failed = why

    def _append(self, lines: list[dict[str, object]]) -> None:
        with self._path.open("a", encoding="utf-8", newline="") as file:
            if self._is_json:
                file.writelines(json.dumps(each) + "\n" for each in lines)
            else:
                csv.writer(file).writerows(each.values() for each in lines)


def line(result: BulkResult) -> dict[str, object]:
    """What the file says of a result."""
    first = None if result.message is None else messages(result.message)[0]
    return {
        "line": "" if result.line is None else result.line,
        "to": "" if first is None else first.to,
        "channel": "" if first is None else first.channel,
        "outcome": outcome(result),
        "message_uuid": result.message_uuid,
        "reason": "" if result.error is None else result.error.what(),
        "key": result.key,
        "client_ref": getattr(result.sent or result.error, "client_ref", ""),
    }


def outcome(result: BulkResult) -> str:
    """In one word."""
    if result.ok:
        return "sent"
    if result.unknown:
        return "unknown"
    if result.double:
        return "double"
    return "rejected" if result.message is None else "failed"
