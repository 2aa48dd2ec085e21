"""A job before it is sent: how many where, what is wrong, how long, at what price."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.item import BadRow, Item
from nexmo_async.bulk.preflight.estimate import Estimate, Estimator, messages, sums
from nexmo_async.bulk.preflight.money import Money, Prices, open_prices
from nexmo_async.bulk.preflight.phones import BY_NUMBER
from nexmo_async.bulk.source.thread import in_thread

if TYPE_CHECKING:
    from nexmo_async.bulk.item import Items
    from nexmo_async.models.message import Message
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.transport.throttle import Limit

#: Items that are counted in one go, in a thread.
PIECE: Final = 256

#: Bad rows and impossible numbers that are told one by one.
NAMED: Final = 20

#: Recipients that are sorted at once. Each takes eight bytes, however many there are.
CHUNK: Final = 100_000


@attrs.frozen
class Share:
    """The messages of one channel to one country.

    Attributes:
        channel: As messages name it.
        country: Two capitals; empty if nobody knows.
        messages: How many.
        segments: Of how many parts; only an SMS can have several.
        cost: Of all of them, for each currency.
        unpriced: How many have no known price.
    """

    channel: str
    country: str
    messages: int
    segments: int
    cost: Mapping[str, Decimal]
    unpriced: int


@attrs.frozen(kw_only=True)
class Preflight:
    """A job before it is sent.

    A workflow is counted by its first step; `at_most` is the price of all steps.

    Attributes:
        rows: Everything that the source has.
        messages: The rows that make a message or a workflow.
        shares: The messages by channel and country, the largest share first.
        bad_rows: Rows that make none; they will not be sent.
        bad: The first of them.
        invalid: Numbers that nobody can have. They would be sent all the same.
        invalid_lines: Where the first of them stand.
        repeated: Messages to a recipient who gets one already.
        seconds: How long it will take at the limits; None: there are none.
        cost: What it will cost, for each currency.
        at_most: What it will cost if every step of every workflow is sent.
        unpriced: Messages without a known price, all steps of workflows counted.
        cap: The most that it may cost; None if nobody said.
    """

    rows: int
    messages: int
    shares: tuple[Share, ...]
    bad_rows: int = 0
    bad: tuple[BadRow, ...] = ()
    invalid: int = 0
    invalid_lines: tuple[int, ...] = ()
    repeated: int = 0
    seconds: float | None = None
    cost: Mapping[str, Decimal] = attrs.field(factory=dict[str, Decimal])
    at_most: Mapping[str, Decimal] = attrs.field(factory=dict[str, Decimal])
    unpriced: int = 0
    cap: Money | None = None

    @property
    def over_cap(self) -> Money | None:
        """By how much it may cost more than it is allowed to; None if it does not."""
        if self.cap is None:
            return None
        over = self.at_most.get(self.cap.currency, Decimal(0)) - self.cap.amount
        return Money(over, self.cap.currency) if over > 0 else None

    @property
    def beyond_cap(self) -> int:
        """Messages that the cap cannot be held for: no price in its currency."""
        if self.cap is None:
            return 0
        foreign = any(name != self.cap.currency for name in self.at_most)
        return self.messages if foreign else self.unpriced

    def to_dict(self) -> dict[str, object]:
        """All of it as plain values, ready for JSON; sums of money as text."""
        return {
            "rows": self.rows,
            "messages": self.messages,
            "shares": [
                attrs.asdict(share) | {"cost": _written(share.cost)}
                for share in self.shares
            ],
            "bad_rows": self.bad_rows,
            "bad": [attrs.asdict(row) for row in self.bad],
            "invalid": self.invalid,
            "invalid_lines": list(self.invalid_lines),
            "repeated": self.repeated,
            "seconds": self.seconds,
            "cost": _written(self.cost),
            "at_most": _written(self.at_most),
            "unpriced": self.unpriced,
            "cap": None if self.cap is None else str(self.cap),
        }

    def __str__(self) -> str:
        """A table for people."""
        lines = [
            f"{'channel':<10} {'country':<8} {'messages':>10} {'segments':>10}  cost"
        ]
        lines += [
            f"{share.channel:<10} {share.country or '?':<8} {share.messages:>10,} "
            f"{share.segments:>10,}  {priced(share.cost)}"
            for share in self.shares
        ]
        return "\n".join([*lines, *self.remarks()])

    def remarks(self) -> list[str]:
        """What the table does not show, a sentence each."""
        is_asked = bool(self.cost or self.cap)
        most = priced(self.at_most)
        said = {
            f"rows that make no message: {self.bad_rows:,}": self.bad_rows,
            f"numbers that nobody can have: {self.invalid:,}": self.invalid,
            f"more for somebody who gets one: {self.repeated:,}": self.repeated,
            f"messages without a price: {self.unpriced:,}": self.unpriced and is_asked,
            f"up to {most} if every step is sent": self.at_most != self.cost,
            f"up to {self.over_cap} more than the cap of {self.cap}": self.over_cap,
        }
        return [words for words, is_so in said.items() if is_so]


async def preflight(
    items: Items,
    *,
    prices: Prices | str | Path | None = None,
    cap: Money | str | None = None,
    limits: Sequence[Limit] = (),
    estimator: Estimator | None = None,
) -> Preflight:
    """Go through all items and count; nothing is sent.

    It counts in a thread, and keeps eight bytes of each recipient. An iterator has
    nothing left to send afterwards: give a list, or a source that can be read again.

    Args:
        items: What would be sent.
        prices: A price list, or the CSV file of one: country, channel, price, currency.
        cap: The most that it may cost, as `Money` or as "20EUR".
        limits: How fast may be sent; those of functions are not known before.
        estimator: Who knows prices and numbers, instead of `prices`.

    Raises:
        ConfigurationError: The price list cannot be read, or the cap is no sum.
    """
    if isinstance(prices, str | Path):
        prices = await open_prices(Path(prices))
    known = prices or Prices()
    if estimator is None:  # what is known of phone numbers is read from the disk
        estimator = await in_thread(lambda: Estimator(known))
    count = Count(estimator)
    async for piece in _pieces(items):
        await in_thread(partial(count.add, piece))
    cap = Money.of(cap) if isinstance(cap, str) else cap
    return await in_thread(partial(count.result, cap, limits))


async def _pieces(items: Items) -> AsyncIterator[list[Item | BadRow]]:
    piece: list[Item | BadRow] = []
    async for item in _each(items):
        piece.append(item if isinstance(item, Item | BadRow) else Item(item))
        if len(piece) == PIECE:
            yield piece
            piece = []
    yield piece


async def _each(items: Items) -> AsyncIterator[Message | Workflow | Item | BadRow]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    for item in items:
        yield item


@attrs.define
class _Pile:
    """What is counted of one channel and country."""

    messages: int = 0
    segments: int = 0
    unpriced: int = 0
    cost: dict[str, Decimal] = attrs.field(factory=dict[str, Decimal])


class Count:
    """Counts items. Blocks: it is for a thread.

    Args:
        estimator: Who knows prices and numbers.
    """

    def __init__(self, estimator: Estimator) -> None:
        self._estimator = estimator
        self._piles: dict[tuple[str, str], _Pile] = {}
        self._senders: Counter[str] = Counter()
        self._recipients = _Recipients()
        self._at_most: dict[str, Decimal] = {}
        self._bad: list[BadRow] = []
        self._bad_lines: list[int] = []
        self._rows = self._bad_rows = self._invalid = self._unpriced = 0

    def add(self, items: Iterable[Item | BadRow]) -> None:
        """Count some more."""
        for item in items:
            self._rows += 1
            if isinstance(item, BadRow):
                self._bad_rows += 1
                if len(self._bad) < NAMED:
                    self._bad.append(item)
            else:
                self._add(item)

    def _add(self, item: Item) -> None:
        first, *others = messages(item.message)
        estimate = self._estimator.of(first)
        self._pile(estimate)
        for cost in (
            estimate.cost,
            *(self._estimator.of(each).cost for each in others),
        ):
            self._unpriced += cost is None
            sums(self._at_most, cost)
        self._senders[first.sender] += 1
        self._recipients.add(f"{_book(first)}{first.to}")
        if estimate.valid is False:
            self._invalid += 1
            if len(self._bad_lines) < NAMED:
                self._bad_lines.append(self._rows if item.line is None else item.line)

    def _pile(self, estimate: Estimate) -> None:
        place = estimate.message.channel, estimate.country
        pile = self._piles.setdefault(place, _Pile())
        pile.messages += 1
        pile.segments += estimate.segments
        pile.unpriced += estimate.cost is None
        sums(pile.cost, estimate.cost)

    def result(self, cap: Money | None, limits: Sequence[Limit]) -> Preflight:
        """What was counted."""
        repeated, most = self._recipients.repeated()
        count = self._rows - self._bad_rows
        shares = [
            Share(*place, pile.messages, pile.segments, pile.cost, pile.unpriced)
            for place, pile in self._piles.items()
        ]
        cost: dict[str, Decimal] = {}
        for share in shares:
            for currency, amount in share.cost.items():
                sums(cost, Money(amount, currency))
        sender = max(self._senders.values(), default=0)
        most_of = {"account": count, "sender": sender, "recipient": most}
        return Preflight(
            rows=self._rows,
            messages=count,
            shares=tuple(sorted(shares, key=lambda share: -share.messages)),
            bad_rows=self._bad_rows,
            bad=tuple(self._bad),
            invalid=self._invalid,
            invalid_lines=tuple(self._bad_lines),
            repeated=repeated,
            seconds=_seconds(limits, most_of),
            cost=cost,
            at_most=self._at_most,
            unpriced=self._unpriced,
            cap=cap,
        )


class _Recipients:
    """Who gets how many: by hashes, sorted piece by piece, eight bytes for each."""

    def __init__(self) -> None:
        self._sorted: list[array[int]] = []
        self._last = array("q")

    def add(self, name: str) -> None:
        self._last.append(hash(name))
        if len(self._last) == CHUNK:
            self._sort()

    def repeated(self) -> tuple[int, int]:
        """How many came again, and how often the most frequent one came."""
        self._sort()
        again, most = 0, 0
        for _, same in groupby(merge(*self._sorted)):
            times = sum(1 for _ in same)
            again += times - 1
            most = max(most, times)
        return again, most

    def _sort(self) -> None:
        self._sorted.append(array("q", sorted(self._last)))
        self._last = array("q")


def _book(message: Message) -> str:
    """Numbers are the same person on every channel; an id belongs to its channel."""
    return "" if message.channel in BY_NUMBER else f"{message.channel}:"


def _seconds(limits: Sequence[Limit], most_of: Mapping[str, int]) -> float | None:
    """The first window is free; each one after it has to be waited for."""
    known = [limit for limit in limits if isinstance(limit.key, str)]
    return max(
        (
            max(0, most_of[str(limit.key)] - 1) // limit.number * limit.per
            for limit in known
        ),
        default=None,
    )


def _written(costs: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in costs.items()}


def priced(costs: Mapping[str, Decimal]) -> str:
    """Sums in several currencies, in one line; a dash if there is none."""
    sums_of = (Money(amount, currency) for currency, amount in sorted(costs.items()))
    return " + ".join(map(str, sums_of)) or "-"
