"""beta and v0.1: addresses are objects, the content lies inside the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.models.content import Template
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.message import Message, Raw
from nexmo_async.models.receipt import Position, Receipt
from nexmo_async.wire import flat, reading
from nexmo_async.wire.content import KINDS, spell
from nexmo_async.wire.heard import decode_content
from nexmo_async.wire.limits import Api, check
from nexmo_async.wire.options import nested_options

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Nexmo's name of a channel where it is not ours.
NAMES: Final[Mapping[str, str]] = {"viber": "viber_service_msg"}

#: Which member holds the address of the recipient and of the sender.
ADDRESSES: Final[Mapping[str, tuple[str, str]]] = {
    "sms": ("number", "number"),
    "mms": ("number", "number"),
    "whatsapp": ("number", "number"),
    "messenger": ("id", "id"),
    "viber": ("number", "id"),
}


def encode(message: Message, api: Api, client_ref: str | None) -> dict[str, object]:
    """The body of one message, or one step of a workflow without its condition."""
    if isinstance(message, Raw):
        return flat.raw(message, client_ref if api != "beta" else None)
    check(message, api)
    channel = NAMES.get(message.channel, message.channel)
    to, sender = ADDRESSES[message.channel]
    said: dict[str, object] = {"content": _content(message, api)}
    options = nested_options(message, api)
    if options:
        said[channel] = options
    body: dict[str, object] = {
        "to": {"type": channel, to: message.to},
        "from": {"type": channel, sender: message.sender},
        "message": said,
    }
    if api != "beta" and client_ref is not None:
        body["client_ref"] = client_ref
    return body


def _content(message: Message, api: Api) -> dict[str, object]:
    content = message.content
    kind = KINDS[type(content)]
    spelled = spell(content)
    if isinstance(content, Template) and content.parameters and api == "beta":
        spelled = {
            "name": content.name,
            "parameters": [{"default": value} for value in content.parameters],
        }
    return {"type": kind, kind: spelled}


def decode_receipt(body: Mapping[str, object]) -> Receipt:
    """A status webhook."""
    to, sender = reading.member(body, "to"), reading.member(body, "from")
    failure = reading.member(body, "error")
    workflow = reading.member(reading.member(body, "_links"), "workflow")
    uuid = reading.word(workflow, "workflow_uuid", "dispatch_uuid")
    return Receipt(
        message_uuid=reading.word(body, "message_uuid"),
        status=reading.word(body, "status"),
        at=reading.moment(body),
        channel=reading.channel(reading.word(to, "type")),
        to=reading.word(to, "number", "id"),
        sender=reading.word(sender, "number", "id"),
        client_ref=reading.word(body, "client_ref") or None,
        code=reading.code(reading.word(failure, "code")),
        reason=reading.word(failure, "reason"),
        usage=reading.usage(body),
        workflow=Position(uuid) if uuid else None,
        raw=body,
    )


def decode_inbound(body: Mapping[str, object]) -> Inbound:
    """An inbound webhook."""
    to, sender = reading.member(body, "to"), reading.member(body, "from")
    message = reading.member(body, "message")
    content = reading.member(message, "content")
    kind = reading.word(content, "type")
    return Inbound(
        message_uuid=reading.word(body, "message_uuid"),
        at=reading.moment(body),
        channel=reading.channel(reading.word(to, "type")),
        to=reading.word(to, "number", "id"),
        sender=reading.word(sender, "number", "id"),
        type=kind,
        text=reading.word(content, "text") or None,
        url=reading.word(reading.member(content, kind), "url") or None,
        content=decode_content(kind, content),
        usage=reading.usage(body),
        segments=reading.whole(reading.member(message, "sms"), "num_messages"),
        raw=body,
    )
