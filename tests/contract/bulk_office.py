"""A post office for bulks that does as it is told."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Any

import attrs

from nexmo_async import Nexmo, Sms
from nexmo_async.errors import NotSentError, UnknownOutcomeError
from nexmo_async.testing import answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nexmo_async.bulk import BulkResult, Hold, Item, MemoryJournal, Report
    from nexmo_async.transport.base import Request, Response


#: No clear answer came.
UNCLEAR = UnknownOutcomeError("r", "reset")

#: There is no network.
GONE = NotSentError("api.nexmo.com", "no route")


def sms(number: int) -> Sms:
    """The item of that number; no two go to the same person."""
    return Sms(to=person(number), sender="ACME", content=f"Item {number}")


def person(number: int) -> str:
    """Who it goes to."""
    return f"4477{number:08}"


@attrs.define
class Office:
    """Accepts each message, unless it was told otherwise of the recipient.

    Attributes:
        plan: What to do for each recipient, first to last: raise it, or answer it.
        sent: What was accepted, by recipient.
        refs: The client_ref that each was last sent with.
        doors: While shut, everybody waits.
        busy: How many wait at this moment.
        busiest: How many did at most.
        gone: What everybody meets while there is no network.
    """

    plan: defaultdict[str, deque[Exception | Response]] = attrs.field(
        factory=lambda: defaultdict(deque)
    )
    sent: Counter[str] = attrs.field(factory=Counter)
    refs: dict[str, str] = attrs.field(factory=dict)
    doors: asyncio.Event = attrs.field(factory=asyncio.Event)
    gone: Exception | None = None
    busy: int = 0
    busiest: int = 0

    async def send(self, request: Request) -> Response:
        """Do what was planned."""
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            await asyncio.sleep(0)
            await self.doors.wait()
        finally:
            self.busy -= 1
        if self.gone is not None:
            raise self.gone
        to = request.recipient
        planned = self.plan[to].popleft() if self.plan[to] else None
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            return planned
        self.sent[to] += 1
        self.refs[to] = json.loads(request.body)["client_ref"]
        return answer(202, {"message_uuid": f"uuid-{to}"})

    async def aclose(self) -> None:
        """Nothing to close."""


@attrs.define
class Ledger:
    """A guard that holds as told, and writes down each result."""

    hold: Hold | None = None
    asked: int = 0
    results: list[BulkResult] = attrs.field(factory=list)

    def before(self, item: Item, now: float) -> Hold | None:  # noqa: ARG002  as all guards
        self.asked += 1
        return self.hold

    def after(self, result: BulkResult) -> None:
        self.results.append(result)


async def job(
    nexmo: Nexmo,
    items: Iterable[Any],
    journal: MemoryJournal,
    **options: Any,  # noqa: ANN401  those of run
) -> Report:
    options.setdefault("on_unknown", "raise")
    return await nexmo.bulk.run(items, job="spring", journal=journal, **options)
