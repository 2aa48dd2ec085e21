"""Which signatures came before: a webhook that is played again is no second event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from nexmo_async.receipts.once import Once
from nexmo_async.webhooks.signature import MAX_AGE

if TYPE_CHECKING:
    from nexmo_async.clock import Clock

#: Signatures that are remembered at most.
KEEP: Final = 100_000


class Seen(Protocol):
    """Remembers the id of each signature at least as long as it is valid."""

    def first(self, jti: str, /) -> bool:
        """Whether this id is new; from now on it is not."""
        ...


class MemorySeen:
    """Remembers signatures in the memory of one process.

    Args:
        keep: Signatures that are remembered at most; the oldest goes first.
        keep_for: Seconds that each is remembered; no fewer than `max_age`.
        clock: What time is measured by.

    Raises:
        ConfigurationError: It could not keep a single one.
    """

    def __init__(
        self,
        *,
        keep: int = KEEP,
        keep_for: float = MAX_AGE,
        clock: Clock | None = None,
    ) -> None:
        self._once = Once(keep=keep, keep_for=keep_for, clock=clock)

    def __len__(self) -> int:
        """How many signatures are remembered."""
        return len(self._once)

    def first(self, jti: str, /) -> bool:
        """Whether this id is new; from now on it is not."""
        return self._once.first(jti)
