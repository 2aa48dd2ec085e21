"""Every field of a message that can be wrong, and what is said about it."""

from __future__ import annotations

import pytest

from nexmo_async.errors import MessageError
from nexmo_async.models.content import Template
from nexmo_async.models.message import Message, Messenger, Sms, Viber, WhatsApp

RIGHT = {"to": "447700900000", "sender": "447700900001", "content": "hi"}

BAD_FIELDS: dict[str, tuple[type[Message], dict[str, object], str]] = {
    "sms to": (Sms, {"to": "07700900000"}, "to: begins with 0"),
    "sms to none": (Sms, {"to": None}, "to: is NoneType"),
    "sms sender": (Sms, {"sender": "ACME London Ltd"}, "sender: as a name"),
    "whatsapp to": (WhatsApp, {"to": "447700"}, "to: has 6 digits"),
    "whatsapp sender": (WhatsApp, {"sender": "ACME"}, "sender: has 'A' as digit 1"),
    "whatsapp short code": (WhatsApp, {"sender": "12345"}, "sender: has 5 digits"),
    "messenger to": (Messenger, {"to": ""}, "to: has 0 characters"),
    "messenger sender": (Messenger, {"sender": "p" * 51}, "sender: has 51 characters"),
    "viber to": (Viber, {"to": "person"}, "to: has 'p' as digit 1"),
    "viber sender": (Viber, {"sender": " "}, "sender: has 0 characters"),
    "client_ref empty": (Sms, {"client_ref": ""}, "client_ref: is empty"),
    "client_ref long": (
        Sms,
        {"client_ref": "r" * 101},
        "client_ref: has 101 characters, allowed are up to 100",
    ),
    "client_ref number": (Sms, {"client_ref": 7}, "client_ref: is int"),
    "webhook_url": (Sms, {"webhook_url": "example.com"}, "webhook_url: is no web"),
    "webhook_version": (
        Sms,
        {"webhook_version": "v2"},
        "webhook_version: is 'v2', choose from v0.1, v1",
    ),
    "locale missing": (
        WhatsApp,
        {"content": Template("shop:order"), "locale": None},
        "locale: is needed for a template, such as en_GB",
    ),
    "locale empty": (
        WhatsApp,
        {"content": Template("shop:order"), "locale": ""},
        "locale: is empty",
    ),
    "locale no text": (
        WhatsApp,
        {"content": Template("shop:order"), "locale": 44},
        "locale: is int",
    ),
    "locale without template": (
        WhatsApp,
        {"locale": "en_GB"},
        "locale: and policy only go with a Template",
    ),
    "policy without template": (
        WhatsApp,
        {"policy": "deterministic"},
        "locale: and policy only go with a Template",
    ),
    "policy": (
        WhatsApp,
        {"content": Template("shop:order"), "policy": "loose"},
        "policy: is 'loose', choose from deterministic, fallback",
    ),
    "messenger category": (
        Messenger,
        {"category": "news"},
        "category: is 'news', choose from response, update, message_tag",
    ),
    "tag missing": (
        Messenger,
        {"category": "message_tag"},
        "tag: and category 'message_tag' go together",
    ),
    "tag empty": (
        Messenger,
        {"category": "message_tag", "tag": ""},
        "tag: is empty",
    ),
    "tag no text": (
        Messenger,
        {"category": "message_tag", "tag": 5},
        "tag: is int, write it as text",
    ),
    "tag without category": (
        Messenger,
        {"tag": "ACCOUNT_UPDATE"},
        "tag: and category 'message_tag' go together",
    ),
    "tag with another category": (
        Messenger,
        {"category": "update", "tag": "ACCOUNT_UPDATE"},
        "tag: and category 'message_tag' go together",
    ),
    "viber category": (
        Viber,
        {"category": "news"},
        "category: is 'news', choose from transaction, promotion",
    ),
    "viber type empty": (Viber, {"type": ""}, "type: is empty"),
    "viber type no text": (Viber, {"type": 7}, "type: is int, write it as text"),
    "ttl short": (
        Viber,
        {"ttl": 29},
        "ttl: is 29 seconds, allowed are whole seconds from 30 to 259200",
    ),
    "ttl long": (Viber, {"ttl": 259_201}, "ttl: is 259201 seconds"),
    "ttl much longer": (Viber, {"ttl": 2_592_000}, "ttl: is 2592000 seconds"),
    "ttl with a fraction": (Viber, {"ttl": 600.5}, "ttl: is 600.5 seconds"),
    "ttl not a number": (Viber, {"ttl": float("nan")}, "ttl: is nan seconds"),
    "ttl text": (Viber, {"ttl": "600"}, "ttl: is str, write seconds as a number"),
    "ttl bool": (Viber, {"ttl": True}, "ttl: is bool, write seconds as a number"),
}


@pytest.mark.parametrize(
    ("kind", "fields", "problem"), BAD_FIELDS.values(), ids=BAD_FIELDS
)
def test_a_bad_value_names_its_field(
    kind: type[Message], fields: dict[str, object], problem: str
) -> None:
    with pytest.raises(MessageError) as caught:
        kind(**RIGHT | fields)

    assert str(caught.value).startswith(problem)
    assert caught.value.field == problem.partition(":")[0]
