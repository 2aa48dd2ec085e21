"""Messages, from both sides: find them, look into them, write receipts by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import attrs
from starlette.responses import StreamingResponse

from nexmo_async.clock import SystemClock, instant
from nexmo_async.sandbox import document, inbound
from nexmo_async.sandbox.api import read
from nexmo_async.sandbox.control import view
from nexmo_async.sandbox.control.door import Door, answer, invalid, whole
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.problem import Violation, generic
from nexmo_async.sandbox.records import Inbound, Message
from nexmo_async.sandbox.rules import inbound as rules
from nexmo_async.sandbox.search import parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.life import Status
    from nexmo_async.sandbox.network import Network

#: How many messages a list has unless it is asked for more, and at most.
USUAL: Final = 100
MOST: Final = 10_000

#: Seconds that a wait lasts unless it is told another time, and at most.
WITHIN: Final = 30
LONGEST: Final = 600

#: Status -> may a code stand beside it?
STATUSES: Final = {
    "submitted": False,
    "delivered": False,
    "read": False,
    "rejected": True,
    "undeliverable": True,
}
USUAL_CODE: Final = 1330
CODES: Final = range(1, 1_000_000)


@attrs.frozen(eq=False)
class Messages:
    """The desk for messages.

    Attributes:
        patience: The clock of those who wait, which is their own.
    """

    network: Network
    patience: Clock = attrs.field(factory=SystemClock)

    def doors(self) -> list[Door]:
        """Which address does what."""
        return [
            Door("GET", "/messages", self.list, ("q", "limit", "before")),
            Door("GET", "/messages/wait", self.wait, ("q", "within", "count")),
            Door("GET", "/messages/{uuid}", self.one),
            Door("POST", "/messages/{uuid}/receipt", self.receipt),
            Door("GET", "/inbound", self.heard, ("q", "limit")),
            Door("POST", "/inbound", self.write),
            Door("GET", "/people/{number}", self.person),
            Door("GET", "/export", self.export, ("q",)),
        ]

    async def list(self, request: Request) -> Response:
        """The newest messages that a query finds, newest first."""
        limit = whole(request, "limit", USUAL, MOST)
        before = request.query_params.get("before")
        return answer(self._found(request, limit, before))

    async def wait(self, request: Request) -> Response:
        """Answer as soon as a query finds something; 408 if nothing comes in time."""
        query = parse(request.query_params.get("q", ""))
        wanted = max(1, whole(request, "count", 1, MOST))
        within = whole(request, "within", WITHIN, LONGEST)
        store = self.network.store
        try:
            with store.feed.read() as changes:
                if store.search(query, limit=0).total >= wanted:
                    return answer(self._found(request, USUAL, None))
                async with self.patience.timeout(within):
                    async for _, thing in changes:
                        concerned = thing is None or (
                            isinstance(thing, Message) and query(thing)
                        )
                        if concerned and store.search(query, limit=0).total >= wanted:
                            return answer(self._found(request, USUAL, None))
        except TimeoutError:
            pass
        raise generic("timeout", f"Found fewer than {wanted} within {within} s")

    async def one(self, request: Request) -> Response:
        """One message with all that happened to it."""
        return answer(view.whole(self._message(request), self.network.courier))

    async def receipt(self, request: Request) -> Response:
        """Write a receipt by hand: `{"status": "rejected", "code": 1300}`."""
        message = self._message(request)
        body = await read(request)
        status, code = body.get("status"), body.get("code")
        if not isinstance(status, str) or status not in STATUSES:
            words = ", ".join(STATUSES)
            raise invalid(Violation("status", f"must be one of {words}."))
        if STATUSES[status]:
            code = USUAL_CODE if code is None else code
            if isinstance(code, bool) or not isinstance(code, int) or code not in CODES:
                raise invalid(Violation("code", "must be a number of the error table."))
        elif code is not None:
            raise invalid(Violation("code", f"does not go with {status}."))
        self.network.tell(message, cast("Status", status), code)
        return answer(view.whole(message, self.network.courier), 202)

    async def heard(self, request: Request) -> Response:
        """What people wrote that a query finds, oldest first; the newest of it."""
        now = instant(self.network.clock)
        query = parse(request.query_params.get("q", ""))
        limit = whole(request, "limit", MOST, MOST)
        found = [said for said in self.network.store.inbound() if query(said)]
        last = found[max(0, len(found) - limit) :]
        shown = [view.heard(said, now) for said in last]
        return answer({"messages": shown, "total": len(found)})

    async def write(self, request: Request) -> Response:
        """Somebody writes to the account."""
        body = await read(request)
        if found := rules.violations(body):
            raise invalid(*found)
        said = inbound.read(body, instant(self.network.clock))
        self.network.hear(said)
        return answer({"message_uuid": said.message_uuid}, 202)

    async def person(self, request: Request) -> Response:
        """The conversation as one person sees it, over all channels, in order."""
        number = str(request.path_params["number"])
        now = instant(self.network.clock)
        store = self.network.store
        both: list[Message | Inbound] = [
            *store.messages(to=number),
            *(said for said in store.inbound() if said.sender == number),
        ]
        both.sort(key=_when)
        return answer(
            {
                "number": number,
                "persona": self.network.personas.script(number),
                "messages": [_seen(each, now) for each in both],
            }
        )

    async def export(self, request: Request) -> Response:
        """All messages that a query finds, oldest first, as JSON Lines."""
        query = parse(request.query_params.get("q", ""))
        found = [each for each in self.network.store.messages() if query(each)]
        courier = self.network.courier

        async def lines() -> AsyncIterator[bytes]:
            for message in found:
                yield document.encode(view.whole(message, courier)) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    def _found(
        self, request: Request, limit: int, before: str | None
    ) -> dict[str, object]:
        query = parse(request.query_params.get("q", ""))
        found = self.network.store.search(query, limit=limit, before=before)
        return {
            "messages": [view.summary(message) for message in found.messages],
            "total": found.total,
            "counts": self.network.store.counts(),
        }

    def _message(self, request: Request) -> Message:
        uuid = str(request.path_params["uuid"])
        message = self.network.store.message(uuid)
        if message is None:
            raise generic("not-found", f"There is no message {uuid}")
        return message


def _when(each: Message | Inbound) -> float:
    at = each.at if isinstance(each, Inbound) else each.accepted_at
    return at.timestamp()


def _seen(each: Message | Inbound, now: datetime) -> dict[str, object]:
    if isinstance(each, Inbound):
        return {"direction": "inbound", **view.heard(each, now)}
    shown = view.summary(each)
    return {
        "direction": "outbound",
        **shown,
        "channel": PLAIN[each.channel],
        "request": each.request,
    }
