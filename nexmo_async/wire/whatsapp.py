"""Reading what WhatsApp tells besides: who, about what, and for how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from nexmo_async.models.heard import Context, Profile, Referral, WhatsAppUser
from nexmo_async.models.receipt import Conversation, Pricing
from nexmo_async.wire import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Hosts of a region. Any other one is a stranger's, and is told nothing.
_REGION: Final = re.compile(r"api-(eu|us|ap)\.(?:nexmo|vonage)\.com")

_REFERRAL: Final = tuple(field.name for field in attrs.fields(Referral))


def _maybe(body: Mapping[str, object], key: str) -> str | None:
    return reading.word(body, key) or None


def context(body: Mapping[str, object]) -> Context | None:
    """The message, or the product, that is answered."""
    said = reading.member(body, "context")
    product = reading.member(
        reading.member(body, "whatsapp"), "whatsapp_referred_product"
    )
    product = product or reading.member(said, "whatsapp_referred_product")
    found = Context(
        message_uuid=_maybe(said, "message_uuid"),
        sender=_maybe(said, "message_from"),
        catalog_id=_maybe(product, "catalog_id"),
        product_id=_maybe(product, "product_retailer_id"),
    )
    return None if found == Context() else found


def profile(body: Mapping[str, object]) -> Profile | None:
    """What the person calls themselves."""
    said = reading.member(body, "profile")
    if not said:
        return None
    found = Profile(name=_maybe(said, "name"), username=_maybe(said, "username"))
    return None if found == Profile() else found


def user(whatsapp: Mapping[str, object], key: str) -> WhatsAppUser | None:
    """How WhatsApp knows the person: under "sender" or "recipient"."""
    said = reading.member(whatsapp, key)
    if not said:
        return None
    found = WhatsAppUser(
        user_id=_maybe(said, "user_id"),
        parent_user_id=_maybe(said, "parent_user_id"),
        wa_id=_maybe(said, "wa_id"),
    )
    return None if found == WhatsAppUser() else found


def account(whatsapp: Mapping[str, object]) -> str | None:
    """The business account."""
    return _maybe(whatsapp, "waba_id")


def referral(whatsapp: Mapping[str, object]) -> Referral | None:
    """What led the person here."""
    said = reading.member(whatsapp, "referral")
    if not said:
        return None
    found = Referral(**{name: _maybe(said, name) for name in _REFERRAL})
    return None if found == Referral() else found


def region(body: Mapping[str, object]) -> str | None:
    """Where the message is kept, by the host of its own address."""
    href = reading.word(reading.member(body, "_self"), "href")
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        return None
    found = _REGION.fullmatch(host)
    return found[1] if found else None


def pricing(whatsapp: Mapping[str, object]) -> Pricing | None:
    """How it was charged."""
    said = reading.member(whatsapp, "pricing")
    if not said:
        return None
    found = Pricing(
        type=_maybe(said, "type"),
        model=_maybe(said, "pricing_model"),
        category=_maybe(said, "category"),
    )
    return None if found == Pricing() else found


def conversation(whatsapp: Mapping[str, object]) -> Conversation | None:
    """The conversation that it belongs to."""
    said = reading.member(whatsapp, "conversation")
    if not said:
        return None
    origin = _maybe(reading.member(said, "origin"), "type")
    return Conversation(id=reading.word(said, "id"), origin=origin)
