"""What the account hears of people who write to it, in either format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import document, gsm, media
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.records import Inbound
from nexmo_async.sandbox.rules import inbound as rules
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

    from nexmo_async.sandbox.rules.table import Body

#: What stands in a message whose content nobody gave. (Messages v1 spec.)
SAMPLES: Final[Mapping[str, object]] = {
    "location": {"lat": 51.5237, "long": -0.1586, "name": "Baker Street"},
    "reply": {"id": "yes", "title": "Yes"},
    "button": {"payload": "yes", "text": "Yes"},
    "order": {
        "catalog_id": "1000000000000001",
        "product_items": [
            {
                "product_retailer_id": "tea",
                "quantity": "2",
                "item_price": "3.50",
                "currency": "EUR",
            }
        ],
    },
    "reaction": {"action": "react", "emoji": "👍"},
    "contacts": [
        {
            "name": {
                "formatted_name": "Ada Lovelace",
                "first_name": "Ada",
                "last_name": "Lovelace",
            },
            "phones": [{"phone": "447700900000", "type": "home"}],
            "emails": [{"email": "ada@example.com", "type": "work"}],
            "addresses": [],
            "urls": [],
            "birthday": "1815-12-10",
        }
    ],
    "template": {"name": "greeting", "parameters": []},
}

#: The same where a channel or a generation writes it in another way: WhatsApp sends
#: an object with a button, the nested formats send strings with a location.
WHATSAPP_BUTTON: Final[Mapping[str, object]] = {
    "payload": {"flow_token": "tea"},
    "text": "Yes",
    "subtype": "flow",
}
BETA_LOCATION: Final = {"lat": "51.5237", "long": "-0.1586"}
NESTED_LOCATION: Final = {"latitude": "51.5237", "longitude": "-0.1586"}

#: Channels that tell the name of a file. (Messages v1 spec.)
NAMES_FILES: Final = frozenset({"mms", "rcs"})

#: Types without a link to themselves on WhatsApp. (Messages v1 spec.)
NO_LINK: Final = frozenset({"reaction", "unsupported"})


def read(body: Body, at: datetime) -> Inbound:
    """The message that an accepted description asks for."""
    kind = document.string(body.get("type")) or "text"
    envelope = {"api", "channel", "from", "to", "type", kind}
    return Inbound(
        api=rules.generation(body),
        channel=PLAIN[str(body["channel"])],
        sender=str(body["from"]),
        to=str(body["to"]),
        message_type=kind,
        content=body.get(kind),
        around={name: body[name] for name in body if name not in envelope},
        at=at,
    )


def body(said: Inbound, home: str) -> dict[str, object]:
    """The body of an inbound webhook.

    Args:
        said: The message.
        home: Where the sandbox is, for links and files.
    """
    return _flat(said, home) if said.api == "v1" else _nested(said, home)


def _flat(said: Inbound, home: str) -> dict[str, object]:
    told: dict[str, object] = {
        "channel": flat_name(said.channel),
        "message_uuid": said.message_uuid,
        "to": said.to,
        "from": said.sender,
        "timestamp": seconds(said.at),
        "message_type": said.message_type,
    }
    if said.message_type != "unsupported":
        told[said.message_type] = _content(said, home)
    match said.channel:
        case "sms":
            told |= _sms(said)
        case "mms":
            told["origin"] = {"network_code": NETWORK}
        case "rcs":
            told["context_status"] = "none"
        case "whatsapp":
            told |= _whatsapp(said, home)
        case _:
            pass
    return _merged(told, said.around)


def _nested(said: Inbound, home: str) -> dict[str, object]:
    content: dict[str, object] = {"type": said.message_type}
    if said.message_type != "unsupported":
        content[said.message_type] = _content(said, home)
    message: dict[str, object] = {"content": content}
    told: dict[str, object] = {
        "message_uuid": said.message_uuid,
        **parties(said.channel, said.to, said.sender, inbound=True),
        "timestamp": millis(said.at),
    }
    around = dict(said.around)
    if said.channel == "sms":
        message["sms"] = {"num_messages": _count(said)}
        message = _merged(message, {"sms": around.pop("sms", {})})
        told["usage"] = usage(PRICE)
    return {**_merged(told, around), "message": message}


def _content(said: Inbound, home: str) -> object:
    kind = said.message_type
    if kind in media.KINDS:
        given = document.mapping(said.content) or {}
        name = {"name": media.KINDS[kind]} if said.channel in NAMES_FILES else {}
        return {"url": media.address(home, kind), **name, **given}
    if said.content is not None:
        return said.content
    if kind == "content":
        return [
            {"type": each, "url": media.address(home, each)}
            for each in ("image", "vcard")
        ]
    if kind == "button" and said.channel == "whatsapp":
        return WHATSAPP_BUTTON
    if kind == "location" and said.api != "v1":
        return BETA_LOCATION if said.api == "beta" else NESTED_LOCATION
    return SAMPLES[kind]


def _sms(said: Inbound) -> dict[str, object]:
    words = str(said.content).split()
    return {
        "sms": {
            "num_messages": _count(said),
            "keyword": words[0].upper() if words else "",
        },
        "usage": usage(PRICE),
        "origin": {"network_code": NETWORK},
    }


def _whatsapp(said: Inbound, home: str) -> dict[str, object]:
    told: dict[str, object] = {
        "profile": {"name": said.sender},
        "context_status": "available" if "context" in said.around else "none",
        "whatsapp": {"waba_id": WABA, "sender": whatsapp_user(said.sender)},
    }
    if said.message_type not in NO_LINK:
        told["_self"] = {"href": f"{home}/v1/messages/{said.message_uuid}"}
    return told


def _count(said: Inbound) -> str:
    return str(gsm.segments(str(said.content)))


def _merged(
    told: Mapping[str, object], given: Mapping[str, object]
) -> dict[str, object]:
    """What the sandbox tells, and over it what was given, object by object."""
    merged = dict(told)
    for name, value in given.items():
        old, new = document.mapping(merged.get(name)), document.mapping(value)
        merged[name] = value if old is None or new is None else {**old, **new}
    return merged
