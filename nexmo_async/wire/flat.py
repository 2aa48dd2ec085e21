"""v1: addresses are texts, the content is a member named like its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.models.inbound import Inbound
from nexmo_async.models.message import Message, Raw
from nexmo_async.models.receipt import Part, Position, Receipt
from nexmo_async.wire import reading, whatsapp
from nexmo_async.wire.content import KINDS, spell
from nexmo_async.wire.heard import decode_content
from nexmo_async.wire.limits import check
from nexmo_async.wire.options import FLAT
from nexmo_async.wire.present import present

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Nexmo's name of a channel where it is not ours.
NAMES: Final[Mapping[str, str]] = {"viber": "viber_service"}


def encode(message: Message, client_ref: str | None) -> dict[str, object]:
    """The body of one message, or one entry of a failover list."""
    if isinstance(message, Raw):
        return raw(message, client_ref)
    check(message, "v1")
    channel = NAMES.get(message.channel, message.channel)
    kind = KINDS[type(message.content)]
    body: dict[str, object] = {
        "channel": channel,
        "message_type": kind,
        "to": message.to,
        "from": message.sender,
        kind: spell(message.content),
    }
    options = FLAT[type(message)](message, body)
    if options:
        body[channel] = options
    if client_ref is not None:
        body["client_ref"] = client_ref
    if message.webhook_url is not None:
        body["webhook_url"] = message.webhook_url
    if message.webhook_version is not None:
        body["webhook_version"] = message.webhook_version
    return body


def raw(message: Raw, client_ref: str | None) -> dict[str, object]:
    """The body as it was written, with the reference that its receipts need."""
    body = dict(message.content.custom)
    if message.client_ref is not None or "client_ref" not in body:
        body |= present(client_ref=client_ref)
    return body


def decode_receipt(body: Mapping[str, object]) -> Receipt:
    """A status webhook."""
    failure = reading.member(body, "error")
    workflow = reading.member(body, "workflow")
    uuid = reading.word(workflow, "workflow_id", "id") if workflow else ""
    sms = reading.member(body, "sms")
    # Most receipts are of other channels, and of no failure.
    chat = reading.member(body, "whatsapp")
    return Receipt(
        message_uuid=reading.word(body, "message_uuid"),
        status=reading.word(body, "status"),
        at=reading.moment(body),
        channel=reading.channel(reading.word(body, "channel")),
        to=reading.word(body, "to"),
        sender=reading.word(body, "from"),
        client_ref=reading.word(body, "client_ref") or None,
        code=_code(failure) if failure else None,
        reason=reading.word(failure, "detail") if failure else "",
        usage=reading.usage(body),
        workflow=_position(uuid, workflow) if uuid else None,
        network=reading.word(reading.member(body, "destination"), "network_code")
        or None,
        segments=reading.whole(sms, "count_total", "total_count"),
        parts=tuple(map(_part, reading.entries(sms, "segments"))),
        pricing=whatsapp.pricing(chat) if chat else None,
        conversation=whatsapp.conversation(chat) if chat else None,
        recipient=whatsapp.user(chat, "recipient") if chat else None,
        profile=whatsapp.profile(body),
        waba_id=whatsapp.account(chat) if chat else None,
        raw=body,
    )


def _code(failure: Mapping[str, object]) -> int | None:
    title, kind = reading.word(failure, "title"), reading.word(failure, "type")
    return reading.code(title) or reading.code(kind.partition("#")[2])


def _part(said: Mapping[str, object]) -> Part:
    return Part(
        status=reading.word(said, "status"),
        at=reading.moment(said),
        code=reading.code(reading.word(said, "error_code")),
    )


def _position(uuid: str, workflow: Mapping[str, object]) -> Position:
    return Position(
        uuid,
        item=reading.whole(workflow, "items_number", "item_number"),
        items=reading.whole(workflow, "items_total", "total_items"),
    )


def decode_inbound(body: Mapping[str, object]) -> Inbound:
    """An inbound webhook. An SMS may come without its kind: then it is a text."""
    kind = reading.word(body, "message_type") or "text"
    sms, on_whatsapp = reading.member(body, "sms"), reading.member(body, "whatsapp")
    return Inbound(
        message_uuid=reading.word(body, "message_uuid"),
        at=reading.moment(body),
        channel=reading.channel(reading.word(body, "channel")),
        to=reading.word(body, "to"),
        sender=reading.word(body, "from"),
        type=kind,
        text=reading.word(body, "text") or None,
        url=reading.word(reading.member(body, kind), "url") or None,
        content=decode_content(kind, body),
        context=whatsapp.context(body),
        context_status=reading.word(body, "context_status") or None,
        profile=whatsapp.profile(body),
        user=whatsapp.user(on_whatsapp, "sender"),
        waba_id=whatsapp.account(on_whatsapp),
        usage=reading.usage(body),
        network=reading.word(reading.member(body, "origin"), "network_code") or None,
        keyword=reading.word(sms, "keyword") or None,
        segments=reading.whole(sms, "num_messages", "count_total", "total_count"),
        participants=reading.words(reading.member(body, "mms"), "participants"),
        referral=whatsapp.referral(on_whatsapp),
        provider_message=reading.word(body, "provider_message") or None,
        region=whatsapp.region(body),
        raw=body,
    )
