"""A post office that does as it is told, and an engine in this process."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import attrs
import pytest
from postgres_fixtures import database, databases, postgres

from nexmo_async.durable import InProcessEngine
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts.memory import MemoryReceipts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from nexmo_async.clock import ManualClock
    from nexmo_async.models.message import Message

__all__ = ["database", "databases", "postgres"]


@attrs.frozen
class Accepted:
    message_uuid: str


@attrs.define
class Office:
    """Accepts messages as planned, and hands receipts to the engine."""

    engine: InProcessEngine
    receipts: MemoryReceipts
    plan: deque[Exception | Callable[[], Awaitable[None]] | None] = attrs.field(
        factory=deque
    )
    sent: list[Message] = attrs.field(factory=list["Message"])

    @property
    def told(self) -> list[str]:
        return [f"{one.client_ref} {one.channel}" for one in self.sent]

    async def send(self, message: Message, *, total: float | None) -> Accepted:
        assert total is not None
        self.sent.append(message)
        number = len(self.sent)
        planned = self.plan.popleft() if self.plan else None
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            await planned()
        return Accepted(f"m-{number}")

    def receipt(self, number: int, status: str, code: int | None = None) -> Receipt:
        """One of the message that was sent as this one, from 1."""
        message = self.sent[number - 1]
        return Receipt(
            message_uuid=f"m-{number}",
            status=status,
            at=None,
            channel=message.channel,
            to=message.to,
            sender=message.sender,
            client_ref=message.client_ref,
            code=code,
        )

    async def tell(self, number: int, status: str, code: int | None = None) -> None:
        store = self.engine.receipts(self.receipts)
        await store.record(self.receipt(number, status, code))


@pytest.fixture
async def office(clock: ManualClock) -> AsyncIterator[Office]:
    engine = InProcessEngine(clock=clock)
    office = Office(engine, MemoryReceipts(clock=clock))
    engine.sends(office.send)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        yield office
        running.cancel()
