"""What one message is before it is sent: its country, its parts, its price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.preflight.money import Money, Prices
from nexmo_async.bulk.preflight.phonebook import phone_book
from nexmo_async.bulk.preflight.phones import BY_NUMBER, Facts, PhoneBook
from nexmo_async.models.message import Message, Sms
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.bulk.item import Item

_NOTHING: Final = Facts()


@attrs.frozen
class Estimate:
    """One message, as it is counted and paid for.

    Attributes:
        message: The message.
        country: Of the recipient; empty if nobody knows.
        valid: Whether the number can be somebody's; None: unknown.
        segments: The parts of an SMS; 1 for everything else.
        cost: For all parts; None if no price is known.
    """

    message: Message
    country: str
    valid: bool | None
    segments: int
    cost: Money | None


@attrs.frozen
class Estimator:
    """Knows prices and phone numbers.

    Args:
        prices: The account's price list.
        phones: Who knows countries; whoever is at hand if not given.
    """

    prices: Prices = attrs.field(factory=Prices)
    phones: PhoneBook = attrs.field(factory=phone_book)

    def of(self, message: Message) -> Estimate:
        """What this message is."""
        facts = _NOTHING
        if message.channel in BY_NUMBER:
            facts = self.phones.look_up(message.to)
        segments = message.segments if isinstance(message, Sms) else 1
        price = self.prices.price(facts.country, message.channel)
        cost = None if price is None else Money(price.amount * segments, price.currency)
        return Estimate(message, facts.country, facts.valid, segments, cost)

    def at_most(self, item: Item) -> tuple[Money | None, ...]:
        """What it may cost: all steps of a workflow, each once."""
        return tuple(self.of(message).cost for message in messages(item.message))


def messages(said: Message | Workflow) -> tuple[Message, ...]:
    """The message, or those of all steps."""
    if isinstance(said, Workflow):
        return tuple(step.message for step in said.steps)
    return (said,)


def sums(costs: dict[str, Decimal], cost: Money | None) -> None:
    """Add it to the sum of its currency."""
    if cost is not None:
        old = costs.get(cost.currency, Decimal(0))
        costs[cost.currency] = old + cost.amount
