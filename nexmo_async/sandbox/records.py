"""What exists in the sandbox: messages, what people write, workflows, webhooks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import uuid4

import attrs

from nexmo_async.sandbox.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from nexmo_async.sandbox.life import Status

Api: TypeAlias = Literal["beta", "v0.1", "v1"]
Format: TypeAlias = Literal["v0.1", "v1"]
Kind: TypeAlias = Literal["status", "inbound", "report"]
Condition: TypeAlias = Literal["delivered", "read"]


@attrs.define
class Addresses:
    """Where the account wants to hear of things; None: nowhere."""

    status_url: str | None = None
    inbound_url: str | None = None


@attrs.frozen
class Event:
    """One status that a message reached."""

    status: Status
    at: datetime
    code: int | None = None


@attrs.frozen
class Place:
    """Where a message stands in its workflow; numbers count from one."""

    workflow_id: str
    number: int
    total: int


@attrs.frozen(kw_only=True)
class Draft:
    """What a request asked for, read from either shape of JSON."""

    api: Api
    channel: str
    message_type: str
    to: str
    sender: str
    request: Mapping[str, object]
    text: str = ""
    encoding: str | None = None
    client_ref: str | None = None
    ttl: int | None = None
    webhook_url: str | None = None
    webhook_version: Format = "v1"


def _words(message: Message) -> str:
    draft = message.draft
    return (
        f"{draft.to} {draft.sender} {draft.text} {draft.client_ref or ''} "
        f"{draft.channel} {draft.message_type} {message.message_uuid}"
    ).lower()


@attrs.define(kw_only=True, eq=False)
class Message:
    """One message that was accepted, and what became of it so far.

    Attributes:
        webhooks: What the account heard of it.
        revoked_at: When the account took it back before it was delivered.
        by_hand: Somebody writes its receipts; the script has ended.
        waits: Seconds in line before it was on its way.
        number: The how-manieth it is, counted from one.
        words: All that a search looks into, in small letters.
    """

    message_uuid: str
    draft: Draft
    accepted_at: datetime
    place: Place | None = None
    events: list[Event] = attrs.field(factory=list[Event])
    webhooks: list[Webhook] = attrs.field(factory=list["Webhook"], repr=False)
    bell: Bell = attrs.field(factory=Bell, repr=False)
    turn: asyncio.Lock = attrs.field(factory=asyncio.Lock, repr=False)
    revoked_at: datetime | None = None
    by_hand: bool = False
    waits: float = 0.0
    number: int = 0
    words: str = attrs.field(
        init=False, repr=False, default=attrs.Factory(_words, takes_self=True)
    )

    @property
    def api(self) -> Api:
        """The generation of the API it came by."""
        return self.draft.api

    @property
    def channel(self) -> str:
        """What carries it, as the request spelled it."""
        return self.draft.channel

    @property
    def message_type(self) -> str:
        """What it is: text, image and so on."""
        return self.draft.message_type

    @property
    def to(self) -> str:
        """Who gets it."""
        return self.draft.to

    @property
    def sender(self) -> str:
        """Who sent it."""
        return self.draft.sender

    @property
    def text(self) -> str:
        """Its words, if it has any."""
        return self.draft.text

    @property
    def client_ref(self) -> str | None:
        """What the sender calls it."""
        return self.draft.client_ref

    @property
    def request(self) -> Mapping[str, object]:
        """The JSON that asked for it."""
        return self.draft.request

    @property
    def status(self) -> str:
        """The latest status; `accepted` before the first."""
        return self.events[-1].status if self.events else "accepted"

    @property
    def code(self) -> int | None:
        """Why it failed, if it did."""
        return self.events[-1].code if self.events else None


@attrs.define(kw_only=True, eq=False)
class Inbound:
    """One message that somebody wrote to the account.

    Attributes:
        api: Which generation tells of it.
        channel: What carried it, by its plain name.
        content: What stands under the name of its type; None: a sample.
        around: What else the webhook tells.
        read_at: When the account said that it read it.
        replying_until: How long the person sees that a reply is being written.
    """

    api: Api
    channel: str
    sender: str
    to: str
    message_type: str
    content: object
    at: datetime
    around: Mapping[str, object] = attrs.field(factory=dict[str, object])
    message_uuid: str = attrs.field(factory=lambda: str(uuid4()))
    read_at: datetime | None = None
    replying_until: datetime | None = None
    webhooks: list[Webhook] = attrs.field(factory=list["Webhook"], repr=False)
    number: int = 0

    @property
    def text(self) -> str:
        """Its words, if it has any."""
        return self.content if isinstance(self.content, str) else ""

    @property
    def words(self) -> str:
        """All that a search looks into, in small letters."""
        content = "" if self.content is None else self.content
        return (
            f"{self.to} {self.sender} {content} {self.channel} {self.message_type} "
            f"{self.message_uuid}"
        ).lower()

    @property
    def status(self) -> str:
        """Did the account read it?"""
        return "received" if self.read_at is None else "read"

    @property
    def client_ref(self) -> None:
        """Who writes to the account has no name for it."""

    @property
    def place(self) -> None:
        """It is no step of a workflow."""

    @property
    def code(self) -> None:
        """It did not fail."""


@attrs.frozen(kw_only=True)
class Plan:
    """One step of a workflow as it was asked for.

    Attributes:
        condition: The status that ends the workflow; None on a v1 failover.
        within: Seconds to reach it; None: no limit.
    """

    draft: Draft
    condition: Condition | None = None
    within: float | None = None


@attrs.frozen
class Ending:
    """When a step was over, and what ended it: a status, or `expired`."""

    at: datetime
    outcome: str


@attrs.define(kw_only=True, eq=False)
class Workflow:
    """Several messages, of which the first that arrives ends the attempt.

    Attributes:
        plan: All steps; the first of them have become messages.
        endings: One for each step that is over.
    """

    workflow_id: str
    api: Api
    plan: Sequence[Plan] = ()
    messages: list[Message] = attrs.field(factory=list[Message])
    endings: list[Ending] = attrs.field(factory=list[Ending])
    status: Literal["running", "completed", "error"] = "running"
    number: int = 0

    @property
    def is_whole(self) -> bool:
        """Are the messages of all steps that began still remembered?"""
        last = self.messages[-1].place if self.messages else None
        return last is not None and last.number == len(self.messages)


@attrs.frozen(kw_only=True)
class Attempt:
    """One try to hand over a webhook: an answer's status, or why there was none.

    Attributes:
        jti: The id of the token that signed it; None: it was not signed.
    """

    at: datetime
    answer: int | None = None
    error: str | None = None
    jti: str | None = None


@attrs.define(kw_only=True, eq=False)
class Webhook:
    """One event that the account hears of; without an address it only lies here."""

    kind: Kind
    url: str | None
    body: bytes = attrs.field(repr=False)
    message_uuid: str | None
    attempts: list[Attempt] = attrs.field(factory=list[Attempt])
    state: Literal["kept", "pending", "taken", "refused", "dropped"] = "pending"
    number: int = 0
