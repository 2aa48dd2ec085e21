"""What happens to one webhook, whoever carries it: verified, recorded, handed on."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.errors import PayloadError, SignatureError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.webhooks.parse import Event, parse
from nexmo_async.webhooks.signature import Secrets, the_only, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import Clock
    from nexmo_async.receipts.store import ReceiptStore

#: What is answered. A 4xx other than 429 loses the event, a 5xx brings it again.
OK: Final = 200
UNREADABLE: Final = 400
FORGED: Final = 401
WRONG_VERB: Final = 405
TOO_LARGE: Final = 413
#: A fault inside Nexmo may drop the signature: ask for the webhook again.
UNSIGNED: Final = 503
#: Our own: it could not be recorded, its body did not come, or handlers are behind.
AGAIN: Final = 503

#: Digits of a number that a log may show.
_SHOWN: Final = 3

_log: Final = logging.getLogger("nexmo_async.webhooks")

Handler = Callable[..., Awaitable[object]]


@attrs.frozen(kw_only=True)
class Statistics:
    """What became of the webhooks so far.

    Attributes:
        taken: Recorded, and new.
        doubles: Recorded before.
        unsigned: Bore no signature.
        forged: Bore one that is not Nexmo's.
        unreadable: Signed, but no event.
        failed: Could not be recorded, or did not come in time: to be sent again.
        full: Came while too many handlers were running: to be sent again.
        raised: Handlers that raised.
        running: Handlers that are running now.
    """

    taken: int = 0
    doubles: int = 0
    unsigned: int = 0
    forged: int = 0
    unreadable: int = 0
    failed: int = 0
    full: int = 0
    raised: int = 0
    running: int = 0


class Refused(Exception):  # noqa: N818  an answer, not an error
    """Answered with something else than 200."""

    def __init__(self, status: int, count: str) -> None:
        super().__init__(status, count)
        self.status = status
        self.count = count


@attrs.frozen
class Taken:
    """What to answer, and what is left to do after that."""

    status: int
    event: Event | None = None
    handler: Handler | None = None


_RECORDED: Final = Taken(OK)


@attrs.define(kw_only=True)
class Intake:
    """Takes webhooks. Nothing runs that its caller does not wait for."""

    receipts: ReceiptStore
    secrets: Secrets = attrs.field(repr=False)
    handlers: dict[type, Handler | None]
    max_age: float | None
    unsigned: int
    forged: int
    backlog: int
    clock: Clock
    _counts: dict[str, int] = attrs.field(factory=dict[str, int])
    _running: int = 0
    _idle: asyncio.Event | None = None

    def statistics(self) -> Statistics:
        """What became of the webhooks so far."""
        return Statistics(**self._counts, running=self._running)

    def count(self, kind: str) -> None:
        """Count one more of a kind."""
        self._counts[kind] = self._counts.get(kind, 0) + 1

    async def drain(self) -> None:
        """Wait until no handler is running."""
        while self._running:
            if self._idle is None:
                self._idle = asyncio.Event()
            await self._idle.wait()

    async def take(self, signatures: Sequence[str], body: bytes) -> Taken:
        """Record the event. Answer with the status, then `finish`."""
        try:
            event = self._admit(signatures, body)
            handler = self._reserve(event)
        except Refused as refused:
            self.count(refused.count)
            return Taken(refused.status)
        try:
            is_new = await self.receipts.record(event)
        except Exception as why:  # noqa: BLE001  whatever a store raises, it is our own fault
            self._release(handler)
            _log.error("webhook not recorded: %s", _story(why, event))
            self.count("failed")
            return Taken(AGAIN)
        except BaseException:  # the caller is cancelled
            self._release(handler)
            raise
        self.count("taken" if is_new else "doubles")
        if handler is None or not is_new:
            self._release(handler)
            return _RECORDED
        return Taken(OK, event, handler)

    async def finish(self, taken: Taken) -> None:
        """Run the handler, if there is one. Also when the answer could not be sent."""
        if taken.event is None or taken.handler is None:
            return
        try:
            await self._hand_on(taken.event, taken.handler)
        finally:
            self._release(taken.handler)

    def _admit(self, signatures: Sequence[str], body: bytes) -> Event:
        try:
            signature = the_only(signatures)
            now = self.clock.wall()
            verify(body, signature, self.secrets, now=now, max_age=self.max_age)
            return parse(body)
        except SignatureError as why:
            _log.warning("webhook refused", extra={"problem": why.problem})
            if why.missing:
                raise Refused(self.unsigned, "unsigned") from None
            raise Refused(self.forged, "forged") from None
        except PayloadError as why:
            _log.warning("webhook unreadable", extra={"problem": why.problem})
            raise Refused(UNREADABLE, "unreadable") from None
        except Exception as why:
            _log.exception("webhook failed")
            raise Refused(AGAIN, "failed") from why

    def _reserve(self, event: Event) -> Handler | None:
        handler = self.handlers[type(event)]
        if handler is not None:
            if self._running >= self.backlog:
                _log.warning("webhook handlers full", extra={"backlog": self.backlog})
                raise Refused(AGAIN, "full")
            self._running += 1
        return handler

    def _release(self, handler: Handler | None) -> None:
        if handler is not None:
            self._running -= 1
            if not self._running and self._idle is not None:
                self._idle.set()
                self._idle = None

    async def _hand_on(self, event: Event, handler: Handler) -> None:
        try:
            await handler(event)
        except Exception as why:  # noqa: BLE001  a handler's fault is not the sender's
            self.count("raised")
            _log.error("webhook handler failed: %s", _story(why, event))


def _story(why: Exception, event: Event) -> str:
    """The traceback, without the numbers of people."""
    story = "".join(traceback.format_exception(why))
    if isinstance(event, Receipt | Inbound):
        for number in (event.to, event.sender):
            if len(number) > _SHOWN:
                story = story.replace(number, f"...{number[-_SHOWN:]}")
    return story


def table(
    on_status: Callable[[Receipt], Awaitable[object]] | None,
    on_inbound: Callable[[Inbound], Awaitable[object]] | None,
    on_report: Callable[[Report], Awaitable[object]] | None,
) -> dict[type, Handler | None]:
    """Who handles what."""
    return {Receipt: on_status, Inbound: on_inbound, Report: on_report}
