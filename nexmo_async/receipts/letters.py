"""What people wrote and nobody asked for yet, within bounds."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.models.inbound import Inbound

#: Messages from people that wait to be asked for, at most; the oldest goes first.
KEEP_LETTERS: Final = 10_000

#: Seconds that one waits to be asked for. Few: an old "hello" answers no new question.
KEEP_LETTERS_FOR: Final = 300.0


class Letters:
    """Keeps messages from people in order; each is given out once."""

    def __init__(self, *, keep: int, keep_for: float, clock: Clock) -> None:
        self._keep = keep
        self._keep_for = keep_for
        self._clock = clock
        self._all: OrderedDict[str, tuple[float, Inbound]] = OrderedDict()
        self._of: dict[str, deque[str]] = {}

    def __len__(self) -> int:
        """How many wait to be asked for."""
        return len(self._all)

    def add(self, letter: Inbound) -> None:
        """Keep one, unless it waits already."""
        if letter.message_uuid in self._all:
            return
        self._all[letter.message_uuid] = (self._clock.monotonic(), letter)
        self._of.setdefault(letter.sender, deque()).append(letter.message_uuid)
        self._forget_old()

    def take(self, sender: str) -> Inbound | None:
        """The oldest of this person; None if there is none."""
        self._forget_old()
        if sender not in self._of:
            return None
        _, letter = self._all.pop(self._of[sender][0])
        self._drop_first(sender)
        return letter

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        while self._all:
            uuid, (came, letter) = next(iter(self._all.items()))
            if now - came <= self._keep_for and len(self._all) <= self._keep:
                return
            # The oldest of all is also the first of its sender.
            del self._all[uuid]
            self._drop_first(letter.sender)

    def _drop_first(self, sender: str) -> None:
        self._of[sender].popleft()
        if not self._of[sender]:
            del self._of[sender]
