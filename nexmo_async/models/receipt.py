"""What Nexmo tells about a message that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.models.codes import Failure, failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from nexmo_async.models.heard import Profile, WhatsAppUser

Status = Literal["submitted", "delivered", "read", "rejected", "undeliverable"]

#: How far a message has come; a higher number includes the lower ones.
PROGRESS: Final[Mapping[str, int]] = {"submitted": 1, "delivered": 2, "read": 3}

#: The message has ended without arriving.
FAILED: Final = frozenset({"rejected", "undeliverable"})

#: Channels on which Nexmo can tell that a message was read (v1 spec).
READABLE: Final = frozenset({"whatsapp", "messenger", "viber", "rcs"})


@attrs.frozen
class Usage:
    """What a message cost.

    Attributes:
        price: The amount.
        currency: Its ISO 4217 code, such as "EUR".
    """

    price: Decimal
    currency: str


@attrs.frozen
class Position:
    """Where in a workflow a message stands.

    Attributes:
        workflow_uuid: The workflow's id, in whatever generation.
        item: Which attempt it is, from 1; None where the API does not say.
        items: How many there are; None where the API does not say.
    """

    workflow_uuid: str
    item: int | None = None
    items: int | None = None


@attrs.frozen(kw_only=True)
class Part:
    """What became of one part of a long SMS."""

    status: str
    at: datetime | None = None
    code: int | None = None


@attrs.frozen(kw_only=True)
class Pricing:
    """How WhatsApp charges a message; each as it came.

    Attributes:
        type: "regular", "free_customer_service" or "free_entry_point".
        model: "PMP" (by the message) or "CBP" (by the conversation).
        category: "marketing", "utility", "authentication", "service", ...
    """

    type: str | None = None
    model: str | None = None
    category: str | None = None


@attrs.frozen(kw_only=True)
class Conversation:
    """The conversation that WhatsApp counts a message to, and what began it."""

    id: str
    origin: str | None = None


@attrs.frozen(kw_only=True)
class Receipt:
    """One step in the life of a message you sent.

    Attributes:
        message_uuid: The message, as `send` named it.
        status: "submitted", "delivered", "read", "rejected" or "undeliverable"; a
            status that Nexmo invents later is kept as it came.
        at: When it happened, UTC; None if the webhook did not say so legibly.
        channel: "sms", "whatsapp", ...; as it came if unknown.
        to: The recipient.
        sender: Who it came from.
        client_ref: Your reference, if the generation returns it.
        code: Nexmo's error code when it failed, else None.
        reason: Nexmo's sentence about the failure. May be empty.
        usage: What it cost, where Nexmo says.
        workflow: Its place in a workflow, if it belongs to one.
        network: The code of the recipient's network, where Nexmo says.
        segments: How many parts an SMS had, where Nexmo says.
        parts: What became of each of them.
        pricing: How WhatsApp charged it.
        conversation: What WhatsApp counts it to.
        recipient: How WhatsApp knows the person.
        profile: What the person calls themselves.
        waba_id: The WhatsApp business account it came from.
        raw: The whole body, as it came.
    """

    message_uuid: str
    status: str
    at: datetime | None
    channel: str
    to: str
    sender: str
    client_ref: str | None = None
    code: int | None = None
    reason: str = ""
    usage: Usage | None = None
    workflow: Position | None = None
    network: str | None = None
    segments: int | None = None
    parts: tuple[Part, ...] = ()
    pricing: Pricing | None = None
    conversation: Conversation | None = None
    recipient: WhatsAppUser | None = None
    profile: Profile | None = None
    waba_id: str | None = None
    raw: Mapping[str, object] = attrs.field(
        factory=dict[str, object], repr=False, eq=False
    )

    @property
    def failed(self) -> bool:
        """Whether the message has ended without arriving."""
        return self.status in FAILED

    @property
    def failure(self) -> Failure | None:
        """What went wrong, and what that means for the next try; None if nothing."""
        if self.code is None and not self.failed:
            return None
        return failure(self.code)

    def reached(self, status: str) -> bool:
        """Whether the message has come at least this far: read includes delivered."""
        if self.status == status:
            return True
        wanted = PROGRESS.get(status)
        return wanted is not None and PROGRESS.get(self.status, 0) >= wanted


@attrs.frozen(kw_only=True)
class ReportedMessage:
    """One attempt, as the final report of a workflow lists it."""

    message_uuid: str
    channel: str
    status: str
    usage: Usage | None = None


@attrs.frozen(kw_only=True)
class Report:
    """How a workflow that Nexmo ran has ended.

    Attributes:
        workflow_uuid: The workflow, as `create` named it.
        status: "completed" or "error"; another word is kept as it came.
        at: When it ended, UTC; None if the webhook did not say so legibly.
        usage: What it cost in all; too low if a receipt came late.
        messages: Each attempt.
        raw: The whole body, as it came.
    """

    workflow_uuid: str
    status: str
    at: datetime | None
    usage: Usage | None = None
    messages: tuple[ReportedMessage, ...] = ()
    raw: Mapping[str, object] = attrs.field(
        factory=dict[str, object], repr=False, eq=False
    )
