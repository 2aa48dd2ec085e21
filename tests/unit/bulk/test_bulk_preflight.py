from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async import Email, Limit, Sms, Step, Viber, Workflow
from nexmo_async.bulk import BadRow, Item
from nexmo_async.bulk.preflight.estimate import Estimator
from nexmo_async.bulk.preflight.money import Money, Prices
from nexmo_async.bulk.preflight.phones import Facts, Nobody
from nexmo_async.bulk.preflight.preflight import Preflight, Share, preflight

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PRICES = Prices({("*", "sms"): Money(Decimal("0.05"), "EUR")})


class Book(Nobody):
    def look_up(self, number: str) -> Facts:
        return Facts("GB" if number.startswith("44") else "FR", number[-1] != "9")


ESTIMATOR = Estimator(PRICES, Book())


def sms(to: str, text: str = "Hi", sender: str = "ACME") -> Sms:
    return Sms(to=to, sender=sender, content=text)


MESSAGES = [
    sms("447700900000"),
    sms("447700900001", "x" * 161),
    sms("33612345678"),
    Viber(to="447700900000", sender="22353", content="Hi"),
]


async def test_messages_are_counted_by_channel_and_country() -> None:
    counted = await preflight(MESSAGES, estimator=ESTIMATOR)

    assert counted.shares == (
        Share("sms", "GB", 2, 3, {"EUR": Decimal("0.15")}, 0),
        Share("sms", "FR", 1, 1, {"EUR": Decimal("0.05")}, 0),
        Share("viber", "GB", 1, 1, {}, 1),
    )
    assert counted.cost == {"EUR": Decimal("0.20")}
    assert (counted.rows, counted.messages, counted.unpriced) == (4, 4, 1)


async def test_a_number_that_comes_again_is_told_whatever_its_channel() -> None:
    assert (await preflight(MESSAGES, estimator=ESTIMATOR)).repeated == 1


async def test_the_same_word_in_two_channels_is_two_people() -> None:
    email = Email(to="1@example.com", sender="s@example.com", subject="x", content="x")

    assert (await preflight([email, sms("447700900000")])).repeated == 0


async def test_impossible_numbers_are_told_with_their_lines() -> None:
    items = [Item(sms(f"44770090000{n}"), "", n + 2) for n in range(10)]
    counted = await preflight(items, estimator=ESTIMATOR)

    assert (counted.invalid, counted.invalid_lines) == (1, (11,))


async def test_bad_rows_are_counted_and_the_first_are_told() -> None:
    rows = [BadRow(n, "to", "is empty") for n in range(2, 100)]
    counted = await preflight([*rows, sms("447700900000")])

    assert (counted.rows, counted.messages, counted.bad_rows) == (99, 1, 98)
    assert counted.bad == tuple(rows[:20])


async def test_a_workflow_costs_at_least_its_first_step_and_at_most_all() -> None:
    step = sms("447700900000")
    workflow = Workflow(Step(step, until="delivered", within=60), Step(step))
    counted = await preflight([workflow], estimator=ESTIMATOR)

    assert counted.cost == {"EUR": Decimal("0.05")}
    assert counted.at_most == {"EUR": Decimal("0.10")}
    assert "up to 0.10 EUR if every step is sent" in counted.remarks()


async def test_items_may_come_one_by_one() -> None:
    async def come() -> AsyncIterator[Sms]:
        for number in range(600):
            yield sms(f"4477009{number:05}")

    counted = await preflight(come())
    assert (counted.messages, counted.repeated) == (600, 0)


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ([], None),
        ([Limit(100)], 0.0),
        ([Limit(30)], 3.0),
        ([Limit(50, per=60)], 60.0),
        ([Limit(30), Limit(1, key="recipient", per=10)], 90.0),
        ([Limit(10, key="sender")], 9.0),
        ([Limit(10, key=lambda request: request.path)], None),
    ],
)
async def test_the_time_follows_from_the_limits(
    limits: list[Limit], seconds: float | None
) -> None:
    one = [sms("447700900000")] * 10
    items = [*one, *(sms(f"4477009{n:05}") for n in range(90, 180))]

    assert (await preflight(items, limits=limits)).seconds == seconds


async def test_a_cap_that_is_too_low_is_told() -> None:
    items = [sms(f"4477009{n:05}") for n in range(100)]
    counted = await preflight(items, estimator=ESTIMATOR, cap="4.50EUR")

    assert counted.over_cap == Money(Decimal("0.50"), "EUR")
    assert counted.beyond_cap == 0
    assert "up to 0.50 EUR more than the cap of 4.50 EUR" in counted.remarks()


async def test_a_cap_that_is_high_enough_says_nothing() -> None:
    counted = await preflight(MESSAGES[:3], estimator=ESTIMATOR, cap="20EUR")

    assert counted.over_cap is None
    assert counted.remarks() == []


async def test_a_cap_cannot_be_held_without_prices_in_its_currency() -> None:
    counted = await preflight(MESSAGES, estimator=ESTIMATOR, cap="20EUR")
    foreign = await preflight(MESSAGES[:3], estimator=ESTIMATOR, cap="20USD")

    assert (counted.beyond_cap, foreign.beyond_cap) == (1, 3)
    assert (await preflight(MESSAGES)).beyond_cap == 0


async def test_a_price_list_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("country,channel,price,currency\n*,*,1,EUR\n")

    counted = await preflight(MESSAGES[:1], prices=path)
    assert counted.cost == {"EUR": Decimal(1)}


async def test_nothing_at_all_is_counted_as_well() -> None:
    assert await preflight([]) == Preflight(rows=0, messages=0, shares=())


async def test_a_table_for_people() -> None:
    counted = await preflight(MESSAGES, estimator=ESTIMATOR)

    assert str(counted).splitlines() == [
        "channel    country    messages   segments  cost",
        "sms        GB                2          3  0.15 EUR",
        "sms        FR                1          1  0.05 EUR",
        "viber      GB                1          1  -",
        "more for somebody who gets one: 1",
        "messages without a price: 1",
    ]


async def test_all_of_it_can_be_json() -> None:
    items = [*MESSAGES, BadRow(7, "to", "is empty", {"to": ""})]
    told = json.loads(
        json.dumps((await preflight(items, estimator=ESTIMATOR)).to_dict())
    )

    assert told["cost"] == {"EUR": "0.20"}
    assert told["bad"][0]["line"] == 7


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 7))
async def test_repeated_is_what_a_set_would_say(numbers: list[int], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nexmo_async.bulk.preflight.preflight.CHUNK", chunk)
        counted = await preflight([sms(f"44770090{n:04}") for n in numbers])

    assert counted.repeated == len(numbers) - len(set(numbers))
