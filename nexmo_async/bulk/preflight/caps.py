"""Guards: what a job may spend, and when people are left in peace."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.bulk.job.guard import Hold
from nexmo_async.bulk.preflight.estimate import Estimator, messages
from nexmo_async.bulk.preflight.money import Money
from nexmo_async.bulk.preflight.phonebook import phone_book
from nexmo_async.bulk.preflight.phones import BY_NUMBER, PhoneBook
from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.condition import Quiet

if TYPE_CHECKING:
    from nexmo_async.bulk.item import Item
    from nexmo_async.bulk.result import BulkResult

#: Seconds until the cap is looked at again while answers are still to come: what is
#: refused costs nothing and makes room.
LOOK_AGAIN: Final = 1.0


class SpendCap:
    """Holds a job before it costs more than you allow.

    What is on its way counts as spent. What was refused, or did not leave, is given
    back. Of a workflow each step counts, since each may have to be sent.

    Args:
        cap: The most that the job may cost, all its runs together.
        estimator: Knows the prices. What it has no price for, in the currency of the
            cap, is held as well.
    """

    def __init__(self, cap: Money, estimator: Estimator) -> None:
        self.cap = cap
        self.spent: Decimal = Decimal(0)
        self._estimator = estimator
        # With the message itself: an id may be given to another one once it is gone.
        self._on_its_way: dict[int, tuple[object, Decimal]] = {}

    def __repr__(self) -> str:
        """Show how much is left."""
        return f"<SpendCap {Money(self.spent, self.cap.currency)} of {self.cap}>"

    def before(self, item: Item, now: float) -> Hold | None:  # noqa: ARG002  money knows no time
        """Let it pass if it can be paid for, and count it."""
        if id(item.message) in self._on_its_way:  # another guard held it
            return None
        cost = self._cost(item)
        if cost is None:
            return Hold(f"spend cap: no price in {self.cap.currency} is known")
        if self.spent + cost > self.cap.amount:
            spent = Money(self.spent, self.cap.currency)
            again = LOOK_AGAIN if self._on_its_way else None
            return Hold(f"spend cap: {spent} of {self.cap} spent", again)
        self.spent += cost
        self._on_its_way[id(item.message)] = item.message, cost
        return None

    def after(self, result: BulkResult) -> None:
        """Give back what was not spent; count what an earlier run has."""
        _, counted = self._on_its_way.pop(id(result.message), (None, None))
        left = result.ok or (result.error is not None and result.error.sent != "no")
        if counted is not None and not left:
            self.spent -= counted
        if counted is None and left and result.skipped and result.message is not None:
            for message in messages(result.message):
                cost = self._estimator.of(message).cost
                self.spent += Decimal(0) if cost is None else cost.amount

    def _cost(self, item: Item) -> Decimal | None:
        total = Decimal(0)
        for cost in self._estimator.at_most(item):
            if cost is None or cost.currency != self.cap.currency:
                return None
            total += cost.amount
        return total


@attrs.frozen
class QuietHours:
    """Holds a job while it is night where the next recipient lives.

    With phonenumbers installed that is the time zone of the number, and where a country
    has several and the number does not say, the last of them to wake up. Without it,
    or for a recipient without a number, it is the zone of the job.

    All zones are read from the disk when it is made, which takes some 50 ms: in a
    program that serves others meanwhile, make it in a thread.

    Args:
        begin: The first minute of quiet, such as "21:00".
        end: The first minute that is free again, such as "08:00".
        zone: The zone of the job, such as "Europe/London".
        phones: Who knows the zones of numbers; whoever is at hand if not given.

    Raises:
        ConfigurationError: One of them is no time or no zone.
    """

    begin: str
    end: str
    zone: str
    phones: PhoneBook = attrs.field(factory=phone_book, repr=False)
    _quiet: dict[str, Quiet] = attrs.field(
        init=False, repr=False, factory=dict[str, Quiet]
    )

    def __attrs_post_init__(self) -> None:
        """Refuse what is no time, or no zone; read all zones."""
        try:
            self._quiet[self.zone] = Quiet(self.begin, self.end, self.zone)
        except MessageError as why:
            raise ConfigurationError("quiet hours", why.problem) from None
        for zone in self.phones.all_zones():
            with suppress(MessageError):  # newer than what this machine knows
                self._quiet[zone] = Quiet(self.begin, self.end, zone)

    @classmethod
    def of(cls, text: str, zone: str = "UTC") -> QuietHours:
        """The hours that are written as `21:00-08:00`.

        Raises:
            ConfigurationError: They are no such hours.
        """
        begin, dash, end = text.partition("-")
        if not dash:
            problem = f"are {text!r}, write them as 21:00-08:00"
            raise ConfigurationError("quiet hours", problem)
        return cls(begin.strip(), end.strip(), zone)

    def before(self, item: Item, now: float) -> Hold | None:
        """Wait until it is day there."""
        moment = datetime.fromtimestamp(now, UTC)
        ends = {zone: self._quiet[zone].over(moment) for zone in self._zones(item)}
        last, where = max(
            ((end, zone) for zone, end in ends.items() if end is not None),
            default=(None, ""),
        )
        if last is None:
            return None
        until = f"{last.astimezone(self._quiet[where].zone):%H:%M}"
        seconds = (last - moment).total_seconds()
        return Hold(f"quiet hours until {until} in {where}", seconds)

    def after(self, result: BulkResult) -> None:
        """Nothing: no result wakes anybody."""

    def _zones(self, item: Item) -> tuple[str, ...]:
        message = messages(item.message)[0]
        zones = self.phones.zones(message.to) if message.channel in BY_NUMBER else ()
        return tuple(zone for zone in zones if zone in self._quiet) or (self.zone,)
