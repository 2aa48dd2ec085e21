"""What the account hears of its messages, in either format."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from nexmo_async.sandbox import codes, gsm
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.spelling import (
    NETWORK,
    PRICE,
    WABA,
    flat_name,
    millis,
    parties,
    seconds,
    usage,
    whatsapp_user,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.sandbox.records import Api, Event, Format, Message, Workflow

#: The status at which a channel charges. (Messages API, message status.) Email is not
#: named there; it is charged like the other channels of the internet.
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

#: Statuses that come from the networks, one for each part of a long SMS.
CONFIRMED: Final = frozenset({"delivered", "rejected"})

#: What WhatsApp calls a message, and how it is priced: business begins with a
#: template, all else answers. (Messages v1 spec.)
TEMPLATE: Final = ("utility", "regular")
ANSWER: Final = ("service", "free_customer_service")

#: v1 leaves the price of WhatsApp to the provider: each message is priced alone, and
#: here it costs nothing. (Messages v1 spec, usage.)
NOTHING: Final = Decimal(0)

#: The member that carries a workflow's id. (Workflows beta and Dispatch v0.1 specs.)
WORKFLOW_KEY: Final[Mapping[Api, str]] = {
    "beta": "workflow_uuid",
    "v0.1": "dispatch_uuid",
}


def status(message: Message, event: Event, form: Format) -> dict[str, object]:
    """The body of a status webhook."""
    body = (_flat if form == "v1" else _nested)(message, event)
    if message.client_ref is not None:
        body["client_ref"] = message.client_ref
    plain = PLAIN[message.channel]
    if event.status == CHARGED_AT[plain]:
        priced_elsewhere = plain == "whatsapp" and form == "v1"
        body["usage"] = usage(NOTHING if priced_elsewhere else PRICE)
    return body


def report(workflow: Workflow, at: datetime) -> dict[str, object]:
    """The body of a final report."""
    bills = [bill(message) for message in workflow.messages]
    return {
        WORKFLOW_KEY[workflow.api]: workflow.workflow_id,
        "template": "failover",
        "status": workflow.status,
        "timestamp": millis(at),
        "usage": usage(sum(bills, Decimal(0))),
        "_links": {
            "messages": [
                {
                    "message_uuid": message.message_uuid,
                    "href": f"/messages/{message.message_uuid}",
                    "channel": message.channel,
                    "usage": usage(bill),
                    "status": message.status,
                }
                for message, bill in zip(workflow.messages, bills, strict=True)
            ]
        },
    }


def _nested(message: Message, event: Event) -> dict[str, object]:
    body: dict[str, object] = {
        "message_uuid": message.message_uuid,
        **parties(message.channel, message.to, message.sender),
        "timestamp": millis(event.at),
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


def _flat(message: Message, event: Event) -> dict[str, object]:
    plain = PLAIN[message.channel]
    body: dict[str, object] = {
        "message_uuid": message.message_uuid,
        "to": message.to,
        "from": message.sender,
        "timestamp": seconds(event.at),
        "status": event.status,
        "channel": flat_name(message.channel),
    }
    if event.code is not None:
        body["error"] = {
            "type": f"https://developer.vonage.com/api-errors/messages#{event.code}",
            "title": str(event.code),
            "detail": codes.reason(event.code),
            "instance": uuid5(UUID(int=0), f"{message.message_uuid} {event.at}").hex,
        }
    if plain in NAMES_NETWORK:
        body["destination"] = {"network_code": NETWORK}
    if plain == "sms":
        body["sms"] = _sms(message, event)
    if plain == "whatsapp":
        body["whatsapp"] = _whatsapp(message, event)
        body["profile"] = {"name": message.to}
    if message.place is not None:
        body["workflow"] = {
            "workflow_id": message.place.workflow_id,
            "items_number": str(message.place.number),
            "items_total": str(message.place.total),
        }
    return body


def _sms(message: Message, event: Event) -> dict[str, object]:
    count = gsm.segments(message.draft.text, message.draft.encoding)
    member: dict[str, object] = {"count_total": str(count)}
    if event.status in CONFIRMED:
        part = {"timestamp": seconds(event.at), "status": event.status}
        if event.code is not None:
            part["error_code"] = str(event.code)
        member["segments"] = [part] * count
    return member


def _whatsapp(message: Message, event: Event) -> dict[str, object]:
    member: dict[str, object] = {
        "waba_id": WABA,
        "recipient": whatsapp_user(message.to),
    }
    if event.status == "delivered":
        category, pricing = TEMPLATE if message.message_type == "template" else ANSWER
        member["pricing"] = {
            "type": pricing,
            "pricing_model": "PMP",
            "category": category,
        }
        # A conversation is no longer than its message. (Messages guide, 2025-07.)
        member["conversation"] = {
            "id": message.message_uuid,
            "origin": {"type": category},
        }
    return member


def bill(message: Message) -> Decimal:
    """What a message has cost so far."""
    at = CHARGED_AT[PLAIN[message.channel]]
    charged = any(event.status == at for event in message.events)
    return PRICE if charged else Decimal(0)
