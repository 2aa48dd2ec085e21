"""Email."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import text
from nexmo_async.models.base import Channel, Message, text_or
from nexmo_async.models.content import Content, Html, Letter, Text
from nexmo_async.models.value import one_of, only, optional_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence

EmailContent = Text | Html | Letter

#: Characters in a name beside an address (v1 spec 1.20).
NAME_LENGTH: Final = range(1, 101)

Importance = Literal["high", "normal", "low"]
Priority = Literal["urgent", "normal", "non-urgent"]
Sensitivity = Literal["personal", "private", "company-confidential"]

#: What is before the @ has at most 64 characters (RFC 5321, 4.5.3.1.1).
_MAILBOX: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]+")


def _address(value: str, field: str) -> str:
    bare = text(value, field).strip()
    if not _MAILBOX.fullmatch(bare):
        raise MessageError(field, "is no bare address such as daisy@example.com")
    return bare


def _to(value: str) -> str:
    return _address(value, "to")


def _sender(value: str) -> str:
    return _address(value, "sender")


def _reader(value: str) -> str:
    return _address(value, "address")


def _email(value: str | EmailContent) -> EmailContent:
    return cast("EmailContent", text_or(value))


@attrs.frozen
class Mailbox:
    """An address, and the name of whoever reads there."""

    address: str = attrs.field(converter=_reader)
    name: str | None = attrs.field(default=None, validator=optional_words(NAME_LENGTH))


def _readers(values: Sequence[str | Mailbox], field: str) -> tuple[Mailbox, ...]:
    if isinstance(values, str):
        raise MessageError(field, "is one text, write a list of addresses")
    made = tuple(
        Mailbox(value) if isinstance(value, str) else value for value in values
    )
    for place, value in enumerate(made):
        only(value, f"{field}[{place}]", Mailbox, "Mailbox(...)")
    return made


def _cc(values: Sequence[str | Mailbox]) -> tuple[Mailbox, ...]:
    return _readers(values, "cc")


def _bcc(values: Sequence[str | Mailbox]) -> tuple[Mailbox, ...]:
    return _readers(values, "bcc")


@attrs.frozen(kw_only=True)
class Email(Message):
    """An email to one person, others may read along (v1).

    Args:
        to: A bare address.
        sender: A bare address of a domain that you have proved to be yours.
        content: Text, `Html(...)`, or `Letter(...)` for both.
        subject: What it is about.
        to_name: The person's name, up to 100 characters.
        sender_name: Yours.
        importance: "high", "normal" or "low".
        priority: "urgent", "normal" or "non-urgent".
        sensitivity: "personal", "private" or "company-confidential".
        cc: Who reads along, for all to see: addresses, or `Mailbox(address, name)`.
        bcc: Who reads along unseen.
    """

    channel: ClassVar[Channel] = "email"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(EmailContent))

    to: str = attrs.field(converter=_to)
    sender: str = attrs.field(converter=_sender)
    content: EmailContent = attrs.field(converter=_email)
    subject: str = attrs.field(validator=words())
    to_name: str | None = attrs.field(
        default=None, validator=optional_words(NAME_LENGTH)
    )
    sender_name: str | None = attrs.field(
        default=None, validator=optional_words(NAME_LENGTH)
    )
    importance: Importance | None = None
    priority: Priority | None = None
    sensitivity: Sensitivity | None = None
    cc: tuple[Mailbox, ...] = attrs.field(default=(), converter=_cc)
    bcc: tuple[Mailbox, ...] = attrs.field(default=(), converter=_bcc)

    def _check_options(self) -> None:
        one_of(self.importance, "importance", Importance)
        one_of(self.priority, "priority", Priority)
        one_of(self.sensitivity, "sensitivity", Sensitivity)
