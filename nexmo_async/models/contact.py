"""Places, and people as an address book has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from nexmo_async.models.suggestion import latitude, longitude
from nexmo_async.models.value import (
    optional_link,
    optional_words,
    parts,
    texts,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen
class Location:
    """A place: degrees north and east, and what it is called."""

    latitude: float = attrs.field(converter=latitude)
    longitude: float = attrs.field(converter=longitude)
    name: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )
    address: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )


def _phones(values: Sequence[str]) -> tuple[str, ...]:
    return texts(values, "phones")


def _emails(values: Sequence[str]) -> tuple[str, ...]:
    return texts(values, "emails")


@attrs.frozen
class Contact:
    """A person or a business, as an address book has them."""

    name: str = attrs.field(validator=words())
    first_name: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )
    last_name: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )
    phones: tuple[str, ...] = attrs.field(default=(), converter=_phones, kw_only=True)
    emails: tuple[str, ...] = attrs.field(default=(), converter=_emails, kw_only=True)
    url: str | None = attrs.field(default=None, validator=optional_link(), kw_only=True)


@attrs.frozen(init=False)
class Contacts:
    """Entries for the person's address book: `Contacts(Contact("Daisy"))`."""

    contacts: tuple[Contact, ...]

    def __init__(self, *contacts: Contact) -> None:
        made = parts(contacts, "contacts", Contact, range(1, 258))
        object.__setattr__(self, "contacts", made)
