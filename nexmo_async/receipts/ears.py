"""Who listens to what: those who are woken, and those who are called."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.models.receipt import Receipt, Report
    from nexmo_async.receipts.store import Heard


class Ear:
    """One who listens. A hundred thousand at once are nothing unusual: it is small."""

    __slots__ = ("_again", "_bell", "_told")

    def __init__(self) -> None:
        self._again = False
        self._told: list[Receipt] | None = None
        self._bell: asyncio.Future[None] | None = None

    def tell(self, receipt: Receipt) -> None:
        """Wake whoever listens."""
        if self._told is None:
            self._told = []
        self._told.append(receipt)
        self._ring()

    def look_again(self) -> None:
        """Wake whoever listens: what was told may not be all."""
        self._again = True
        self._ring()

    def report(self, report: Report) -> None:
        """Whoever waits for receipts has no use for a report."""

    def bell(self) -> asyncio.Future[None]:
        """Rings as soon as there is something to take."""
        self._bell = asyncio.get_running_loop().create_future()
        if self._again or self._told is not None:
            self._ring()
        return self._bell

    def take(self) -> Sequence[Receipt] | None:
        """What was told since; None: look again."""
        told, again = self._told, self._again
        self._told, self._again = None, False
        return None if again else told or ()

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)


class Watch:
    """One who is called at once, instead of being woken: it holds no task."""

    __slots__ = ("_ears", "_heard", "_name")

    def __init__(self, name: str, heard: Heard, ears: Ears) -> None:
        self._name = name
        self._heard = heard
        self._ears = ears

    def tell(self, receipt: Receipt) -> None:
        """Call."""
        self._heard(receipt)

    def report(self, report: Report) -> None:
        """Call."""
        self._heard(report)

    def look_again(self) -> None:
        """Call, without saying what it is."""
        self._heard(None)

    def close(self) -> None:
        """Be called no longer, nor for what others are being told just now."""
        self._heard = _unheard
        self._ears.close(self._name, self)


def _unheard(_: Receipt | Report | None) -> None:
    """For whoever listens no longer."""


class Ears:
    """Everyone who listens, by name."""

    def __init__(self) -> None:
        # Most names have one listener, who needs no list. A list is never changed: one
        # that is called may leave meanwhile.
        self._ears: dict[str, Ear | Watch | Sequence[Ear | Watch]] = {}

    def __len__(self) -> int:
        """How many names are listened to."""
        return len(self._ears)

    def __contains__(self, name: str) -> bool:
        """Whether anybody listens to this name."""
        return name in self._ears

    def open(self, name: str) -> Ear:
        """Listen to a name from now on. Close it."""
        ear = Ear()
        self._add(name, ear)
        return ear

    def watch(self, name: str, heard: Heard) -> Watch:
        """Be called from now on. Close it."""
        watch = Watch(name, heard, self)
        self._add(name, watch)
        return watch

    def close(self, name: str, one: Ear | Watch) -> None:
        """Listen no longer."""
        others = [other for other in self._at(name) if other is not one]
        if others:
            self._ears[name] = others
        else:
            self._ears.pop(name, None)

    def tell(self, name: str, receipt: Receipt) -> None:
        """Wake, or call, everyone who listens to this name."""
        if name in self._ears:
            for one in self._at(name):
                one.tell(receipt)

    def report(self, report: Report) -> None:
        """Call everyone who watches this workflow."""
        for one in self._at(report.workflow_uuid):
            one.report(report)

    def look_again(self, name: str) -> None:
        """Let everyone who listens to this name look for themselves."""
        for one in self._at(name):
            one.look_again()

    def all_look_again(self) -> None:
        """Let everyone look for themselves: something may have been missed."""
        for name in tuple(self._ears):
            self.look_again(name)

    def _add(self, name: str, one: Ear | Watch) -> None:
        others = self._at(name)
        self._ears[name] = [*others, one] if others else one

    def _at(self, name: str) -> Sequence[Ear | Watch]:
        found = self._ears.get(name, ())
        return (found,) if isinstance(found, Ear | Watch) else found
