"""Reading the body of a webhook: bounded in size and in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from types import coroutine
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.webhooks.intake import AGAIN, TOO_LARGE, Refused

if TYPE_CHECKING:
    from nexmo_async.clock import Clock

# ASGI's own dictionaries are untyped by design: asgi.readthedocs.io, "Events".
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]

#: Bytes of a body at most; a webhook has a few hundred.
MAX_BODY: Final = 1_048_576

#: Seconds that a body may take to come.
MAX_READ: Final = 10.0


async def read(receive: Receive, clock: Clock) -> bytes:
    """The whole body.

    Raises:
        Refused: It is too large, too slow, or was never finished.
    """
    reading = _parts(receive)
    # Most bodies are there already, with the headers: they are spared the timer.
    try:
        waits_for = reading.send(None)
    except StopIteration as whole:
        body: bytes = whole.value
        return body
    try:
        async with clock.timeout(MAX_READ):
            return await _go_on(reading, waits_for)
    except TimeoutError:
        # 408 is what it is, but would lose the event: only a 5xx brings it again.
        raise Refused(AGAIN, "failed") from None


async def _parts(receive: Receive) -> bytes:
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


@coroutine
def _go_on(
    begun: Coroutine[Any, Any, bytes], waits_for: object
) -> Generator[Any, Any, bytes]:
    """Await what has taken its first step: `await` would begin it a second time."""
    try:
        while True:
            try:
                answer = yield waits_for
            except BaseException as why:  # noqa: BLE001  a cancellation too is handed in
                waits_for = begun.throw(why)
            else:
                waits_for = begun.send(answer)
    except StopIteration as whole:
        body: bytes = whole.value
        return body
