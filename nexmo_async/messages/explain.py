"""Where the time of one message went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.observe.events import (
    Answered,
    Ended,
    Repeated,
    Settled,
    Throttled,
)
from nexmo_async.observe.masks import masked, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nexmo_async.models.message import Message
    from nexmo_async.models.receipt import Receipt
    from nexmo_async.observe.events import Event
    from nexmo_async.observe.trail import Trail

#: Said where nobody observed the send.
UNSEEN: Final = "What came before is noted for a client with observers, of any kind."

#: Said before the first receipt.
SILENT: Final = "No receipt so far."

#: Which parts of a send each sum counts.
SUMS: Final = ("queued", "network", "back-off", "settling")


@attrs.frozen(kw_only=True)
class Part:
    """A part of a message's time, or a moment of it.

    Attributes:
        what: "queued", "network", "back-off", "settling", "accepted"; or the status of
            a receipt.
        at: Seconds from the beginning of the send to that of this part. A receipt's is
            by Nexmo's clock; None where it cannot be known.
        took: Seconds it took; None for a moment.
        detail: The HTTP status, the problem, the code of a failure. May be empty.
    """

    what: str
    at: float | None
    took: float | None = None
    detail: str = ""

    def __str__(self) -> str:
        """One line."""
        at = " " * 12 if self.at is None else f"{self.at:10.3f} s"
        took = "" if self.took is None else f"{self.took:.3f} s"
        return f"{at}  {self.what:<13} {took:>10}  {self.detail}".rstrip()


@attrs.frozen(kw_only=True)
class Explanation:
    """Where the time of one message went. `str()` of it is a table.

    Attributes:
        channel: Its channel.
        to: Its recipient, masked.
        took: Seconds until it was accepted; None if nobody observed.
        parts: What it went through until then.
        receipts: What was told of it so far.
    """

    channel: str
    to: str
    took: float | None
    parts: tuple[Part, ...]
    receipts: tuple[Part, ...]

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of each kind: where `took` went; empty if nobody observed.

        "queued": your own limits kept it back. "network": between the attempts and
        their answers. "back-off": between an answer and the next attempt. "settling":
        a receipt was waited for, as no clear answer came. "own": what is left, this
        package and a busy event loop.
        """
        if self.took is None:
            return {}
        sums = {
            kind: sum(part.took or 0.0 for part in self.parts if part.what == kind)
            for kind in SUMS
        }
        return sums | {"own": max(0.0, self.took - sum(sums.values()))}

    def as_dict(self) -> dict[str, object]:
        """The same for machines."""
        return {**attrs.asdict(self), "seconds": self.seconds}

    def __str__(self) -> str:
        """A line for each part, and where the time went."""
        shares = ", ".join(
            f"{kind} {seconds:.3f} s" for kind, seconds in self.seconds.items()
        )
        sums = UNSEEN if self.took is None else f"{self.took:.3f} s: {shares}"
        told = self.receipts or (SILENT,)
        title = f"{self.channel} to {self.to}"
        return "\n".join(map(str, (title, *self.parts, sums, *told)))


def explanation(
    message: Message, trail: Trail | None, history: Sequence[Receipt]
) -> Explanation:
    """What is known of one message."""
    told = [] if trail is None else trail.told
    ends = [event.took for _, event in told if isinstance(event, Ended)]
    return Explanation(
        channel=message.channel,
        to=masked(message.to),
        took=ends[0] if ends else None,
        parts=tuple(_parts(told)),
        receipts=tuple(_told(receipt, trail) for receipt in history),
    )


def _parts(told: Iterable[tuple[float, Event]]) -> Iterator[Part]:
    since = 0.0  # when the part before was over
    for now, event in told:
        part = _part(now, since, event)
        if part is not None:
            yield part
            since = (part.at or 0.0) + (part.took or 0.0)


def _part(now: float, since: float, event: Event) -> Part | None:
    match event:
        case Throttled(waited=took):
            return Part(what="queued", at=now - took, took=took)
        case Answered(subject=subject, took=took, status=status):
            detail = str(status or without(subject, event.problem))
            return Part(what="network", at=now - took, took=took, detail=detail)
        case Repeated(wait=wait):
            return Part(what="back-off", at=now, took=wait)
        case Settled(message_uuid=uuid):
            detail = "a receipt came" if uuid else "none came"
            return Part(what="settling", at=since, took=now - since, detail=detail)
        case Ended(outcome=outcome, message_uuid=uuid):
            return Part(what=outcome, at=now, detail=uuid)
        case _:
            return None


def _told(receipt: Receipt, trail: Trail | None) -> Part:
    at = None
    if receipt.at is not None and trail is not None:
        at = receipt.at.timestamp() - trail.at
    detail = f"{receipt.code or ''} {receipt.reason}".strip()
    return Part(what=receipt.status, at=at, detail=detail)
