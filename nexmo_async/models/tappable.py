"""What can be tapped on WhatsApp: buttons, and menus behind one.

The limits are those of the WhatsApp Business Platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.media import File, Image, Video
from nexmo_async.models.value import (
    only,
    optional_words,
    parts,
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

#: Sections of a menu or of a list of products.
SECTIONS: Final = range(1, 11)

footer_check: Final = optional_words(FOOTER_LENGTH)

Header: TypeAlias = str | Image | Video | File | None


def header_of(value: Header) -> Header:
    """What stands above: a short text, or a file without words of its own."""
    if isinstance(value, str):
        return within(value, "header", HEADER_LENGTH)
    if value is not None:
        only(value, "header", Image | Video | File, "a text, Image, Video or File")
        for field in ("caption", "thumbnail_url", "duration", "megabytes"):
            if getattr(value, field, None) is not None:
                raise MessageError(f"header.{field}", "is shown nowhere, leave it out")
    return value


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
    header: Header = attrs.field(default=None, converter=header_of, kw_only=True)
    footer: str | None = attrs.field(default=None, validator=footer_check, kw_only=True)


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
    footer: str | None = attrs.field(default=None, validator=footer_check, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Count the lines, and demand titles where they tell sections apart."""
        lines = sum(len(section.rows) for section in self.sections)
        if lines not in ROWS:
            raise MessageError("sections", f"have {lines} rows, allowed are up to 10")
        if len(self.sections) > 1 and not all(each.title for each in self.sections):
            raise MessageError("sections", "need a title each, if more than one")
