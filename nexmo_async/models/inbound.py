"""What a person writes to you."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.models.heard import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.models.heard import (
        Context,
        Heard,
        Profile,
        Referral,
        WhatsAppUser,
    )
    from nexmo_async.models.receipt import Usage


_UNTOLD: Final = Unknown("")


@attrs.frozen(kw_only=True)
class Inbound:
    """One message from a person.

    Attributes:
        message_uuid: Nexmo's id of it.
        at: When it was written, UTC; None if the webhook did not say so legibly.
        channel: "sms", "whatsapp", ...; as it came if unknown.
        to: Your number or id.
        sender: The person's number or id.
        type: "text", "image", ...; as it came if unknown.
        content: What it holds, by its kind: `Said`, `Attached`, `Place`, ...
        text: The words, if it is a text.
        url: Where the media lies, if it is media; such addresses expire.
        context: The message that it answers, if it answers one.
        context_status: "none", "available" or "unavailable", where it is told.
        profile: What the person calls themselves.
        user: How WhatsApp knows the person.
        waba_id: The WhatsApp business account it came to.
        usage: What it cost, where Nexmo says.
        network: The code of the person's network, where Nexmo says.
        keyword: The first word of an SMS, in capitals.
        segments: How many parts an SMS had.
        participants: The others in a group.
        referral: What led the person to you.
        provider_message: What WhatsApp says about it, if something went wrong.
        region: "eu", "us" or "ap": where it is kept, for `mark_read`.
        raw: The whole body, as it came.
    """

    message_uuid: str
    at: datetime | None
    channel: str
    to: str
    sender: str
    type: str
    content: Heard = _UNTOLD
    text: str | None = None
    url: str | None = None
    context: Context | None = None
    context_status: str | None = None
    profile: Profile | None = None
    user: WhatsAppUser | None = None
    waba_id: str | None = None
    usage: Usage | None = None
    network: str | None = None
    keyword: str | None = None
    segments: int | None = None
    participants: tuple[str, ...] = ()
    referral: Referral | None = None
    provider_message: str | None = None
    region: str | None = None
    raw: Mapping[str, object] = attrs.field(
        factory=dict[str, object], repr=False, eq=False
    )
