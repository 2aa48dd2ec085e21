"""SMS and MMS: what a telephone has always taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast, get_args

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.address import number
from nexmo_async.models.base import (
    Channel,
    Message,
    from_number_or_name,
    text_or,
    to_number,
)
from nexmo_async.models.content import (
    Audio,
    Content,
    File,
    Image,
    Media,
    Text,
    Vcard,
    Video,
)
from nexmo_async.models.gsm import Encoding, encoding_of, segments
from nexmo_async.models.value import one_of, optional_seconds, optional_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

SmsContent = Text
MmsContent = Text | Image | Vcard | Audio | Video | File | Media

#: Characters in the text of an SMS (v1 spec 1.20; before it 1,000).
SMS_TEXT: Final = range(1, 3201)

#: Seconds that the network may keep trying (v1 spec 1.20).
SMS_TTL: Final = range(20, 604_801)
MMS_TTL: Final = range(300, 259_201)

EncodingType = Literal["text", "unicode", "auto"]


def flag(value: bool | None, field: str) -> None:  # noqa: FBT001  a field's value
    """Complain unless the value is True, False or None."""
    if value is not None and not isinstance(cast("object", value), bool):
        raise MessageError(field, f"is {value!r}, write True or False")


def _sms(value: str | SmsContent) -> SmsContent:
    return Text(value) if isinstance(value, str) else value


def _mms(value: str | MmsContent) -> MmsContent:
    return cast("MmsContent", text_or(value))


def _sms_ttl(value: float | timedelta | None) -> int | None:
    return optional_seconds(value, "ttl", SMS_TTL)


def _mms_ttl(value: float | timedelta | None) -> int | None:
    return optional_seconds(value, "ttl", MMS_TTL)


def _participants(values: Sequence[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise MessageError("participants", "is one text, write a list of numbers")
    return tuple(
        number(value, f"participants[{place}]") for place, value in enumerate(values)
    )


@attrs.frozen(kw_only=True)
class Sms(Message):
    """A text message to a phone.

    Args:
        to: A phone number with its country code.
        sender: A number of yours, or a name of up to 11 characters where allowed.
        content: 1 to 3,200 characters on v1, 1,000 on beta and v0.1.
        ttl: Whole seconds to keep trying, 20 to 604,800; the network's own three days
            if you leave it out (v1).
        encoding_type: "text" (GSM letters), "unicode" or "auto", the default (v1).
        content_id: Where a country registers contents, as India does: its id (v1).
        entity_id: Where a country registers senders: your id (v1).
        pool_id: A pool of numbers to send from; `sender` stands in for it (v1).
        trusted_recipient: True to pass Fraud Defender, where you have it (v1).
    """

    channel: ClassVar[Channel] = "sms"
    carries: ClassVar[frozenset[type[Content]]] = frozenset({Text})
    longest: ClassVar[range | None] = SMS_TEXT

    to: str = attrs.field(converter=to_number)
    sender: str = attrs.field(converter=from_number_or_name)
    content: SmsContent = attrs.field(converter=_sms)
    ttl: int | None = attrs.field(default=None, converter=_sms_ttl)
    encoding_type: EncodingType | None = None
    content_id: str | None = attrs.field(default=None, validator=optional_words())
    entity_id: str | None = attrs.field(default=None, validator=optional_words())
    pool_id: str | None = attrs.field(default=None, validator=optional_words())
    trusted_recipient: bool | None = None

    def _check_options(self) -> None:
        one_of(self.encoding_type, "encoding_type", EncodingType)
        flag(self.trusted_recipient, "trusted_recipient")

    @property
    def encoding(self) -> Encoding:
        """How it will travel: "text" (GSM letters) or "unicode" (UCS-2)."""
        if self.encoding_type == "text" or self.encoding_type == "unicode":  # noqa: PLR1714  narrows
            return self.encoding_type
        return encoding_of(self.content.text)

    @property
    def segments(self) -> int:
        """How many parts the network makes of it; each is paid for."""
        return segments(self.content.text, self.encoding)


@attrs.frozen(kw_only=True)
class Mms(Message):
    """A message with pictures, sounds or films to a phone.

    Args:
        to: A phone number with its country code.
        sender: A number or short code of yours.
        content: Text, one file, or `Media(...)` for several; 2 MB each at most.
        ttl: Whole seconds to keep trying, 300 to 259,200 (v1).
        participants: Numbers of the others in a group (v1).
        trusted_recipient: True to pass Fraud Defender, where you have it (v1).
    """

    channel: ClassVar[Channel] = "mms"
    carries: ClassVar[frozenset[type[Content]]] = frozenset(get_args(MmsContent))
    captioned: ClassVar[frozenset[type[Content]]] = frozenset(
        {Image, Vcard, Audio, Video, File}
    )

    to: str = attrs.field(converter=to_number)
    sender: str = attrs.field(converter=from_number_or_name)
    content: MmsContent = attrs.field(converter=_mms)
    ttl: int | None = attrs.field(default=None, converter=_mms_ttl)
    participants: tuple[str, ...] = attrs.field(default=(), converter=_participants)
    trusted_recipient: bool | None = None

    def _check_options(self) -> None:
        flag(self.trusted_recipient, "trusted_recipient")
        if isinstance(self.content, Media):
            for file in self.content.files:
                self._check_file(file)
