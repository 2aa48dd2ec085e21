"""Email: one recipient, others may read along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    MAILBOX,
    an_object,
    length,
    matching,
    one_of,
    some_text,
)
from nexmo_async.sandbox.rules.content import text
from nexmo_async.sandbox.rules.table import (
    Channel,
    Field,
    Many,
    never,
    optional,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.rules.table import Body, Table

_ADDRESS: Final = matching(MAILBOX, "one bare address such as ada@example.com")
_NAME: Final = length(1, 100)

#: Type of a part -> where its words are. (Messages v1 spec, 1.20.)
_PARTS: Final[Mapping[str, Table]] = {
    "text": (Field("text", some_text),),
    "html": (Field("body", some_text),),
}


def _part(member: Body) -> Table:
    """The rules of one part of a letter."""
    kind = word(member, "type") or ""
    return (Field("type", one_of(*_PARTS)), *_PARTS.get(kind, ()))


def _reader(_: Body) -> Table:
    """The rules of one who reads along."""
    return (Field("address", _ADDRESS), optional("name", _NAME))


#: Email. How long a letter may be is not documented. (Messages v1 spec, 1.20.)
EMAIL: Final = Channel(
    to=_ADDRESS,
    sender=_ADDRESS,
    carries={
        "text": text(),
        "html": (Field("html", an_object), Field("html.body", some_text)),
        "content": (Many("content", inside=_part, least=1),),
    },
    options=(
        Field("email", an_object),
        Field("email.subject", some_text),
        optional("email.to_name", _NAME),
        optional("email.from_name", _NAME),
        optional("email.importance", one_of("High", "Normal", "Low")),
        optional("email.priority", one_of("Non-urgent", "Normal", "Urgent")),
        optional(
            "email.sensitivity",
            one_of("Personal", "Private", "Company-Confidential"),
        ),
        Many("email.cc", inside=_reader, needed=never),
        Many("email.bcc", inside=_reader, needed=never),
    ),
)
