"""Sums of money, and what a message costs where: the account's own price list."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.item import BadRow
from nexmo_async.bulk.source.commas import Commas
from nexmo_async.bulk.source.thread import in_thread
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nexmo_async.bulk.source.row import Row

#: What a price list has to say.
COLUMNS: Final = ("country", "channel", "price", "currency")

#: What stands in it for every country, or every channel.
ANY: Final = "*"

_SUM: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]{3})")


@attrs.frozen
class Money:
    """A sum: `Money(Decimal("20"), "EUR")`.

    Attributes:
        amount: How much.
        currency: Of what, in three capitals (ISO 4217).
    """

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, text: str) -> Money:
        """The sum that is written as `20EUR` or `20.50 EUR`.

        Raises:
            ConfigurationError: It is no such sum.
        """
        found = _SUM.fullmatch(text.strip())
        if found is None:
            problem = f"is {text!r}, which is no sum such as 20EUR"
            raise ConfigurationError("money", problem)
        return cls(Decimal(found[1]), found[2].upper())

    def __str__(self) -> str:
        """As people write it, with two digits after the point or more."""
        amount = self.amount.normalize()
        places = max(2, -int(amount.as_tuple().exponent))
        return f"{amount:,.{places}f} {self.currency}"


@attrs.frozen
class Prices:
    """What one part of a message costs, by country and channel.

    Attributes:
        listed: Country (two capitals, or "*") and channel (or "*") -> price. The
            country's own line is taken before the one for all countries.
    """

    listed: Mapping[tuple[str, str], Money] = attrs.field(
        factory=dict[tuple[str, str], Money], repr=False
    )

    def price(self, country: str, channel: str) -> Money | None:
        """What one part costs; None if the list does not say."""
        for place in (country, ANY):
            for way in (channel, ANY):
                found = self.listed.get((place, way))
                if found is not None:
                    return found
        return None


async def open_prices(path: Path) -> Prices:
    """The price list in a CSV file: `country,channel,price,currency`.

    An SMS is paid for by the segment, everything else by the message. "*" stands for
    every country or every channel.

    Raises:
        ConfigurationError: It cannot be read, or a line is no price; it says which.
    """
    return await in_thread(lambda: _read(path))


def _read(path: Path) -> Prices:
    try:
        table = Commas(path)
    except OSError as why:
        raise ConfigurationError(str(path), f"cannot be read: {why.strerror}") from None
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        problem = f"names no column {missing[0]!r}; it needs {', '.join(COLUMNS)}"
        raise ConfigurationError(f"{path}, line 1", problem)
    return Prices(dict(_price(path, row) for row in table.rows()))


def _price(path: Path, row: Row | BadRow) -> tuple[tuple[str, str], Money]:
    where = f"{path}, line {row.line}"
    if isinstance(row, BadRow):
        raise ConfigurationError(where, row.problem)
    said = [str(row.values.get(name, "")).strip() for name in COLUMNS]
    country, channel, price, currency = said
    try:
        amount = Decimal(price)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise ConfigurationError(where, f"price is {price!r}, write it as 0.0333")
    money = Money(amount, currency.upper())
    return (country.upper() or ANY, channel.lower() or ANY), money
