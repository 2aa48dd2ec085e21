"""The endpoint that Nexmo calls, as a plain ASGI app.

It answers as soon as the event is recorded and runs your handlers after that: Nexmo
waits for 15 seconds at most, and calls again only after a 429 or a 5xx.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import ConfigurationError
from nexmo_async.webhooks.body import MAX_BODY, Receive, Scope, read
from nexmo_async.webhooks.intake import (
    FORGED,
    TOO_LARGE,
    UNSIGNED,
    WRONG_VERB,
    Intake,
    Refused,
    Statistics,
    table,
)
from nexmo_async.webhooks.signature import MAX_AGE, Secrets, check_secrets, signatures

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from nexmo_async.models.inbound import Inbound
    from nexmo_async.models.receipt import Receipt, Report
    from nexmo_async.receipts.store import ReceiptStore

Send = Callable[[Scope], Awaitable[None]]

#: Digits that the length of a body has at most.
_DIGITS: Final = len(str(MAX_BODY))

#: Handlers that may run at once; while there are as many, webhooks are put off.
BACKLOG: Final = 1000


class WebhookApp:
    """The endpoint that Nexmo calls. Mount it in any ASGI application.

    One endpoint may take receipts, inbound messages and reports of all generations.
    What comes twice is recorded, and handed on, once.

    The event is in the store before Nexmo is answered 200; if it cannot be recorded,
    the answer is 503 and Nexmo brings it again. Its handler runs after the answer, at
    most once for each event: it is not tried again if it raises, and if the process
    dies before it has ended, nobody runs it again. The record stays if the store
    outlives the process, as Redis does: work that must be done looks there.

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

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: secrets must not travel by accident."""
        raise TypeError("WebhookApp holds secrets and is not pickled")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one webhook."""
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})
        try:
            found = _signatures(scope)
            body = await read(receive, self._clock)
        except Refused as refused:
            self._intake.count(refused.count)
            return await _answer(send, refused.status)
        taken = await self._intake.take(found, body)
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
        taken = await self._intake.take(signatures(headers), body)
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

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.shutdown":
                await self.drain()
            await send({"type": f"{event['type']}.complete"})
            if event["type"] == "lifespan.shutdown":
                return


def _signatures(scope: Scope) -> list[str]:
    """The `Authorization` headers, if this is a request that may bring a webhook.

    Raises:
        Refused: It may not.
    """
    if scope["method"] != "POST":
        raise Refused(WRONG_VERB, "unreadable")
    found: list[str] = []
    for name, value in scope["headers"]:
        key = name.lower()
        if key == b"authorization":
            found.append(value.decode("latin-1"))
        elif key == b"content-length" and len(value) > _DIGITS:
            raise Refused(TOO_LARGE, "unreadable")
    return found


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    if status == WRONG_VERB:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
