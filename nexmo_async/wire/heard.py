"""Reading what a person sent, in either spelling: nothing here raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.models.heard import (
    Attached,
    AttachedTogether,
    Choice,
    Entries,
    Entry,
    Order,
    OrderedItem,
    Place,
    Reacted,
    Said,
    Tap,
    Unknown,
    Unsupported,
)
from nexmo_async.wire import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.models.heard import Heard

_FILES: Final = frozenset({"image", "audio", "video", "file", "vcard", "sticker"})


def decode_content(kind: str, body: Mapping[str, object]) -> Heard:
    """What it holds; the body has a member that is named like the kind."""
    if kind == "text":
        return Said(reading.word(body, "text"))
    if kind in _FILES:
        return _attached(kind, reading.member(body, kind))
    read = _KINDS.get(kind)
    return Unknown(kind) if read is None else read(body)


def _maybe(body: Mapping[str, object], key: str) -> str | None:
    return reading.word(body, key) or None


def _attached(kind: str, said: Mapping[str, object]) -> Attached:
    url = reading.word(said, "url")
    return Attached(kind, url, _maybe(said, "name"), _maybe(said, "caption"))


def _several(body: Mapping[str, object]) -> AttachedTogether:
    return AttachedTogether(
        tuple(
            _attached(reading.word(entry, "type"), entry)
            for entry in reading.entries(body, "content")
        )
    )


def _place(body: Mapping[str, object]) -> Place:
    said = reading.member(body, "location")
    return Place(
        latitude=reading.number(said, "lat", "latitude"),
        longitude=reading.number(said, "long", "longitude"),
        name=_maybe(said, "name"),
        address=_maybe(said, "address"),
        url=_maybe(said, "url"),
    )


def _choice(body: Mapping[str, object]) -> Choice:
    said = reading.member(body, "reply")
    title = reading.word(said, "title")
    return Choice(reading.word(said, "id"), title, _maybe(said, "description"))


def _tap(body: Mapping[str, object]) -> Tap:
    said = reading.member(body, "button")
    payload = reading.as_object(said.get("payload"))
    return Tap(
        reading.word(said, "payload") if payload is None else payload,
        _maybe(said, "text"),
        _maybe(said, "subtype"),
    )


def _order(body: Mapping[str, object]) -> Order:
    said = reading.member(body, "order")
    items = tuple(
        OrderedItem(
            product_id=reading.word(entry, "product_retailer_id"),
            quantity=reading.whole(entry, "quantity"),
            price=reading.decimal(entry, "item_price"),
            currency=reading.word(entry, "currency"),
        )
        for entry in reading.entries(said, "product_items")
    )
    return Order(catalog_id=reading.word(said, "catalog_id"), items=items)


def _reacted(body: Mapping[str, object]) -> Reacted:
    said = reading.member(body, "reaction")
    taken_back = reading.word(said, "action") == "unreact"
    return Reacted(None if taken_back else _maybe(said, "emoji"))


def _entries(body: Mapping[str, object]) -> Entries:
    return Entries(tuple(_entry(said) for said in reading.entries(body, "contacts")))


def _entry(said: Mapping[str, object]) -> Entry:
    name = reading.member(said, "name")
    return Entry(
        name=reading.word(name, "formatted_name"),
        first_name=_maybe(name, "first_name"),
        last_name=_maybe(name, "last_name"),
        phones=_each(said, "phones", "phone"),
        emails=_each(said, "emails", "email"),
        urls=_each(said, "urls", "url"),
        birthday=_maybe(said, "birthday"),
    )


def _each(said: Mapping[str, object], key: str, name: str) -> tuple[str, ...]:
    found = (reading.word(entry, name) for entry in reading.entries(said, key))
    return tuple(word for word in found if word)


def _unsupported(_: Mapping[str, object]) -> Unsupported:
    return Unsupported()


_KINDS: Final[Mapping[str, Callable[[Mapping[str, object]], Heard]]] = {
    "content": _several,
    "location": _place,
    "reply": _choice,
    "button": _tap,
    "order": _order,
    "reaction": _reacted,
    "contacts": _entries,
    "unsupported": _unsupported,
}
