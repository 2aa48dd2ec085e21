"""What exists in the sandbox: messages, workflows, webhooks. Bounded, in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar
from uuid import uuid4

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from nexmo_async.sandbox.life import Status

K = TypeVar("K")
T = TypeVar("T")

Api: TypeAlias = Literal["beta", "v0.1", "v1"]
Format: TypeAlias = Literal["v0.1", "v1"]
Kind: TypeAlias = Literal["status", "inbound", "report"]

#: How many messages are remembered; then the oldest is forgotten.
MESSAGES: Final = 100_000
#: How many webhooks are remembered.
WEBHOOKS: Final = 100_000


class Bell:
    """Wakes everybody who waits for a change."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something changed."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    async def wait(self) -> None:
        """Wait for the next change."""
        await self._rung.wait()

    async def until(self, look: Callable[[], T | None]) -> T:
        """Look now and after each change, until there is something to see."""
        while True:
            if (seen := look()) is not None:
                return seen
            await self.wait()


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


@attrs.define(kw_only=True, eq=False)
class Message:
    """One message that was accepted, and what became of it so far.

    Attributes:
        revoked_at: When the account took it back before it was delivered.
    """

    message_uuid: str
    draft: Draft
    accepted_at: datetime
    place: Place | None = None
    events: list[Event] = attrs.field(factory=list[Event])
    bell: Bell = attrs.field(factory=Bell, repr=False)
    turn: asyncio.Lock = attrs.field(factory=asyncio.Lock, repr=False)
    revoked_at: datetime | None = None

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


@attrs.define(kw_only=True, eq=False)
class Workflow:
    """Several messages, of which the first that arrives ends the attempt."""

    workflow_id: str
    api: Api
    messages: list[Message] = attrs.field(factory=list[Message])
    status: Literal["running", "completed", "error"] = "running"


@attrs.frozen(kw_only=True)
class Attempt:
    """One try to hand over a webhook: an answer's status, or why there was none."""

    at: datetime
    answer: int | None = None
    error: str | None = None


@attrs.define(kw_only=True, eq=False)
class Webhook:
    """One event that the account hears of; without an address it only lies here."""

    kind: Kind
    url: str | None
    body: bytes = attrs.field(repr=False)
    message_uuid: str | None
    attempts: list[Attempt] = attrs.field(factory=list[Attempt])
    state: Literal["kept", "pending", "taken", "refused", "dropped"] = "pending"


class Store:
    """Everything that exists.

    Args:
        messages: How many of them are remembered, as many inbound ones and workflows.
        webhooks: How many of them are remembered.
    """

    def __init__(self, *, messages: int = MESSAGES, webhooks: int = WEBHOOKS) -> None:
        self._most = messages
        self._most_webhooks = webhooks
        self.bell = Bell()
        self._messages: dict[str, Message] = {}
        self._inbound: dict[str, Inbound] = {}
        self._workflows: dict[str, Workflow] = {}
        self._webhooks: dict[int, Webhook] = {}
        self._count = 0

    def messages(
        self, *, to: str | None = None, status: str | None = None
    ) -> list[Message]:
        """The messages, oldest first."""
        return [
            message
            for message in self._messages.values()
            if to in (None, message.to) and status in (None, message.status)
        ]

    def message(self, message_uuid: str) -> Message | None:
        """One message."""
        return self._messages.get(message_uuid)

    def inbound(self) -> list[Inbound]:
        """What people wrote, oldest first."""
        return list(self._inbound.values())

    def heard(self, message_uuid: str) -> Inbound | None:
        """One message that somebody wrote."""
        return self._inbound.get(message_uuid)

    def workflows(self) -> list[Workflow]:
        """The workflows, oldest first."""
        return list(self._workflows.values())

    def webhooks(
        self, *, message_uuid: str | None = None, kind: Kind | None = None
    ) -> list[Webhook]:
        """The webhooks, oldest first."""
        return [
            webhook
            for webhook in self._webhooks.values()
            if message_uuid in (None, webhook.message_uuid)
            and kind in (None, webhook.kind)
        ]

    def add_message(self, message: Message) -> None:
        """Remember a message."""
        _remember(self._messages, message.message_uuid, message, self._most)
        self.bell.ring()

    def add_inbound(self, said: Inbound) -> None:
        """Remember what somebody wrote."""
        _remember(self._inbound, said.message_uuid, said, self._most)
        self.bell.ring()

    def add_workflow(self, workflow: Workflow) -> None:
        """Remember a workflow."""
        _remember(self._workflows, workflow.workflow_id, workflow, self._most)
        self.bell.ring()

    def add_webhook(self, webhook: Webhook) -> None:
        """Remember a webhook."""
        self._count += 1
        _remember(self._webhooks, self._count, webhook, self._most_webhooks)
        self.bell.ring()

    def add_event(self, message: Message, event: Event) -> None:
        """A message reached a status."""
        message.events.append(event)
        message.bell.ring()
        self.bell.ring()

    def clear(self) -> None:
        """Forget everything."""
        self._messages.clear()
        self._inbound.clear()
        self._workflows.clear()
        self._webhooks.clear()
        self.bell.ring()


def _remember(shelf: dict[K, T], key: K, thing: T, most: int) -> None:
    shelf[key] = thing
    while len(shelf) > most:
        del shelf[next(iter(shelf))]
