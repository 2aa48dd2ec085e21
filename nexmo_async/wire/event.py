"""Which webhook is this? Both generations may call the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.errors import PayloadError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.wire import flat, nested, reading
from nexmo_async.wire.codec import loads
from nexmo_async.wire.workflow import decode_report

if TYPE_CHECKING:
    from collections.abc import Mapping

Event = Receipt | Inbound | Report

#: Who reads it, by whether its addresses are objects (beta, v0.1) or texts (v1).
_RECEIPT: Final = {True: nested.decode_receipt, False: flat.decode_receipt}
_INBOUND: Final = {True: nested.decode_inbound, False: flat.decode_inbound}


def decode_event(body: bytes) -> Event:
    """What the webhook tells.

    An unknown channel, kind, status or member is kept as it came.

    Raises:
        PayloadError: It is no JSON object, or neither of the three kinds of event.
    """
    try:
        said = reading.as_object(loads(body))
    except ValueError as why:
        raise PayloadError(f"the body is no JSON: {why}") from None
    if said is None:
        raise PayloadError("the body is JSON, but no object")
    return _event(said)


def _event(said: Mapping[str, object]) -> Event:
    if "template" in said and "message_uuid" not in said:
        return decode_report(said)
    if not reading.word(said, "message_uuid"):
        raise PayloadError("the body names no message_uuid")
    is_nested = reading.as_object(said.get("to")) is not None
    if isinstance(said.get("status"), str):
        return _RECEIPT[is_nested](said)
    return _INBOUND[is_nested](said)
