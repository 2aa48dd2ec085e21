"""One message to one person. Valid from birth: a bad one cannot exist.

What only one generation of the API refuses is not asked here but when it is encoded.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import identity, number, number_or_name
from nexmo_async.models.content import (
    Audio,
    Content,
    Custom,
    File,
    Image,
    Template,
    Text,
    Video,
    filled,
    web_address,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Channel = Literal["sms", "whatsapp", "messenger", "viber"]

# Who can carry what. These four lines are the rule, for the type checker and for
# `CARRIES` alike.
SmsContent = Text
WhatsAppContent = Text | Image | Audio | Video | File | Template | Custom
MessengerContent = Text | Image | Audio | Video | File | Template | Custom
ViberContent = Text | Image | Template | Custom

CARRIES: Final[Mapping[Channel, frozenset[type[Content]]]] = {
    "sms": frozenset({Text}),
    "whatsapp": frozenset(get_args(WhatsAppContent)),
    "messenger": frozenset(get_args(MessengerContent)),
    "viber": frozenset(get_args(ViberContent)),
}

#: Characters in a text, the most that any generation allows (v1 spec 1.20).
TEXT_LENGTH: Final[Mapping[Channel, range]] = {
    "sms": range(1, 3201),
    "whatsapp": range(1, 4097),
    "messenger": range(1, 641),
    "viber": range(1, 1001),
}

#: Which content may have a caption (v0.1 and v1 specs).
CAPTIONED: Final[Mapping[Channel, frozenset[type[Content]]]] = {
    "sms": frozenset(),
    "whatsapp": frozenset({Image, Video, File}),
    "messenger": frozenset(),
    "viber": frozenset({Image}),
}

#: Characters in a client_ref, the most that any generation allows (v1 spec).
CLIENT_REF_LENGTH: Final = range(1, 101)

#: Seconds that Viber may keep trying (v0.1 and v1 specs).
VIBER_TTL: Final = range(30, 259_201)

MessengerCategory = Literal["response", "update", "message_tag"]
ViberCategory = Literal["transaction", "promotion"]
WhatsAppPolicy = Literal["deterministic", "fallback"]
WebhookVersion = Literal["v0.1", "v1"]


def _sms(value: str | SmsContent) -> SmsContent:
    return Text(value) if isinstance(value, str) else value


def _whatsapp(value: str | WhatsAppContent) -> WhatsAppContent:
    return Text(value) if isinstance(value, str) else value


def _messenger(value: str | MessengerContent) -> MessengerContent:
    return Text(value) if isinstance(value, str) else value


def _viber(value: str | ViberContent) -> ViberContent:
    return Text(value) if isinstance(value, str) else value


def _number_to(value: str) -> str:
    return number(value, "to")


def _identity_to(value: str) -> str:
    return identity(value, "to")


def _number_sender(value: str) -> str:
    return number(value, "sender")


def _number_or_name_sender(value: str) -> str:
    return number_or_name(value, "sender")


def _identity_sender(value: str) -> str:
    return identity(value, "sender")


def _client_ref(value: str | None) -> str | None:
    return None if value is None else within(value, "client_ref", CLIENT_REF_LENGTH)


def _webhook_url(value: str | None) -> str | None:
    return None if value is None else web_address(value, "webhook_url")


def _locale(value: str | None) -> str | None:
    return None if value is None else filled(value, "locale")


def _tag(value: str | None) -> str | None:
    return None if value is None else filled(value, "tag")


def _type(value: str | None) -> str | None:
    return None if value is None else filled(value, "type")


def _ttl(value: float | timedelta | None) -> int | None:
    if value is None:
        return None
    time = seconds(value, "ttl")
    if time not in VIBER_TTL:
        raise MessageError(
            "ttl",
            f"is {time:.12g} seconds, allowed are whole seconds "
            f"from {VIBER_TTL[0]} to {VIBER_TTL[-1]}",
        )
    return int(time)


def seconds(value: float | timedelta, field: str) -> float:
    """The time in seconds, or a `MessageError` if it is no time at all."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    given = cast("object", value)  # callers without a type checker
    if isinstance(given, bool) or not isinstance(given, int | float):
        named = type(given).__name__
        raise MessageError(field, f"is {named}, write seconds as a number")
    return given


def one_of(value: str | None, field: str, choices: object) -> None:
    """Complain unless the value is None or one of a `Literal`'s choices."""
    allowed = get_args(choices)
    if value is not None and value not in allowed:
        raise MessageError(field, f"is {value!r}, choose of {', '.join(allowed)}")


