"""What `webhook listen` serves: each webhook is told, kept and handed on as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.errors import NexmoError, PayloadError, SignatureError
from nexmo_async.transport.base import Request
from nexmo_async.webhooks.body import Receive, Scope, read
from nexmo_async.webhooks.intake import (
    AGAIN,
    FORGED,
    OK,
    UNREADABLE,
    UNSIGNED,
    WRONG_VERB,
    Refused,
)
from nexmo_async.webhooks.parse import Event, parse
from nexmo_async.webhooks.signature import Secrets, the_only, verify

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nexmo_async.clock import Clock
    from nexmo_async.transport.base import Transport
    from nexmo_async.webhooks.app import Send

#: "unchecked": you gave no secret to check it with.
Signature = Literal["good", "unchecked", "bad"]


@attrs.frozen
class Heard:
    """One call, and what was made of it.

    Attributes:
        path: The address it came to.
        body: The raw bytes.
        authorization: The header. May be empty.
        signature: "good", "unchecked" or "bad".
        event: What it tells; None if it could not be read.
        problem: Why not, or why it is not believed. May be empty.
        answer: The status it is answered with.
    """

    path: str
    body: bytes = attrs.field(repr=False)
    authorization: str = attrs.field(repr=False)
    signature: Signature
    event: Event | None
    problem: str
    answer: int


def judge(
    path: str, body: bytes, signed: str, secrets: Secrets | None, now: float
) -> Heard:
    """Verify and read one call.

    Args:
        path: The address it came to.
        body: The raw bytes.
        signed: The `Authorization` header.
        secrets: Signature secrets by API key; None: it cannot be checked.
        now: Unix seconds.
    """
    signature: Signature = "unchecked" if secrets is None else "good"
    if secrets is not None:
        try:
            verify(body, signed, secrets, now=now)
        except SignatureError as why:
            answer = UNSIGNED if why.missing else FORGED
            return Heard(path, body, signed, "bad", None, why.what(), answer)
    try:
        event = parse(body)
    except PayloadError as why:
        return Heard(path, body, signed, signature, None, why.what(), UNREADABLE)
    return Heard(path, body, signed, signature, event, "", OK)


@attrs.define
class Listener:
    """A plain ASGI app that tells each webhook it gets.

    Args:
        tell: Awaited with each one, before it is answered.
        secrets: Signature secrets by API key; None: believe everybody.
        clock: What time is measured by.
        onward: The program that each one is handed on to; its answer is passed back,
            so that Nexmo calls again when that program could not.
    """

    tell: Callable[[Heard], Awaitable[object]]
    secrets: Secrets | None
    clock: Clock
    onward: Transport | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":
            await _answer(send, WRONG_VERB)
            return
        try:
            body = await read(receive, self.clock)
        except Refused as why:
            await _answer(send, why.status)
            return
        heard = judge(
            scope["path"], body, _signature(scope), self.secrets, self.clock.wall()
        )
        if heard.answer == OK and self.onward is not None:
            heard = await _hand_on(self.onward, heard)
        await self.tell(heard)
        await _answer(send, heard.answer)


async def _hand_on(onward: Transport, heard: Heard) -> Heard:
    request = Request(
        "POST", heard.path, heard.body, authorization=heard.authorization, timeout=14.0
    )
    try:
        response = await onward.send(request)
    except NexmoError as why:
        return attrs.evolve(heard, answer=AGAIN, problem=f"handed on: {why.what()}")
    return attrs.evolve(heard, answer=response.status)


def _signature(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    try:
        return the_only([value.decode("latin-1") for value in found])
    except SignatureError:
        return ""


_EMPTY: Final[Scope] = {"type": "http.response.body", "body": b""}


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(_EMPTY)
