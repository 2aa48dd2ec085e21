"""From a webhook's bytes to an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nexmo_async.clock import Clock, SystemClock
from nexmo_async.errors import SignatureError
from nexmo_async.webhooks.signature import MAX_AGE, Secrets, verify
from nexmo_async.wire.event import Event, decode_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Event", "parse", "unwrap"]

parse = decode_event


def unwrap(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Secrets,
    *,
    max_age: float | None = MAX_AGE,
    clock: Clock | None = None,
) -> Event:
    """Verify a webhook, then read it: a `Receipt`, an `Inbound` or a `Report`.

    Args:
        body: The raw bytes, before anything parsed them.
        headers: The request's headers; how their names are written does not matter.
        secrets: Signature secrets by API key; several for one key if they are being
            exchanged.
        max_age: Seconds that it may be old; None: any age.
        clock: What its age is measured by.

    Raises:
        SignatureError: Nexmo did not sign this body with a secret of yours.
        PayloadError: The body is no event.
    """
    now = (clock or SystemClock()).wall()
    verify(body, authorization(headers.items()), secrets, now=now, max_age=max_age)
    return decode_event(body)


def authorization(headers: Iterable[tuple[str, str]]) -> str:
    """The `Authorization` header among these pairs; empty if there is none.

    Raises:
        SignatureError: There are two: nobody can say which one was checked before.
    """
    found = [value for name, value in headers if name.lower() == "authorization"]
    if len(found) > 1:
        raise SignatureError("the webhook bears two signatures")
    return found[0] if found else ""
