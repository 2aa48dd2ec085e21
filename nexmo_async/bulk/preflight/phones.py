"""What a phone number tells: its country, and whether anybody can have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import attrs

if TYPE_CHECKING:
    from nexmo_async.models.message import Channel

#: The channels whose recipients are phone numbers.
BY_NUMBER: Final[frozenset[Channel]] = frozenset(
    {"sms", "mms", "rcs", "whatsapp", "viber"}
)


@attrs.frozen
class Facts:
    """What is known of a number.

    Attributes:
        country: Two capitals (ISO 3166); empty if nobody knows.
        valid: Whether it is one of a range that its country gives out; None: unknown.
    """

    country: str = ""
    valid: bool | None = None


class PhoneBook(Protocol):
    """Somebody who knows phone numbers."""

    def look_up(self, number: str) -> Facts:
        """The facts of a number: digits, country code first."""
        ...

    def zones(self, number: str) -> tuple[str, ...]:
        """The time zones in which its owner may live; empty if nobody knows."""
        ...

    def all_zones(self) -> frozenset[str]:
        """Every zone that any number may have."""
        ...


class Nobody:
    """Knows nothing. Stands in where phonenumbers is not installed."""

    def look_up(self, number: str) -> Facts:  # noqa: ARG002  the same for all
        """No facts."""
        return Facts()

    def zones(self, number: str) -> tuple[str, ...]:  # noqa: ARG002  the same for all
        """No zones."""
        return ()

    def all_zones(self) -> frozenset[str]:
        """No zones."""
        return frozenset()
