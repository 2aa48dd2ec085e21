"""What may pause a job: it is asked before each send, and told of each result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from nexmo_async.bulk.item import Item
    from nexmo_async.bulk.result import BulkResult


@attrs.frozen
class Hold:
    """The job has to wait. That is no failure: the same item is asked about again.

    Attributes:
        reason: Why, in words, for whoever watches the job.
        seconds: How long to wait before asking again; None: until it is resumed.
    """

    reason: str
    seconds: float | None = None


class Guard(Protocol):
    """Keeps a job within bounds: a spend cap, quiet hours, or a rule of yours."""

    def before(self, item: Item, now: float) -> Hold | None:
        """May this item be sent now? None: yes.

        Asked for one item after the other, and again after each wait. It must neither
        block nor raise.

        Args:
            item: What is to be sent next.
            now: Unix seconds.
        """
        ...

    def after(self, result: BulkResult) -> None:
        """Be told of every result, also of what an earlier run of the job had sent."""
        ...
