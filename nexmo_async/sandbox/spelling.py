"""How either format of the webhooks spells names, parties, moments and money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.life import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: What every charged message costs in the sandbox.
PRICE: Final = Decimal("0.0333")
CURRENCY: Final = "EUR"

#: The network of everybody who has a telephone in the sandbox.
NETWORK: Final = "23410"

#: The account's own id at WhatsApp.
WABA: Final = "100000000000001"

#: What each format calls the one channel that has many names. (v0.1 and v1 specs.)
NESTED_NAME: Final[Mapping[str, str]] = {"viber": "viber_service_msg"}
FLAT_NAME: Final[Mapping[str, str]] = {"viber": "viber_service"}

#: Under which key v0.1 writes the person and the business. (Messages v0.1 spec.)
#: RCS and email came later; a message of theirs may ask for the old format all the
#: same, and nothing says how it is written then.
ADDRESS_KEY: Final[Mapping[str, tuple[str, str]]] = {
    "sms": ("number", "number"),
    "mms": ("number", "number"),
    "whatsapp": ("number", "number"),
    "messenger": ("id", "id"),
    "viber": ("number", "id"),
    "rcs": ("number", "id"),
    "email": ("id", "id"),
}


def flat_name(channel: str) -> str:
    """What v1 calls a channel."""
    plain = PLAIN[channel]
    return FLAT_NAME.get(plain, plain)


def parties(
    channel: str, to: str, sender: str, *, inbound: bool = False
) -> dict[str, object]:
    """Both sides, as v0.1 writes them.

    Args:
        channel: What carries the message, by any of its names.
        to: Who gets it.
        sender: Who sent it.
        inbound: The person is the sender, so the keys change sides.
    """
    plain = PLAIN[channel]
    name = NESTED_NAME.get(plain, plain)
    person, business = ADDRESS_KEY[plain]
    to_key, from_key = (business, person) if inbound else (person, business)
    return {
        "to": {"type": name, to_key: to},
        "from": {"type": name, from_key: sender},
    }


def whatsapp_user(who: str) -> dict[str, str]:
    """Somebody as WhatsApp knows them: a number, or a user of one business."""
    return {"wa_id": who} if who.isdigit() else {"user_id": who}


def usage(price: Decimal) -> dict[str, str]:
    """What a message cost."""
    return {"price": str(price), "currency": CURRENCY}


def millis(at: datetime) -> str:
    """A moment as v0.1 writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def seconds(at: datetime) -> str:
    """A moment as v1 writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
