"""The endpoint that Nexmo calls, as a plain ASGI app.

It answers as soon as the event is recorded and runs your handlers after that: Nexmo
waits for 15 seconds at most, and calls again only after a 429 or a 5xx.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import PayloadError, SignatureError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.webhooks.parse import Event, authorization, parse
from nexmo_async.webhooks.signature import (
    MAX_AGE,
    Secrets,
    check_secrets,
    pyjwt,
    verify,
)

if TYPE_CHECKING:
    from nexmo_async.receipts.store import ReceiptStore

# ASGI's own dictionaries are untyped by design: asgi.readthedocs.io, "Events".
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

#: Bytes of a body at most; a webhook has a few hundred.
MAX_BODY: Final = 1_048_576

#: Seconds that a body may take to come.
MAX_READ: Final = 10.0

#: What is answered. A 4xx other than 429 loses the event, a 5xx brings it again.
OK: Final = 200
UNREADABLE: Final = 400
FORGED: Final = 401
WRONG_VERB: Final = 405
TOO_SLOW: Final = 408
TOO_LARGE: Final = 413
#: A fault inside Nexmo may drop the signature: ask for the webhook again.
UNSIGNED: Final = 503
#: Our own failure to record it.
FAILED: Final = 503

_log: Final = logging.getLogger("nexmo_async.webhooks")


class _Refused(Exception):  # noqa: N818  an answer, not an error
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class WebhookApp:
    """The endpoint that Nexmo calls. Mount it in any ASGI application.

    One endpoint may take receipts, inbound messages and reports of all generations.

    Args:
        receipts: Where receipts are recorded: `nexmo.receipts`.
        secrets: Signature secrets by API key; several for one key if they are being
            exchanged.
        on_status: Awaited for each new receipt, after the answer.
        on_inbound: Awaited for each message from a person, after the answer.
        on_report: Awaited for each final report of a workflow, after the answer.
        max_age: Seconds that a webhook may be old; None: any age.
        clock: What time is measured by.

    Raises:
        ConfigurationError: There is no secret, or an empty one: anybody could call.
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
        clock: Clock | None = None,
    ) -> None:
        pyjwt()  # importing it while the first webhook waits would block the loop
        self._receipts = receipts
        self._secrets = check_secrets(secrets)
        self._on_status = on_status
        self._on_inbound = on_inbound
        self._on_report = on_report
        self._max_age = max_age
        self._clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one webhook."""
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})
        try:
            event = await self._admit(scope, receive)
            is_new = await self._record(event)
        except _Refused as refused:
            return await _answer(send, refused.status)
        await _answer(send, OK)
        if is_new:
            await self._hand_on(event)
        return None

    async def _admit(self, scope: Scope, receive: Receive) -> Event:
        if scope["method"] != "POST":
            raise _Refused(WRONG_VERB)
        try:
            async with self._clock.timeout(MAX_READ):
                body = await _read(receive)
        except TimeoutError:
            raise _Refused(TOO_SLOW) from None
        try:
            signature = authorization(_pairs(scope))
            now = self._clock.wall()
            verify(body, signature, self._secrets, now=now, max_age=self._max_age)
            return parse(body)
        except SignatureError as why:
            _log.warning("webhook refused", extra={"problem": why.problem})
            raise _Refused(UNSIGNED if why.missing else FORGED) from None
        except PayloadError as why:
            _log.warning("webhook unreadable", extra={"problem": why.problem})
            raise _Refused(UNREADABLE) from None

    async def _record(self, event: Event) -> bool:
        if not isinstance(event, Receipt):
            return True
        try:
            return await self._receipts.record(event)
        except Exception as why:
            _log.exception("webhook not recorded")
            raise _Refused(FAILED) from why

    async def _hand_on(self, event: Event) -> None:
        try:
            match event:
                case Receipt() if self._on_status:
                    await self._on_status(event)
                case Inbound() if self._on_inbound:
                    await self._on_inbound(event)
                case Report() if self._on_report:
                    await self._on_report(event)
                case _:
                    pass
        except Exception:  # noqa: BLE001  a handler's fault is not the sender's
            _log.exception("webhook handler failed")


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _Refused(TOO_SLOW)
        part: bytes = event.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise _Refused(TOO_LARGE)
        parts.append(part)
        more = event.get("more_body", False)
    return b"".join(parts)


def _pairs(scope: Scope) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
    ]


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    if status == WRONG_VERB:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
