"""The seam between what we say and how it travels."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.observe.events import Subject
from nexmo_async.observe.trail import current_subject

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Awaited once a request may go, before anything leaves; what it raises keeps it here.
Leaving = Callable[[], Awaitable[None]]

#: Seconds that `X-RateLimit-Reset` may lie ahead to be believed, and that a 429 closes
#: a key at most.
SANE: Final = 3600.0

#: Above that a moment is in milliseconds: in seconds it would be the year 5138.
_MILLISECONDS: Final = 1e11


@attrs.frozen
class Request:
    """One call to the API. Knows nothing of the library that will carry it.

    Attributes:
        method: "POST" or "PATCH".
        path: Where to, from the first slash on.
        body: The JSON, encoded once for all attempts.
        client_ref: The reference of the message, for errors and receipts. May be empty.
        authorization: The value of that header; a layer fills it in.
        timeout: Seconds that one attempt may take.
        deadline: The moment on the monotonic clock at which all of it must be over.
        sender: Who it is from, as limits count. May be empty.
        recipient: Who it is for, as limits count. May be empty.
        region: Where the message is kept that it concerns; empty: anywhere.
        leaving: Awaited before each attempt, once it may go: to write it down.
    """

    method: str
    path: str
    body: bytes = attrs.field(repr=False)
    client_ref: str = ""
    authorization: str = attrs.field(default="", repr=False)
    timeout: float = 30.0
    deadline: float = math.inf
    sender: str = ""
    recipient: str = ""
    region: str = ""
    leaving: Leaving | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def subject(self) -> Subject:
        """What events say that they are about: the send, if this belongs to one."""
        return current_subject() or Subject(
            self.method,
            self.path.partition("?")[0],
            self.client_ref,
            self.sender,
            self.recipient,
        )

    def signed(self, authorization: str) -> Request:
        """The same with that header: by hand, as each send passes here."""
        return Request(
            self.method,
            self.path,
            self.body,
            self.client_ref,
            authorization,
            self.timeout,
            self.deadline,
            self.sender,
            self.recipient,
            self.region,
            self.leaving,
        )


@attrs.frozen
class Response:
    """One answer, whatever its status.

    Attributes:
        status: The HTTP status.
        headers: The headers, their names in lower case.
        body: The whole body.
        note: What a layer found out about it, for people. May be empty.
        settled: The message that a receipt named, where no answer came. May be empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)
    note: str = ""
    settled: str = ""


class Transport(Protocol):
    """Carries requests. Adapters end here; layers hold another one inside."""

    async def send(self, request: Request) -> Response:
        """Send once.

        Raises:
            NotSentError: Not one byte of the body left, so there is no message.
            UnknownOutcomeError: It left, at least in part, and no answer came.
        """
        ...

    async def aclose(self) -> None:
        """Give everything back. May be called again."""
        ...


def server_time(response: Response) -> float | None:
    """Unix seconds on the server's clock, from the `Date` header."""
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


def retry_after(response: Response, now: float) -> float | None:
    """Seconds that the answer asks to stay quiet; None if it does not, legibly.

    `Retry-After` holds seconds or a date (RFC 9110, 10.2.3). `X-RateLimit-Reset` is
    read where that is missing: the vendor calls it Unix seconds and shows milliseconds.

    Args:
        response: The answer. Its own `Date` is what a moment is compared with.
        now: Unix seconds, for an answer without a date.
    """
    written = response.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    sent_at = server_time(response)
    if sent_at is not None:
        now = sent_at
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - now)
    except (ValueError, OverflowError):
        return None if written else _until_reset(response, now)


def _until_reset(response: Response, now: float) -> float | None:
    written = response.headers.get("x-ratelimit-reset", "").strip()
    if not (written.isascii() and written.isdigit()):
        return None
    moment = float(written[:18])
    if moment > _MILLISECONDS:
        moment /= 1000
    left = moment - now
    return left if 0 <= left <= SANE else None
