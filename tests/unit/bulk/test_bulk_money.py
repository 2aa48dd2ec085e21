from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nexmo_async.bulk.preflight.money import Money, Prices, open_prices
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

LIST = """country,channel,price,currency
GB,sms,0.04,EUR
GB,*,0.05,EUR
*,sms,0.10,EUR
*,*,0.20,EUR
"""


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize("text", ["20EUR", "20 EUR", "20.00eur", " 20EUR "])
def test_a_sum_is_read(text: str) -> None:
    assert Money.of(text) == euros("20")


@pytest.mark.parametrize("text", ["20", "EUR", "-3EUR", "20EURO", "1,5EUR", "1e3EUR"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no sum such as 20EUR"):
        Money.of(text)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("20", "20.00 EUR"),
        ("0.0333", "0.0333 EUR"),
        ("1234567.5", "1,234,567.50 EUR"),
        ("1E+2", "100.00 EUR"),
    ],
)
def test_a_sum_is_written_as_people_do(amount: str, written: str) -> None:
    assert str(euros(amount)) == written


@pytest.mark.parametrize(
    ("country", "channel", "price"),
    [
        ("GB", "sms", "0.04"),
        ("GB", "viber", "0.05"),
        ("FR", "sms", "0.10"),
        ("FR", "viber", "0.20"),
        ("", "sms", "0.10"),
    ],
)
async def test_the_line_that_says_most_counts(
    tmp_path: Path, country: str, channel: str, price: str
) -> None:
    (tmp_path / "p.csv").write_text(LIST)
    prices = await open_prices(tmp_path / "p.csv")

    assert prices.price(country, channel) == euros(price)


def test_an_empty_list_knows_no_price() -> None:
    assert Prices().price("GB", "sms") is None


async def test_small_letters_and_empty_cells_are_understood(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("country;channel;price;currency\ngb;;0.1;eur\n")
    prices = await open_prices(tmp_path / "p.csv")

    assert prices.price("GB", "rcs") == euros("0.1")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("country,channel,price\n", "names no column 'currency'"),
        (LIST + "FR,sms,cheap,EUR\n", "line 6: price is 'cheap'"),
        (LIST + "FR,sms,-1,EUR\n", "line 6: price is '-1'"),
        (LIST + "FR,sms,NaN,EUR\n", "line 6: price is 'NaN'"),
        (LIST + "FR,sms,0,03,EUR\n", "line 6: has 5 cells"),
    ],
)
async def test_a_list_that_cannot_be_used_says_where(
    tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "p.csv").write_text(text)

    with pytest.raises(ConfigurationError, match=problem):
        await open_prices(tmp_path / "p.csv")


async def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await open_prices(tmp_path / "p.csv")
