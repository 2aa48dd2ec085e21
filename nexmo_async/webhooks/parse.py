"""From a webhook's bytes to an event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import MessageError, PayloadError, ReplayError, SignatureError
from nexmo_async.webhooks.signature import (
    MAX_AGE,
    Secrets,
    signatures,
    the_only,
    verify,
)
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.event import Event, decode_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.webhooks.seen import Seen

__all__ = ["Event", "parse", "unwrap"]

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def parse(body: bytes) -> Event:
    """Read a webhook: a `Receipt`, an `Inbound` or a `Report`.

    Both generations are read; what is unknown is kept as it came.

    Raises:
        PayloadError: The body is no event.
    """
    event = decode_event(body)
    # Half a character can be read by some, but written down by nobody.
    if b"\\u" in body and _SURROGATE.search(body):
        try:
            dumps(event.raw)
        except MessageError:
            raise PayloadError("the body holds half a character") from None
    return event


def unwrap(  # noqa: PLR0913  each is one choice of the user
    body: bytes,
    headers: Mapping[str, str],
    secrets: Secrets,
    *,
    max_age: float | None = MAX_AGE,
    seen: Seen | None = None,
    clock: Clock | None = None,
) -> Event:
    """Verify a webhook, then read it: a `Receipt`, an `Inbound` or a `Report`.

    Args:
        body: The raw bytes, before anything parsed them.
        headers: The request's headers; how their names are written does not matter.
        secrets: Signature secrets by API key; several for one key if they are being
            exchanged.
        max_age: Seconds that it may be old; None: any age.
        seen: Remembers signatures, so that none counts twice: a `MemorySeen`.
        clock: What its age is measured by.

    Raises:
        SignatureError: Nexmo did not sign this body with a secret of yours.
        ReplayError: This very webhook came before.
        PayloadError: The body is no event.
    """
    now = (clock or SystemClock()).wall()
    signature = the_only(signatures(headers.items()))
    claims = verify(body, signature, secrets, now=now, max_age=max_age)
    event = parse(body)
    if seen is not None:
        _refuse_replay(seen, claims.get("jti"))
    return event


def _refuse_replay(seen: Seen, jti: object) -> None:
    if not isinstance(jti, str) or not jti:
        raise SignatureError("the signature has no id to be known by")
    if not seen.first(jti):
        raise ReplayError("this webhook came before")
