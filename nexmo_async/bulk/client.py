"""`nexmo.bulk`: many messages at once, as a stream, from a producer, or as a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from nexmo_async.bulk.control import Control
    from nexmo_async.bulk.guard import Guard
    from nexmo_async.bulk.item import Items
    from nexmo_async.bulk.report import Progress, Report
    from nexmo_async.bulk.result import BulkResult

#: What to do with an item that may have been sent, or not.
OnUnknown = Literal["settle", "raise", "resend"]


class Bulk:
    """`nexmo.bulk`: sends many messages."""

    def stream(
        self, items: Items, *, concurrency: int = 64, ordered: bool = False
    ) -> AsyncIterator[BulkResult]:
        """Send all of them, and tell of each as it is answered."""
        raise NotImplementedError

    async def run(  # noqa: PLR0913  each is one choice of the user
        self,
        items: Items,
        *,
        job: str,
        journal: str | Path | None = None,
        concurrency: int = 64,
        on_unknown: OnUnknown = "settle",
        guards: Sequence[Guard] = (),
        progress: Callable[[Progress], object] | None = None,
        control: Control | None = None,
        total: int | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> Report:
        """Send all of them once, whatever happens to this process.

        Args:
            items: What to send.
            job: Its name; the same name goes on where it was.
            journal: The file; None: the job's name with ".db", in this directory.
            concurrency: Items under way at once.
            on_unknown: For items that may have been sent.
            guards: Asked before each send.
            progress: Told every second.
            control: Steers it.
            total: How many there are, if the source does not say.
            notes: Kept in the journal of a new job, for whoever resumes it.
        """
        raise NotImplementedError
