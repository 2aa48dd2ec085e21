"""Receipts come twice and in any order; whoever listens hears each step once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.models.receipt import PROGRESS, READABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nexmo_async.models.receipt import Receipt

#: A failure comes after every step that is on the way.
_FAILED: Final = max(PROGRESS.values()) + 1


def is_final(receipt: Receipt) -> bool:
    """Whether nothing more is told after this one."""
    if receipt.channel in READABLE:
        return receipt.failed or receipt.reached("read")
    return receipt.failed or receipt.reached("delivered")


@attrs.define
class Forward:
    """What has been told of the messages of one name."""

    _steps: dict[str, int] = attrs.field(factory=dict[str, int])
    _ended: set[str] = attrs.field(factory=set[str])
    _odd: set[Receipt] = attrs.field(factory=set["Receipt"])

    @property
    def ended(self) -> bool:
        """Whether every message that was told of has come to its end."""
        return bool(self._ended) and self._ended == self._steps.keys()

    def take(self, told: Iterable[Receipt]) -> list[Receipt]:
        """Those that are news, in order of their steps."""
        return [
            receipt for receipt in sorted(told, key=_step) if self._is_news(receipt)
        ]

    def _is_news(self, receipt: Receipt) -> bool:
        uuid, step = receipt.message_uuid, _step(receipt)
        before = self._steps.setdefault(uuid, 0)
        if uuid in self._ended or (receipt.failed and before >= PROGRESS["delivered"]):
            return False
        if step == 0:  # a status that Nexmo invented later has no place in the order
            is_new = receipt not in self._odd
            self._odd.add(receipt)
            return is_new
        self._steps[uuid] = max(step, before)
        if is_final(receipt):
            self._ended.add(uuid)
        return step > before


def _step(receipt: Receipt) -> int:
    return _FAILED if receipt.failed else PROGRESS.get(receipt.status, 0)
