"""A desk with a post office that does as it is told."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import attrs
import pytest

from nexmo_async.errors import NotFoundError
from nexmo_async.models.condition import Quiet
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.workflows.desk import Desk

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.models.message import Message


@attrs.frozen
class Accepted:
    message_uuid: str


#: Answers one send: an error, or what is awaited before it is accepted.
Plan = Exception | Callable[[], Awaitable[None]] | None


@attrs.define
class Office:
    """Accepts messages as planned, and hands receipts to the store."""

    receipts: MemoryReceipts
    plan: deque[Plan] = attrs.field(factory=deque["Plan"])
    sent: list[Message] = attrs.field(factory=list["Message"])
    revoked: list[str] = attrs.field(factory=list[str])

    @property
    def channels(self) -> list[str]:
        return [message.channel for message in self.sent]

    async def send(self, message: Message) -> Accepted:
        self.sent.append(message)
        number = len(self.sent)
        planned = self.plan.popleft() if self.plan else None
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            await planned()
        return Accepted(f"m-{number}")

    async def revoke(self, message: str) -> None:
        self.revoked.append(message)
        raise NotFoundError(404)

    async def tell(
        self, number: int, status: str, code: int | None = None, **facts: object
    ) -> None:
        """A receipt of the message that was sent as this one, from 1."""
        message = self.sent[number - 1]
        receipt = Receipt(
            message_uuid=f"m-{number}",
            status=status,
            at=None,
            channel=message.channel,
            to=message.to,
            sender=message.sender,
            client_ref=message.client_ref,
            code=code,
        )
        await self.receipts.record(attrs.evolve(receipt, **facts))  # type: ignore[arg-type]


@pytest.fixture
def office(clock: ManualClock) -> Office:
    return Office(MemoryReceipts(clock=clock))


@pytest.fixture
async def desk(office: Office, clock: ManualClock) -> AsyncIterator[Desk]:
    desk = Desk(office.receipts, clock, has_refs=True)
    async with desk:
        yield desk


@pytest.fixture
def night() -> Quiet:
    """From ten to eight in London, where the clock stands at midnight."""
    return Quiet("22:00", "08:00", "Europe/London")
