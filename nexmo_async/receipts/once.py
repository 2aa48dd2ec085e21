"""What has come before, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Hashable


class Once:
    """Remembers names for a while, so that what comes twice counts once.

    Args:
        keep: Names that are remembered at most; the oldest goes first.
        keep_for: Seconds that each is remembered.
        clock: What time is measured by.

    Raises:
        ConfigurationError: It could not keep a single name.
    """

    def __init__(
        self, *, keep: int, keep_for: float, clock: Clock | None = None
    ) -> None:
        if keep < 1:
            raise ConfigurationError("keep", "must be at least 1")
        self._keep = keep
        self._keep_for = keep_for
        self._clock = clock or SystemClock()
        self._told: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._told)

    def first(self, name: Hashable) -> bool:
        """Whether the name is new; from now on it is not."""
        now = self._clock.monotonic()
        self._forget_old(now)
        if name in self._told:
            return False
        self._told[name] = now
        if len(self._told) > self._keep:
            self._told.popitem(last=False)
        return True

    def _forget_old(self, now: float) -> None:
        while self._told:
            name, told = next(iter(self._told.items()))
            if now - told <= self._keep_for:
                return
            del self._told[name]
