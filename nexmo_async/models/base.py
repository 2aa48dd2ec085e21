"""What all messages share. Valid from birth: a bad one cannot exist.

What only one generation of the API refuses is not asked here but when it is encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import identity, number, number_or_name
from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Text,
    Vcard,
    Video,
)
from nexmo_async.models.custom import copied
from nexmo_async.models.value import one_of, optional_link, optional_words, within

if TYPE_CHECKING:
    from collections.abc import Mapping

Channel = Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber", "email"]

#: Characters in a client_ref, the most that any generation allows (v1 spec).
CLIENT_REF_LENGTH: Final = range(1, 101)

WebhookVersion = Literal["v0.1", "v1"]

#: Files, and what may be told about them that not every channel takes.
DETAILS: Final[Mapping[type[Content], frozenset[str]]] = {
    Image: frozenset(),
    Audio: frozenset(),
    Vcard: frozenset(),
    File: frozenset({"name"}),
    Video: frozenset({"thumbnail_url", "duration", "megabytes"}),
}


def to_number(value: str) -> str:
    """A recipient that is a phone number."""
    return number(value, "to")


def to_identity(value: str) -> str:
    """A recipient that is an id of the channel."""
    return identity(value, "to")


def from_number_or_name(value: str) -> str:
    """A sender that is a phone number, a short code or a name."""
    return number_or_name(value, "sender")


def from_identity(value: str) -> str:
    """A sender that is an id of the channel."""
    return identity(value, "sender")


def no_message(given: object) -> MessageError:
    """What to say of something that is none."""
    problem = f"is {type(given).__name__}, write Sms(...) or the like"
    return MessageError("message", problem)


@attrs.frozen(kw_only=True)
class Message:
    """What all channels share. Write `Sms`, `WhatsApp` or another of its children.

    Args:
        to: The recipient: a number, an id or an address.
        sender: Who it comes from: a number, a name, an id or an address of yours.
        content: What it holds; a plain text stands for `Text`.
        client_ref: Your reference, in every receipt of this message; 1 to 100
            characters (40 on v0.1). One is made if you give none.
        webhook_url: Where receipts of this message go, instead of the account's (v1).
        webhook_version: In which shape they come (v1).

    Raises:
        MessageError: A field breaks a rule; it says which and how to mend it.
    """

    channel: ClassVar[Channel | Literal["raw"]]
    #: What the channel carries, in whatever generation.
    carries: ClassVar[frozenset[type[Content]]]
    #: Which content may have a caption.
    captioned: ClassVar[frozenset[type[Content]]] = frozenset()
    #: Which details of a file it takes, besides its address and caption.
    details: ClassVar[frozenset[str]] = frozenset()
    #: Characters in a text; None: nobody says how many.
    longest: ClassVar[range | None] = None

    to: str
    sender: str
    content: Content
    client_ref: str | None = attrs.field(
        default=None, validator=optional_words(CLIENT_REF_LENGTH)
    )
    webhook_url: str | None = attrs.field(default=None, validator=optional_link())
    webhook_version: WebhookVersion | None = None

    def __attrs_post_init__(self) -> None:
        """Hold content and options against the tables."""
        content = self.content
        kind = type(content)
        if kind not in self.carries:
            problem = f"{self.channel} cannot carry {kind.__name__}"
            raise MessageError("content", problem)
        if kind is Text:
            if self.longest is not None:
                within(content.text, "text", self.longest)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]  # kind is Text
        elif kind in DETAILS:
            self._check_file(content)
        one_of(self.webhook_version, "webhook_version", WebhookVersion)
        self._check_options()

    def _check_file(self, content: Content) -> None:
        kind = type(content)
        if kind not in self.captioned and getattr(content, "caption", None):
            problem = f"{self.channel} shows none below {kind.__name__}"
            raise MessageError("caption", problem)
        for field in sorted(DETAILS[kind] - self.details):
            if getattr(content, field) is not None:
                problem = f"{self.channel} has none for {kind.__name__}"
                raise MessageError(field, problem)

    def _check_options(self) -> None:
        """Hold the channel's own options against its rules."""


def text_or(value: str | object) -> object:
    """The content itself; a plain text stands for `Text`."""
    return Text(value) if isinstance(value, str) else value


def _body(value: Mapping[str, object]) -> Custom:
    return Custom(copied(value, "body"))


@attrs.frozen
class Raw(Message):
    """A body that this package has no words for, exactly as the generation wants it.

    It is sent with the same care as all others: authorised, tried again, and with a
    client_ref of yours or a new one, so that its receipts are found.

    Args:
        content: The body of the request, as a dict.
        client_ref: Your reference, if it is not in the body.
    """

    channel: ClassVar[Literal["raw"]] = "raw"
    carries: ClassVar[frozenset[type[Content]]] = frozenset({Custom})

    content: Custom = attrs.field(converter=_body)
    to: str = attrs.field(default="", init=False)
    sender: str = attrs.field(default="", init=False)

    def _check_options(self) -> None:
        for field in ("webhook_url", "webhook_version"):
            if getattr(self, field) is not None:
                raise MessageError(field, "of a Raw message stands in its body")
