"""What only WhatsApp can hold: stickers, reactions, and messages that can be tapped.

The shapes from `Buttons` on are what WhatsApp itself understands; Nexmo passes them
through. Their limits are those of the WhatsApp Business Platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.media import File, Image, Video
from nexmo_async.models.suggestion import latitude, longitude
from nexmo_async.models.value import (
    filled,
    only,
    optional_link,
    optional_words,
    parts,
    texts,
    within,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Characters above, in and below an interactive message; a menu may hold more.
HEADER_LENGTH: Final = range(1, 61)
BODY_LENGTH: Final = range(1, 1025)
MENU_BODY_LENGTH: Final = range(1, 4097)
FOOTER_LENGTH: Final = range(1, 61)

#: Buttons below a message; characters of a button's words and id.
BUTTONS: Final = range(1, 4)
BUTTON_LENGTH: Final = range(1, 21)
BUTTON_ID_LENGTH: Final = range(1, 257)

#: Rows of a menu, all sections together; characters of their words and ids.
ROWS: Final = range(1, 11)
ROW_LENGTH: Final = range(1, 25)
ROW_ID_LENGTH: Final = range(1, 201)
DESCRIPTION_LENGTH: Final = range(1, 73)

#: Products in one message, all sections together.
PRODUCTS: Final = range(1, 31)
SECTIONS: Final = range(1, 11)

_footer = optional_words(FOOTER_LENGTH)

Header: TypeAlias = str | Image | Video | File | None


def _header(value: Header) -> Header:
    if isinstance(value, str):
        return within(value, "header", HEADER_LENGTH)
    if value is not None:
        only(value, "header", Image | Video | File, "a text, Image, Video or File")
        for field in ("caption", "thumbnail_url", "duration", "megabytes"):
            if getattr(value, field, None) is not None:
                raise MessageError(f"header.{field}", "is shown nowhere, leave it out")
    return value


@attrs.frozen
class Sticker:
    """A sticker (.webp) behind a web address, or one that was uploaded, by its id."""

    url: str | None = attrs.field(default=None, validator=optional_link())
    id: str | None = attrs.field(default=None, validator=optional_words(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """One of the two, not both."""
        if (self.url is None) == (self.id is None):
            raise MessageError("url", "and id exclude each other: give one of them")


@attrs.frozen
class Reaction:
    """An emoji on a message of theirs, named by `reply_to`; without one, none again."""

    emoji: str | None = attrs.field(default=None, validator=optional_words())


@attrs.frozen
class Button:
    """One button: the id comes back when it is tapped. 256 and 20 characters."""

    id: str = attrs.field(validator=words(BUTTON_ID_LENGTH))
    title: str = attrs.field(validator=words(BUTTON_LENGTH))


def _buttons(values: Sequence[Button]) -> tuple[Button, ...]:
    return parts(values, "buttons", Button, BUTTONS)


@attrs.frozen
class Buttons:
    """A question with one to three buttons.

    Args:
        body: The question, up to 1,024 characters.
        buttons: What can be tapped.
        header: A text of up to 60 characters, a picture, a film or a document above.
        footer: A text of up to 60 characters below.
    """

    body: str = attrs.field(validator=words(BODY_LENGTH))
    buttons: tuple[Button, ...] = attrs.field(converter=_buttons)
    header: Header = attrs.field(default=None, converter=_header, kw_only=True)
    footer: str | None = attrs.field(default=None, validator=_footer, kw_only=True)


@attrs.frozen
class Row:
    """One line of a menu: the id comes back when it is chosen."""

    id: str = attrs.field(validator=words(ROW_ID_LENGTH))
    title: str = attrs.field(validator=words(ROW_LENGTH))
    description: str | None = attrs.field(
        default=None, validator=optional_words(DESCRIPTION_LENGTH)
    )


def _rows(values: Sequence[Row]) -> tuple[Row, ...]:
    return parts(values, "rows", Row, ROWS)


@attrs.frozen
class Section:
    """Some lines of a menu; a title is needed if there is more than one section."""

    rows: tuple[Row, ...] = attrs.field(converter=_rows)
    title: str | None = attrs.field(default=None, validator=optional_words(ROW_LENGTH))


def _sections(values: Sequence[Section]) -> tuple[Section, ...]:
    return parts(values, "sections", Section, SECTIONS)


@attrs.frozen
class Menu:
    """A list to choose one line from, behind a button.

    Args:
        body: The words above, up to 4,096 characters.
        button: What opens the list, up to 20 characters.
        sections: Its lines, up to ten in all.
        header: A text of up to 60 characters.
        footer: A text of up to 60 characters below.
    """

    body: str = attrs.field(validator=words(MENU_BODY_LENGTH))
    button: str = attrs.field(validator=words(BUTTON_LENGTH))
    sections: tuple[Section, ...] = attrs.field(converter=_sections)
    header: str | None = attrs.field(
        default=None, validator=optional_words(HEADER_LENGTH), kw_only=True
    )
    footer: str | None = attrs.field(default=None, validator=_footer, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Count the lines, and demand titles where they tell sections apart."""
        lines = sum(len(section.rows) for section in self.sections)
        if lines not in ROWS:
            raise MessageError("sections", f"have {lines} rows, allowed are up to 10")
        if len(self.sections) > 1 and not all(each.title for each in self.sections):
            raise MessageError("sections", "need a title each, if more than one")


@attrs.frozen
class Product:
    """One article of a catalogue."""

    catalog_id: str = attrs.field(validator=words())
    product_id: str = attrs.field(validator=words())
    body: str | None = attrs.field(
        default=None, validator=optional_words(BODY_LENGTH), kw_only=True
    )
    footer: str | None = attrs.field(default=None, validator=_footer, kw_only=True)


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
    footer: str | None = attrs.field(default=None, validator=_footer, kw_only=True)


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


@attrs.frozen
class Payload:
    """What comes back when a template's button for an answer is tapped."""

    payload: str = attrs.field(validator=words())


@attrs.frozen
class UrlSuffix:
    """What stands at the end of the address behind a template's button."""

    suffix: str = attrs.field(validator=words())


TemplateButton: TypeAlias = Payload | UrlSuffix | None


def _body(values: Sequence[str]) -> tuple[str, ...]:
    return texts(values, "body")


def _template_buttons(values: Sequence[TemplateButton]) -> tuple[TemplateButton, ...]:
    return tuple(values)


@attrs.frozen
class MediaTemplate:
    """A template with variables outside of its body: a header, buttons.

    Args:
        name: As it was approved.
        language: Of the template, such as "en" or "en_GB".
        header: A picture, film or document; or the text of its variable.
        body: The variables of the body, in their order.
        buttons: For each button `Payload(...)`, `UrlSuffix(...)`, or None for one
            without a variable.
        namespace: Of the template, where one is needed.
    """

    name: str = attrs.field(validator=words())
    language: str = attrs.field(validator=words(), kw_only=True)
    header: Header = attrs.field(default=None, converter=_header, kw_only=True)
    body: tuple[str, ...] = attrs.field(default=(), converter=_body, kw_only=True)
    buttons: tuple[TemplateButton, ...] = attrs.field(
        default=(), converter=_template_buttons, kw_only=True
    )
    namespace: str | None = attrs.field(
        default=None, validator=optional_words(), kw_only=True
    )


#: All that is spelled as `custom`.
Interactive: TypeAlias = (
    Buttons | Menu | Product | Products | Location | Contacts | MediaTemplate
)
