"""Products of a catalogue on WhatsApp, one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.value import (
    filled,
    optional_words,
    parts,
    texts,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
from nexmo_async.models.tappable import (
    BODY_LENGTH,
    HEADER_LENGTH,
    ROW_LENGTH,
    SECTIONS,
    footer_check,
)

#: Products in one message, all sections together (WhatsApp Business Platform).
PRODUCTS: Final = range(1, 31)


@attrs.frozen
class Product:
    """One article of a catalogue."""

    catalog_id: str = attrs.field(validator=words())
    product_id: str = attrs.field(validator=words())
    body: str | None = attrs.field(
        default=None, validator=optional_words(BODY_LENGTH), kw_only=True
    )
    footer: str | None = attrs.field(default=None, validator=footer_check, kw_only=True)


def _product_ids(values: Sequence[str]) -> tuple[str, ...]:
    ids = texts(values, "product_ids")
    if len(ids) not in PRODUCTS:
        raise MessageError("product_ids", f"are {len(ids)}, allowed are 1 to 30")
    for place, name in enumerate(ids):
        filled(name, f"product_ids[{place}]")
    return ids


@attrs.frozen
class Shelf:
    """Some articles under a title of up to 24 characters."""

    title: str = attrs.field(validator=words(ROW_LENGTH))
    product_ids: tuple[str, ...] = attrs.field(converter=_product_ids)


def _shelves(values: Sequence[Shelf]) -> tuple[Shelf, ...]:
    shelves = parts(values, "shelves", Shelf, SECTIONS)
    count = sum(len(shelf.product_ids) for shelf in shelves)
    if count not in PRODUCTS:
        raise MessageError("shelves", f"have {count} products, allowed are up to 30")
    return shelves


@attrs.frozen
class Products:
    """Up to thirty articles of a catalogue, below a header and words."""

    catalog_id: str = attrs.field(validator=words())
    shelves: tuple[Shelf, ...] = attrs.field(converter=_shelves)
    header: str = attrs.field(validator=words(HEADER_LENGTH), kw_only=True)
    body: str = attrs.field(validator=words(BODY_LENGTH), kw_only=True)
    footer: str | None = attrs.field(default=None, validator=footer_check, kw_only=True)
