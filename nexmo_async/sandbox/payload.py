"""What the account hears, spelled as either format spells it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import attrs

from nexmo_async.sandbox import codes
from nexmo_async.sandbox.life import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.sandbox.store import Api, Event, Format, Message, Workflow

#: What every charged message costs in the sandbox.
PRICE: Final = Decimal("0.0333")
CURRENCY: Final = "EUR"

#: The status at which a channel charges. (Messages API, message status.)
CHARGED_AT: Final[Mapping[str, str]] = {
    "sms": "submitted",
    "mms": "submitted",
    "rcs": "delivered",
    "whatsapp": "delivered",
    "messenger": "delivered",
    "viber": "delivered",
    "email": "delivered",
}

#: Channels whose status names the network. (Messages v1 spec.)
NAMES_NETWORK: Final = frozenset({"sms", "mms", "rcs"})
NETWORK: Final = "23410"

#: What each format calls the one channel that has many names. (v0.1 and v1 specs.)
NESTED_NAME: Final[Mapping[str, str]] = {"viber": "viber_service_msg"}
FLAT_NAME: Final[Mapping[str, str]] = {"viber": "viber_service"}

#: Under which key v0.1 writes recipient and sender. (Messages v0.1 spec.)
ADDRESS_KEY: Final[Mapping[str, tuple[str, str]]] = {
    "sms": ("number", "number"),
    "mms": ("number", "number"),
    "whatsapp": ("number", "number"),
    "messenger": ("id", "id"),
    "viber_service_msg": ("number", "id"),
}

#: The member that carries a workflow's id. (Workflows beta and Dispatch v0.1 specs.)
WORKFLOW_KEY: Final[Mapping[Api, str]] = {
    "beta": "workflow_uuid",
    "v0.1": "dispatch_uuid",
}

#: The alphabet of a plain SMS, and its letters that take two places. (GSM 03.38.)
GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE: Final = frozenset("\f^{}\\[~]|€")


def status(message: Message, event: Event, form: Format) -> dict[str, object]:
    """The body of a status webhook."""
    body = (_status_v1 if form == "v1" else _status_v01)(message, event)
    if message.client_ref is not None:
        body["client_ref"] = message.client_ref
    if event.status == CHARGED_AT[PLAIN[message.channel]]:
        body["usage"] = _usage(PRICE)
    return body


def report(workflow: Workflow, at: datetime) -> dict[str, object]:
    """The body of a final report."""
    bills = [_bill(message) for message in workflow.messages]
    return {
        WORKFLOW_KEY[workflow.api]: workflow.workflow_id,
        "template": "failover",
        "status": workflow.status,
        "timestamp": _millis(at),
        "usage": _usage(sum(bills, Decimal(0))),
        "_links": {
            "messages": [
                {
                    "message_uuid": message.message_uuid,
                    "href": f"/messages/{message.message_uuid}",
                    "channel": message.channel,
                    "usage": _usage(bill),
                    "status": message.status,
                }
                for message, bill in zip(workflow.messages, bills, strict=True)
            ]
        },
    }


@attrs.frozen(kw_only=True)
class Inbound:
    """What somebody wrote to the account."""

    channel: str
    sender: str
    to: str
    text: str
    at: datetime
    message_uuid: str = attrs.field(factory=lambda: str(uuid4()))


def inbound(said: Inbound, form: Format) -> dict[str, object]:
    """The body of an inbound webhook."""
    return (_inbound_v1 if form == "v1" else _inbound_v01)(said)


def segments(text: str, encoding: str | None = None) -> int:
    """How many SMS a text takes.

    Args:
        text: The text.
        encoding: `text`, `unicode`, or anything else to find out.
    """
    narrow = GSM | GSM_DOUBLE
    if encoding == "unicode" or (encoding != "text" and not narrow.issuperset(text)):
        return _parts(len(text.encode("utf-16-le", "surrogatepass")) // 2, 70, 67)
    return _parts(len(text) + sum(letter in GSM_DOUBLE for letter in text), 160, 153)


def _status_v01(message: Message, event: Event) -> dict[str, object]:
    body: dict[str, object] = {
        "message_uuid": message.message_uuid,
        **_parties(message.channel, message.to, message.sender),
        "timestamp": _millis(event.at),
        "status": event.status,
    }
    if event.code is not None:
        body["error"] = {"code": event.code, "reason": codes.reason(event.code)}
    if message.place is not None and message.api in WORKFLOW_KEY:
        identity = message.place.workflow_id
        body["_links"] = {
            "workflow": {
                WORKFLOW_KEY[message.api]: identity,
                "href": f"/workflows/{identity}",
            }
        }
    return body


def _status_v1(message: Message, event: Event) -> dict[str, object]:
    plain = PLAIN[message.channel]
    body: dict[str, object] = {
        "message_uuid": message.message_uuid,
        "to": message.to,
        "from": message.sender,
        "timestamp": _seconds(event.at),
        "status": event.status,
        "channel": FLAT_NAME.get(plain, plain),
    }
    if event.code is not None:
        body["error"] = {
            "type": f"https://developer.vonage.com/api-errors/messages#{event.code}",
            "title": str(event.code),
            "detail": codes.reason(event.code),
            "instance": uuid4().hex,
        }
    if plain in NAMES_NETWORK:
        body["destination"] = {"network_code": NETWORK}
    if plain == "sms":
        count = segments(message.draft.text, message.draft.encoding)
        body["sms"] = {"count_total": str(count)}
    if message.place is not None:
        body["workflow"] = {
            "workflow_id": message.place.workflow_id,
            "items_number": str(message.place.number),
            "items_total": str(message.place.total),
        }
    return body


def _inbound_v01(said: Inbound) -> dict[str, object]:
    body: dict[str, object] = {
        "message_uuid": said.message_uuid,
        # The person's number or id is the sender's here: the keys change sides.
        **_parties(said.channel, said.to, said.sender, inbound=True),
        "timestamp": _millis(said.at),
    }
    message: dict[str, object] = {"content": {"type": "text", "text": said.text}}
    if said.channel == "sms":
        message["sms"] = {"num_messages": str(segments(said.text))}
        body["usage"] = _usage(PRICE)
    return {**body, "message": message}


def _inbound_v1(said: Inbound) -> dict[str, object]:
    body: dict[str, object] = {
        "channel": FLAT_NAME.get(PLAIN[said.channel], said.channel),
        "message_uuid": said.message_uuid,
        "to": said.to,
        "from": said.sender,
        "timestamp": _seconds(said.at),
        "message_type": "text",
        "text": said.text,
    }
    if said.channel == "sms":
        words = said.text.split()
        body["sms"] = {
            "num_messages": str(segments(said.text)),
            "keyword": words[0].upper() if words else "",
        }
        body["usage"] = _usage(PRICE)
        body["origin"] = {"network_code": NETWORK}
    if said.channel == "whatsapp":
        body["context_status"] = "none"
        body["profile"] = {"name": said.sender}
    return body


def _parties(
    channel: str, to: str, sender: str, *, inbound: bool = False
) -> dict[str, object]:
    name = NESTED_NAME.get(PLAIN[channel], channel)
    person, business = ADDRESS_KEY.get(name, ("number", "number"))
    to_key, from_key = (business, person) if inbound else (person, business)
    return {
        "to": {"type": name, to_key: to},
        "from": {"type": name, from_key: sender},
    }


def _bill(message: Message) -> Decimal:
    at = CHARGED_AT[PLAIN[message.channel]]
    charged = any(event.status == at for event in message.events)
    return PRICE if charged else Decimal(0)


def _usage(price: Decimal) -> dict[str, str]:
    return {"price": str(price), "currency": CURRENCY}


def _parts(places: int, alone: int, joined: int) -> int:
    return 1 if places <= alone else -(-places // joined)


def _millis(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _seconds(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
