"""Writes an item down at the last moment: when it may leave, and has not left."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import attrs

from nexmo_async.bulk.errors import DoubleError
from nexmo_async.bulk.journal.entries import Intent

if TYPE_CHECKING:
    from nexmo_async.bulk.intake import Taken
    from nexmo_async.bulk.journal.entries import Journal
    from nexmo_async.clock import Clock


@attrs.define(slots=False)  # one for each message: a dict is filled in half the time
class Writing:
    """The intent of one item, to be written once, however often it is tried.

    What still queues for its turn when the process is killed is not in the journal: it
    did not leave, and the next run sends it.

    Attributes:
        journal: Where it is written.
        clock: When.
        taken: The item.
        key: Its name within the job.
        client_ref: By what a receipt would name it.
        is_double: Whether this run had written another item of this key; None as long
            as it is not written.
        failed: Why it could not be written; None if that was not tried, or could be.
    """

    journal: Journal
    clock: Clock
    taken: Taken
    key: str
    client_ref: str
    is_double: bool | None = None
    failed: Exception | None = None

    async def __call__(self) -> None:
        """Write it down, and return once it is written.

        Raises:
            DoubleError: This run had written another item of this key.
            JournalFullError: It could not be written.
        """
        if self.is_double is None:
            taken, now = self.taken, self.clock.wall()
            intent = Intent(self.key, self.client_ref, taken.index, taken.line, now)
            try:
                known = await self.journal.intend(intent)
            except Exception as why:
                self.failed = why
                raise
            self.is_double = known is not None and known.is_double
        if self.is_double:
            raise DoubleError(self.key)

    async def is_first(self) -> bool:
        """Write it down; False if this run had written another item of this key."""
        if self.is_double is None:
            with suppress(DoubleError):
                await self()
        return not self.is_double
