"""The seam between what we say and how it travels."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    """

    method: str
    path: str
    body: bytes = attrs.field(repr=False)
    client_ref: str = ""
    authorization: str = attrs.field(default="", repr=False)
    timeout: float = 30.0


@attrs.frozen
class Response:
    """One answer, whatever its status.

    Attributes:
        status: The HTTP status.
        headers: The headers, their names in lower case.
        body: The whole body.
        note: What a layer found out about it, for people. May be empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)
    note: str = ""


class Transport(Protocol):
    """Carries requests. Adapters end here; layers hold another one inside."""

    async def send(self, request: Request) -> Response:
        """Send once.

        Raises:
            NotSentError: Not one byte of the request left.
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

    Args:
        response: The answer; `Retry-After` holds seconds or a date (RFC 9110, 10.2.3).
        now: Unix seconds, to turn a date into a distance.
    """
    written = response.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - now)
    except (ValueError, OverflowError):
        return None
