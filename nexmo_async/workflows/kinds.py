"""What kind of failure it was: errors of a send, codes of a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.errors import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NotSentError,
    RateLimitError,
    RefusedError,
    RequestError,
    ThrottledError,
)
from nexmo_async.models.codes import failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.models.condition import Kind
    from nexmo_async.models.receipt import Receipt

#: The kind of an error that a send raises; the first that fits.
ERRORS: Final[Sequence[tuple[type[NexmoError], Kind]]] = (
    (MessageError, "content"),
    (NotSentError, "temporary"),
    (ThrottledError, "temporary"),
    (RateLimitError, "temporary"),
    (AuthenticationError, "account"),
    (LowBalanceError, "account"),
    (ForbiddenError, "account"),
    (RequestError, "content"),
    (RefusedError, "unclear"),
)

#: Codes that speak of the way to people: not of one of them, nor of a text.
WAY: Final = frozenset({1030, 1100, 1230, 1250, 1260, 1280, 1282, 1330, 1331, 1490})

#: HTTP statuses from here on are the server's fault.
SERVER_ERROR: Final = 500


def kind_of_code(code: int | None) -> Kind:
    """The kind of a receipt's code; without one nothing speaks for trying again."""
    return "permanent" if code is None else failure(code).kind


def blames_channel(receipt: Receipt) -> bool:
    """Whether a failure is held against the channel."""
    if receipt.code is None or not failure(receipt.code).meaning:
        return receipt.status == "undeliverable"
    return receipt.code in WAY


def kind_of_error(error: NexmoError) -> Kind:
    """The kind of an error that a send raised."""
    for type_, kind in ERRORS:
        if isinstance(error, type_):
            return kind
    return "unclear"
