"""What a person can send you. Nothing here is checked: it is as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


@attrs.frozen
class Said:
    """Words."""

    text: str


@attrs.frozen
class Attached:
    """A file behind a web address, which expires.

    Attributes:
        kind: "image", "audio", "video", "file", "vcard" or "sticker".
        url: Where it lies.
        name: Its name, where it has one.
        caption: Words below it.
    """

    kind: str
    url: str
    name: str | None = None
    caption: str | None = None


@attrs.frozen
class AttachedTogether:
    """Several files of one MMS."""

    files: tuple[Attached, ...]


@attrs.frozen(kw_only=True)
class Place:
    """Where somebody is: degrees north and east, None where they cannot be read."""

    latitude: float | None
    longitude: float | None
    name: str | None = None
    address: str | None = None
    url: str | None = None


@attrs.frozen
class Choice:
    """An answer that was tapped: the `id` you gave it, and what it said."""

    id: str
    title: str
    description: str | None = None


@attrs.frozen
class Tap:
    """A button that was tapped: the payload you gave it, and what it said.

    Attributes:
        payload: A text over RCS, an object on WhatsApp.
        text: What the button said.
        subtype: What kind of button it was, such as "flow".
    """

    payload: str | Mapping[str, object] = attrs.field(hash=False)
    text: str | None = None
    subtype: str | None = None


@attrs.frozen(kw_only=True)
class OrderedItem:
    """One line of an order; what cannot be read is None."""

    product_id: str
    quantity: int | None
    price: Decimal | None
    currency: str


@attrs.frozen(kw_only=True)
class Order:
    """What somebody wants to buy of your catalogue."""

    catalog_id: str
    items: tuple[OrderedItem, ...]


@attrs.frozen
class Reacted:
    """An emoji on a message of yours, which `context` names; None: taken back."""

    emoji: str | None


@attrs.frozen(kw_only=True)
class Entry:
    """Somebody out of the person's address book."""

    name: str
    first_name: str | None = None
    last_name: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    birthday: str | None = None


@attrs.frozen
class Entries:
    """Some people out of the person's address book."""

    entries: tuple[Entry, ...]


@attrs.frozen
class Unsupported:
    """Something that Nexmo does not pass on."""


@attrs.frozen
class Unknown:
    """Something that this release has no words for; `raw` has all of it."""

    type: str


Heard: TypeAlias = (
    Said
    | Attached
    | AttachedTogether
    | Place
    | Choice
    | Tap
    | Order
    | Reacted
    | Entries
    | Unsupported
    | Unknown
)


@attrs.frozen(kw_only=True)
class Context:
    """Which message is answered or reacted to.

    Attributes:
        message_uuid: Its id, if it was one of Nexmo's.
        sender: Who had written it.
        catalog_id: The catalogue, if a product is asked about.
        product_id: That product.
    """

    message_uuid: str | None = None
    sender: str | None = None
    catalog_id: str | None = None
    product_id: str | None = None


@attrs.frozen(kw_only=True)
class Profile:
    """What a person calls themselves."""

    name: str | None = None
    username: str | None = None


@attrs.frozen(kw_only=True)
class WhatsAppUser:
    """How WhatsApp knows a person."""

    user_id: str | None = None
    parent_user_id: str | None = None
    wa_id: str | None = None


@attrs.frozen(kw_only=True)
class Referral:
    """The advertisement or post that led a person to you."""

    body: str | None = None
    headline: str | None = None
    source_id: str | None = None
    source_type: str | None = None
    source_url: str | None = None
    media_type: str | None = None
    image_url: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    ctwa_clid: str | None = None
