from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nexmo_async import Email, Sms, Step, Viber, Workflow
from nexmo_async.bulk import BulkResult, Hold, Item
from nexmo_async.bulk.preflight.caps import QuietHours, SpendCap
from nexmo_async.bulk.preflight.estimate import Estimator
from nexmo_async.bulk.preflight.money import Money, Prices
from nexmo_async.bulk.preflight.phonebook import phone_book
from nexmo_async.bulk.preflight.phones import Nobody
from nexmo_async.errors import (
    ConfigurationError,
    NexmoError,
    RequestError,
    UnknownOutcomeError,
)

CENTS = Money(Decimal("0.10"), "EUR")
PRICES = Prices({("*", "sms"): CENTS, ("*", "viber"): Money(Decimal(1), "USD")})
NOON, NIGHT = 12 * 3600.0, 23 * 3600.0


def sms(text: str = "Hi", to: str = "447700900000") -> Item:
    return Item(Sms(to=to, sender="ACME", content=text))


def cap(amount: str = "0.25") -> SpendCap:
    return SpendCap(Money(Decimal(amount), "EUR"), Estimator(PRICES, Nobody()))


def ended(
    item: Item, error: NexmoError | None = None, *, skipped: bool = False
) -> BulkResult:
    is_ok = error is None
    return BulkResult(0, "k", item.message, is_ok, None, error, skipped=skipped)


def test_a_job_is_held_before_it_costs_too_much() -> None:
    guard, items = cap(), [sms(), sms(), sms()]
    held = [guard.before(item, NOON) for item in items]

    assert held[:2] == [None, None]
    assert held[2] == Hold("spend cap: 0.20 EUR of 0.25 EUR spent", 1.0)


def test_once_nothing_is_under_way_it_waits_for_a_person() -> None:
    guard, first, second = cap("0.10"), sms(), sms()
    guard.before(first, NOON)
    guard.after(ended(first))

    assert guard.before(second, NOON) == Hold("spend cap: 0.10 EUR of 0.10 EUR spent")


def test_what_was_refused_is_given_back() -> None:
    guard, first = cap("0.10"), sms()
    guard.before(first, NOON)
    guard.after(ended(first, RequestError(422)))

    assert guard.before(sms(), NOON) is None


def test_what_may_have_been_sent_counts_as_spent() -> None:
    guard, first = cap("0.10"), sms()
    guard.before(first, NOON)
    guard.after(ended(first, UnknownOutcomeError("ref", "timeout")))

    assert guard.before(sms(), NOON) is not None


def test_what_another_guard_holds_is_counted_once() -> None:
    guard, first = cap(), sms()

    assert [guard.before(first, NOON) for _ in range(5)] == [None] * 5
    assert guard.spent == Decimal("0.10")


def test_a_long_text_costs_each_of_its_segments() -> None:
    guard = cap("0.20")

    assert guard.before(sms("x" * 306), NOON) is None
    assert guard.before(sms("x" * 307), NOON) is not None
    assert guard.spent == Decimal("0.20")


def test_what_an_earlier_run_has_sent_counts() -> None:
    guard = cap("0.10")
    guard.after(ended(sms(), skipped=True))

    assert guard.before(sms(), NOON) is not None


def test_without_a_price_in_its_currency_nothing_passes() -> None:
    item = Item(Viber(to="447700900000", sender="22353", content="Hi"))

    assert cap().before(item, NOON) == Hold("spend cap: no price in EUR is known")


def test_a_workflow_counts_with_all_its_steps() -> None:
    step = Sms(to="447700900000", sender="ACME", content="Hi")
    guard = cap("0.20")

    workflow = Workflow(Step(step, until="delivered", within=60), Step(step))
    assert guard.before(Item(workflow), NOON) is None
    assert repr(guard) == "<SpendCap 0.20 EUR of 0.20 EUR>"


def quiet(zone: str = "UTC") -> QuietHours:
    return QuietHours("21:00", "08:00", zone, Nobody())


def test_by_day_nobody_is_spared() -> None:
    assert quiet().before(sms(), NOON) is None


def test_by_night_the_job_waits_for_the_morning() -> None:
    hold = quiet().before(sms(), NIGHT)

    assert hold == Hold("quiet hours until 08:00 in UTC", 9 * 3600.0)


def test_the_zone_of_the_job_counts_where_the_number_says_nothing() -> None:
    email = Email(to="d@example.com", sender="s@example.com", subject="x", content="x")
    guard = QuietHours("21:00", "08:00", "Asia/Tokyo", phone_book())

    hold = guard.before(Item(email), NOON + 1)
    assert hold is not None
    assert hold.reason == "quiet hours until 08:00 in Asia/Tokyo"


def test_the_zone_of_the_number_counts_before_that_of_the_job() -> None:
    pytest.importorskip("phonenumbers")
    summer = datetime(2026, 7, 1, 20, 30, tzinfo=UTC).timestamp()
    guard = QuietHours.of("21:00-08:00", "Asia/Tokyo")

    hold = guard.before(sms(to="442079460123"), summer)
    assert hold == Hold("quiet hours until 08:00 in Europe/London", 10.5 * 3600)
    assert guard.before(sms(to="14155550123"), summer) is None


def test_where_a_country_has_several_zones_the_last_to_wake_counts() -> None:
    class Wide(Nobody):
        def zones(self, number: str) -> tuple[str, ...]:  # noqa: ARG002  the same for all
            return "America/New_York", "America/Los_Angeles", "Atlantis/Deep"

        def all_zones(self) -> frozenset[str]:
            return frozenset(self.zones(""))

    morning = datetime(2026, 1, 2, 13, 30, tzinfo=UTC).timestamp()
    hold = QuietHours("21:00", "08:00", "UTC", Wide()).before(sms(), morning)

    assert hold == Hold("quiet hours until 08:00 in America/Los_Angeles", 2.5 * 3600)


def test_a_result_wakes_nobody() -> None:
    guard = quiet()
    guard.after(ended(sms()))

    assert guard.before(sms(), NIGHT) is not None


@pytest.mark.parametrize("text", ["21:00", "night-day", "21:00-8", "25:00-08:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="quiet hours"):
        QuietHours.of(text)


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no time zone"):
        QuietHours.of("21:00-08:00", "Atlantis/Deep")
