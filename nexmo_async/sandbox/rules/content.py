"""Contents that several channels share, each row with the channel's own limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    an_object,
    length,
    number,
    some_text,
    url,
)
from nexmo_async.sandbox.rules.table import Field, optional

if TYPE_CHECKING:
    from nexmo_async.sandbox.rules.checks import Check
    from nexmo_async.sandbox.rules.table import Table

#: Who can be reached by telephone. (Messages v1 spec.)
NUMBER: Final = number(7, 15)

#: Who has an id of the channel's own. (Messages v1 spec.)
ID: Final = length(1, 50)

#: Words below a picture or a file. (Messages v1 spec.)
CAPTION: Final = length(1, 3000)

#: What is passed on to the provider as it is. (Messages v1 spec, 1.20.)
CUSTOM: Final[Table] = (Field("custom", an_object),)


def text(most: int | None = None) -> Table:
    """Words, of at most so many characters if there is a limit."""
    return (Field("text", some_text if most is None else length(1, most)),)


def media(kind: str, address: Check | None = None, *, caption: bool = False) -> Table:
    """A file that lies at a URL, with or without words below it."""
    return (
        Field(kind, an_object),
        Field(f"{kind}.url", address or url()),
        *((optional(f"{kind}.caption", CAPTION),) if caption else ()),
    )
