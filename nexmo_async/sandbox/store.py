"""Where everything is kept that exists in the sandbox. Bounded, in memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from nexmo_async.sandbox.bell import Bell, Feed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nexmo_async.sandbox.records import (
        Event,
        Inbound,
        Kind,
        Message,
        Webhook,
        Workflow,
    )
    from nexmo_async.sandbox.search import Query

K = TypeVar("K")
T = TypeVar("T")

#: How many messages are remembered; then the oldest is forgotten.
MESSAGES: Final = 100_000
#: How many webhooks are remembered.
WEBHOOKS: Final = 100_000


@attrs.frozen
class Found:
    """The newest messages that a search found, and how many there are in all."""

    messages: list[Message]
    total: int


class Store:
    """Everything that exists.

    Args:
        messages: How many of them are remembered, as many inbound ones and workflows.
        webhooks: How many of them are remembered.
    """

    def __init__(self, *, messages: int = MESSAGES, webhooks: int = WEBHOOKS) -> None:
        self._most = messages
        self._most_webhooks = webhooks
        self.bell: Bell = Bell()
        self.feed: Feed = Feed()
        self._messages: dict[str, Message] = {}
        self._inbound: dict[str, Inbound] = {}
        self._workflows: dict[str, Workflow] = {}
        self._webhooks: dict[int, Webhook] = {}
        self._statuses: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()

    @property
    def most(self) -> dict[str, int]:
        """How many of each kind are remembered."""
        return {
            "message": self._most,
            "inbound": self._most,
            "workflow": self._most,
            "webhook": self._most_webhooks,
        }

    def messages(
        self, *, to: str | None = None, status: str | None = None
    ) -> list[Message]:
        """The messages, oldest first."""
        return [
            message
            for message in self._messages.values()
            if to in (None, message.to) and status in (None, message.status)
        ]

    def search(self, query: Query, *, limit: int, before: str | None = None) -> Found:
        """The newest messages that a query finds.

        Args:
            query: What to look for.
            limit: How many at most.
            before: Only those that are older than the message with this uuid.
        """
        found = [each for each in self._newest() if query(each)]
        total = len(found)
        end = self._messages.get(before) if before is not None else None
        if end is not None:
            found = [each for each in found if each.number < end.number]
        return Found(found[:limit], total)

    def counts(self) -> dict[str, int]:
        """How many messages there are, by what became of them."""
        seen = self._statuses
        return {
            "all": len(self._messages),
            "waiting": seen["accepted"] + seen["submitted"],
            "delivered": seen["delivered"],
            "read": seen["read"],
            "rejected": seen["rejected"] + seen["undeliverable"],
            "inbound": len(self._inbound),
        }

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

    def workflow(self, workflow_id: str) -> Workflow | None:
        """One workflow."""
        return self._workflows.get(workflow_id)

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

    def webhook(self, number: int) -> Webhook | None:
        """One webhook."""
        return self._webhooks.get(number)

    def add_message(self, message: Message) -> None:
        """Remember a message."""
        self._count("message", message)
        self._statuses[message.status] += 1
        shelf = self._messages
        for old in _remember(shelf, message.message_uuid, message, self._most):
            self._statuses[old.status] -= 1
        self.changed("message", message)

    def add_inbound(self, said: Inbound) -> None:
        """Remember what somebody wrote."""
        self._count("inbound", said)
        _remember(self._inbound, said.message_uuid, said, self._most)
        self.changed("inbound", said)

    def add_workflow(self, workflow: Workflow) -> None:
        """Remember a workflow."""
        self._count("workflow", workflow)
        _remember(self._workflows, workflow.workflow_id, workflow, self._most)
        self.changed("workflow", workflow)

    def add_webhook(self, webhook: Webhook) -> None:
        """Remember a webhook."""
        self._count("webhook", webhook)
        _remember(self._webhooks, webhook.number, webhook, self._most_webhooks)
        about = webhook.message_uuid or ""
        concerned = self._messages.get(about) or self._inbound.get(about)
        if concerned is not None:
            concerned.webhooks.append(webhook)
        self.changed("webhook", webhook)

    def add_event(self, message: Message, event: Event) -> None:
        """A message reached a status."""
        kept = self._messages.get(message.message_uuid) is message
        if kept:
            self._statuses[message.status] -= 1
            self._statuses[event.status] += 1
        message.events.append(event)
        message.bell.ring()
        self.changed("message", message)

    def changed(self, kind: str, thing: object = None) -> None:
        """Tell everybody who waits or reads that something is not as it was."""
        self.bell.ring()
        self.feed.publish(kind, thing)

    def clear(self) -> None:
        """Forget everything."""
        self._messages.clear()
        self._inbound.clear()
        self._workflows.clear()
        self._webhooks.clear()
        self._statuses.clear()
        self.changed("reset")

    def _count(self, kind: str, thing: Message | Inbound | Workflow | Webhook) -> None:
        """Give it the next number, unless it comes out of a file with one."""
        thing.number = thing.number or self._numbers[kind] + 1
        self._numbers[kind] = thing.number

    def _newest(self) -> Iterator[Message]:
        return reversed(self._messages.values())


def _remember(shelf: dict[K, T], key: K, thing: T, most: int) -> list[T]:
    """Put a thing on a shelf; what falls off at the other end comes back."""
    shelf[key] = thing
    return [shelf.pop(next(iter(shelf))) for _ in range(len(shelf) - most)]
