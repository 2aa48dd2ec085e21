"""The endpoint that Nexmo calls, as a plain ASGI app.

It answers as soon as the event is recorded and runs your handlers after that: Nexmo
waits for 15 seconds at most, and calls again only after a 429 or a 5xx.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ConfigurationError
from nexmo_async.webhooks.intake import (
    AGAIN,
    FORGED,
    TOO_LARGE,
    UNSIGNED,
    WRONG_VERB,
    Intake,
    Refused,
    Statistics,
    table,
)
from nexmo_async.webhooks.signature import MAX_AGE, Secrets, check_secrets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt, Report
    from nexmo_async.receipts.store import ReceiptStore

# ASGI's own dictionaries are untyped by design: asgi.readthedocs.io, "Events".
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

#: Bytes of a body at most; a webhook has a few hundred.
MAX_BODY: Final = 1_048_576

#: Seconds that a body may take to come.
MAX_READ: Final = 10.0

#: Handlers that may run at once; while there are as many, webhooks are put off.
BACKLOG: Final = 1000


class WebhookApp:
    """The endpoint that Nexmo calls. Mount it in any ASGI application.

    One endpoint may take receipts, inbound messages and reports of all generations.
    What comes twice is recorded, and handed on, once. A handler runs after the answer,
    and at most once: if the process dies meanwhile, only the record remains.

    Args:
        receipts: Where events are recorded: `nexmo.receipts`.
        secrets: Signature secrets by API key; several for one key if they are being
            exchanged.
        on_status: Awaited for each new receipt, after the answer.
        on_inbound: Awaited for each message from a person, after the answer.
        on_report: Awaited for each final report of a workflow, after the answer.
        max_age: Seconds that a webhook may be old; None: any age.
        unsigned: The status that answers a missing signature. Nexmo may drop one by
            mistake, and calls again after a 5xx.
        forged: The status that answers a signature which is not Nexmo's.
        backlog: Handlers that may run at once; while there are as many, webhooks are
            answered 503, so that Nexmo brings them again.
        clock: What time is measured by.

    Raises:
        ConfigurationError: There is no secret, or an empty one: anybody could call. Or
            no handler could ever run.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the user
        self,
        receipts: ReceiptStore,
        secrets: Secrets,
        *,
        on_status: Callable[[Receipt], Awaitable[object]] | None = None,
        on_inbound: Callable[[Inbound], Awaitable[object]] | None = None,
        on_report: Callable[[Report], Awaitable[object]] | None = None,
        max_age: float | None = MAX_AGE,
        unsigned: int = UNSIGNED,
        forged: int = FORGED,
        backlog: int = BACKLOG,
        clock: Clock | None = None,
    ) -> None:
        if backlog < 1:
            raise ConfigurationError("backlog", "must be at least 1")
        self._clock = clock or SystemClock()
        self._intake = Intake(
            receipts=receipts,
            secrets=check_secrets(secrets),
            handlers=table(on_status, on_inbound, on_report),
            max_age=max_age,
            unsigned=unsigned,
            forged=forged,
            backlog=backlog,
            clock=self._clock,
        )

    def __repr__(self) -> str:
        """Show what became of the webhooks so far."""
        return f"<WebhookApp {self.statistics()}>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one webhook."""
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})
        try:
            body = await self._read(scope, receive)
        except Refused as refused:
            self._intake.count(refused.count)
            return await _answer(send, refused.status)
        taken = await self._intake.take(_pairs(scope), body)
        try:
            return await _answer(send, taken.status)
        finally:
            # It is recorded, so it will not come a second time.
            await self._intake.finish(taken)

    @asynccontextmanager
    async def take(
        self, method: str, headers: Iterable[tuple[str, str]], body: bytes
    ) -> AsyncGenerator[int]:
        """For a web framework without ASGI: the status to answer with.

        Send the answer inside of the block; the handler runs when it ends.

        Args:
            method: The request's verb.
            headers: Its headers, each with its name.
            body: The raw bytes, 1 MiB at most.
        """
        if method != "POST" or len(body) > MAX_BODY:
            self._intake.count("unreadable")
            yield WRONG_VERB if method != "POST" else TOO_LARGE
            return
        taken = await self._intake.take(headers, body)
        try:
            yield taken.status
        finally:
            await self._intake.finish(taken)

    def statistics(self) -> Statistics:
        """What became of the webhooks so far, in numbers."""
        return self._intake.statistics()

    async def drain(self) -> None:
        """Wait until no handler is running: before what they need is closed."""
        await self._intake.drain()

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise Refused(WRONG_VERB, "unreadable")
        try:
            async with self._clock.timeout(MAX_READ):
                return await _body(scope, receive)
        except TimeoutError:
            # 408 is what it is, but would lose the event: only a 5xx brings it again.
            raise Refused(AGAIN, "failed") from None

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.shutdown":
                await self.drain()
            await send({"type": f"{event['type']}.complete"})
            if event["type"] == "lifespan.shutdown":
                return


async def _body(scope: Scope, receive: Receive) -> bytes:
    for name, value in scope["headers"]:
        if name == b"content-length" and len(value) > len(str(MAX_BODY)):
            raise Refused(TOO_LARGE, "unreadable")
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(AGAIN, "failed")
        part: bytes = event.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise Refused(TOO_LARGE, "unreadable")
        parts.append(part)
        more = event.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _pairs(scope: Scope) -> list[tuple[str, str]]:
    return [
        ("authorization", value.decode("latin-1"))
        for name, value in scope["headers"]
        if name.lower() == b"authorization"
    ]


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    if status == WRONG_VERB:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
