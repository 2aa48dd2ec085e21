"""What can be done to a message that exists. Only v1 knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from nexmo_async.errors import MessageError, UnsupportedError
from nexmo_async.models.address import text

if TYPE_CHECKING:
    from nexmo_async.wire.limits import Api

#: The member of WhatsApp's dots that tell of an answer being written; they vanish with
#: it, or after 25 seconds.
_REPLYING: Final = {"show": True, "type": "text"}


def path(message_uuid: str, api: Api) -> str:
    """Where the message is found.

    Raises:
        UnsupportedError: This generation leaves messages as they are.
        MessageError: The id is none.
    """
    if api != "v1":
        raise UnsupportedError("message", "cannot be changed any more", api)
    if not text(message_uuid, "message"):
        raise MessageError("message", "is empty, write its message_uuid")
    return f"/v1/messages/{quote(message_uuid, safe='')}"


def encode_read(*, replying: bool) -> dict[str, object]:
    """Blue ticks, and perhaps the dots."""
    body: dict[str, object] = {"status": "read"}
    if replying:
        body["replying_indicator"] = _REPLYING
    return body


def encode_revoked() -> dict[str, object]:
    """It is not to be delivered any more."""
    return {"status": "revoked"}
