"""What an answer that is not a yes means.

By status and title, never by the number at the end of a problem's `type`: those
collide with the codes of receipts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.errors import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    NexmoError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.wire import reading
from nexmo_async.wire.codec import loads

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What each status says about the request. Others below 500 are plain refusals.
REFUSALS: Final[Mapping[int, type[RefusedError]]] = {
    400: RequestError,
    401: AuthenticationError,
    402: LowBalanceError,
    403: ForbiddenError,
    404: NotFoundError,
    405: RequestError,
    406: RequestError,
    413: RequestError,
    415: RequestError,
    422: RequestError,
    429: RateLimitError,
    451: ForbiddenError,
}

_SERVER_ERROR: Final = 500
_UNAVAILABLE: Final = 503
#: How much of a body that is no problem document is worth showing.
_GLIMPSE: Final = 200


def decode_problem(  # noqa: PLR0913  the facts of an answer
    status: int,
    body: bytes,
    *,
    retry_after: float | None = None,
    client_ref: str = "",
    hint: str = "",
    request_id: str = "",
) -> NexmoError:
    """The error that this answer stands for.

    Args:
        status: The HTTP status, which is not a success.
        body: The body: a problem document, HTML or nothing at all.
        retry_after: Seconds that the answer asks to stay quiet, if it does.
        client_ref: The reference of the message concerned.
        hint: What this package found out by itself.
        request_id: What Nexmo calls this very request.
    """
    problem = _problem(body)
    busy = status == _UNAVAILABLE and retry_after is not None
    if status >= _SERVER_ERROR and not busy:
        said = reading.word(problem, "title", "detail") or "Internal error"
        return UnknownOutcomeError(client_ref, f"{status} {said}", status)
    kind = RateLimitError if busy else REFUSALS.get(status, RefusedError)
    error = kind(
        status,
        reading.word(problem, "title"),
        reading.word(problem, "detail"),
        reading.word(problem, "instance"),
        tuple(
            (reading.word(entry, "name"), reading.word(entry, "reason"))
            for entry in reading.entries(problem, "invalid_parameters")
        ),
        hint,
        request_id,
    )
    if isinstance(error, RateLimitError):
        error.retry_after = retry_after
    return error


def _problem(body: bytes) -> Mapping[str, object]:
    try:
        said = loads(body)
    except ValueError:
        glimpse = body[:_GLIMPSE].decode(errors="replace").strip()
        return {} if glimpse.startswith("<") else {"detail": " ".join(glimpse.split())}
    return reading.as_object(said) or reading.NOTHING
