"""What a person writes to you."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


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
        text: The words, if it is a text.
        url: Where the media lies, if it is media; such addresses expire.
        raw: The whole body, as it came.
    """

    message_uuid: str
    at: datetime | None
    channel: str
    to: str
    sender: str
    type: str
    text: str | None = None
    url: str | None = None
    raw: Mapping[str, object] = attrs.field(
        factory=dict[str, object], repr=False, eq=False
    )