@attrs.frozen(kw_only=True)
class Message:
    """What all channels share. Write `Sms`, `WhatsApp`, `Messenger` or `Viber`.

    Args:
        to: The recipient: a number, or for Messenger an id.
        sender: Who it comes from: a number, a name or an id of yours.
        content: What it holds; a plain text stands for `Text`.
        client_ref: Your reference, in every receipt of this message; 1 to 100
            characters (40 on v0.1). One is made if you give none.
        webhook_url: Where receipts of this message go, instead of the account's (v1).
        webhook_version: In which shape they come (v1).

    Raises:
        MessageError: A field breaks a rule; it says which and how to mend it.
    """

    channel: ClassVar[Channel]

    to: str
    sender: str
    content: Content
    client_ref: str | None = attrs.field(default=None, converter=_client_ref)
    webhook_url: str | None = attrs.field(default=None, converter=_webhook_url)
    webhook_version: WebhookVersion | None = None

    def __attrs_post_init__(self) -> None:
        """Hold content and options against the tables."""
        content, channel = self.content, self.channel
        if type(content) not in CARRIES[channel]:
            named = type(content).__name__
            raise MessageError("content", f"{channel} cannot carry {named}")
        if isinstance(content, Text):
            within(content.text, "text", TEXT_LENGTH[channel])
        elif getattr(content, "caption", None) and (
            type(content) not in CAPTIONED[channel]
        ):
            named = type(content).__name__
            raise MessageError("caption", f"{channel} shows none below {named}")
        one_of(self.webhook_version, "webhook_version", WebhookVersion)
        self._check_options()

    def _check_options(self) -> None:
        """Hold the channel's own options against its rules."""


@attrs.frozen(kw_only=True)
class Sms(Message):
    """A text message to a phone.

    Args:
        to: A phone number with its country code.
        sender: A number of yours, or a name of up to 11 characters where allowed.
        content: 1 to 3,200 characters on v1, 1,000 on beta and v0.1.
    """

    channel: ClassVar[Channel] = "sms"

    to: str = attrs.field(converter=_number_to)
    sender: str = attrs.field(converter=_number_or_name_sender)
    content: SmsContent = attrs.field(converter=_sms)


@attrs.frozen(kw_only=True)
class WhatsApp(Message):
    """A message on WhatsApp.

    Args:
        to: A phone number with its country code.
        sender: Your WhatsApp business number.
        content: Up to 4,096 characters of text, media, or a template; outside the 24
            hours after the person's last message only a template arrives.
        locale: Language of the template, such as "en" or "en_GB".
        policy: How WhatsApp chooses the language; leave it out.
    """

    channel: ClassVar[Channel] = "whatsapp"

    to: str = attrs.field(converter=_number_to)
    sender: str = attrs.field(converter=_number_sender)
    content: WhatsAppContent = attrs.field(converter=_whatsapp)
    locale: str | None = attrs.field(default=None, converter=_locale)
    policy: WhatsAppPolicy | None = None

    def _check_options(self) -> None:
        one_of(self.policy, "policy", WhatsAppPolicy)
        if isinstance(self.content, Template):
            if self.locale is None:
                raise MessageError("locale", "is needed for a template, such as en_GB")
        elif self.locale is not None or self.policy is not None:
            raise MessageError("locale", "and policy only go with a Template")


@attrs.frozen(kw_only=True)
class Messenger(Message):
    """A message on Facebook Messenger.

    Args:
        to: The person's page-scoped id, from a message they wrote to you.
        sender: Your page's id.
        content: Up to 640 characters of text, or media.
        category: Why you write: "response" (within 24 hours of the person's last
            message, the default), "update" or "message_tag".
        tag: Meta's name for the reason; with category "message_tag" only, and then
            needed.
    """

    channel: ClassVar[Channel] = "messenger"

    to: str = attrs.field(converter=_identity_to)
    sender: str = attrs.field(converter=_identity_sender)
    content: MessengerContent = attrs.field(converter=_messenger)
    category: MessengerCategory | None = None
    tag: str | None = attrs.field(default=None, converter=_tag)

    def _check_options(self) -> None:
        one_of(self.category, "category", MessengerCategory)
        if (self.category == "message_tag") != (self.tag is not None):
            raise MessageError("tag", "and category 'message_tag' go together")


@attrs.frozen(kw_only=True)
class Viber(Message):
    """A message from a business on Viber.

    Args:
        to: A phone number with its country code.
        sender: Your Viber service id.
        content: Up to 1,000 characters of text, or an image.
        category: "transaction" (the default; the first message to a person must be
            one) or "promotion".
        ttl: Whole seconds to keep trying, 30 to 259,200 (86,400 on beta).
        type: Viber's own message type, such as "template" where a country has them.
    """

    channel: ClassVar[Channel] = "viber"

    to: str = attrs.field(converter=_number_to)
    sender: str = attrs.field(converter=_identity_sender)
    content: ViberContent = attrs.field(converter=_viber)
    category: ViberCategory | None = None
    ttl: int | None = attrs.field(default=None, converter=_ttl)
    type: str | None = attrs.field(default=None, converter=_type)

    def _check_options(self) -> None:
        one_of(self.category, "category", ViberCategory)
