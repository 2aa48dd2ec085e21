"""What people send: each inbound webhook in `tests/samples` beside what it holds."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from nexmo_async.models import (
    Attached,
    AttachedTogether,
    Choice,
    Context,
    Entries,
    Entry,
    Heard,
    Inbound,
    Order,
    OrderedItem,
    Place,
    Profile,
    Reacted,
    Referral,
    Said,
    Tap,
    Unknown,
    Unsupported,
    Usage,
    WhatsAppUser,
)
from nexmo_async.wire.event import decode_event

if TYPE_CHECKING:
    from typing import Any

SAMPLES = Path(__file__).parents[2] / "samples"
IN = "https://example.com/in."
HELLO = Said("Hello!")


def file(kind: str, ending: str, **more: str) -> Attached:
    return Attached(kind, f"{IN}{ending}", **more)


HEARD: dict[str, Heard] = {
    "beta/inbound-messenger-text": HELLO,
    "beta/inbound-messenger-image": file("image", "png"),
    "beta/inbound-messenger-location": Place(
        latitude=37.75, longitude=-122.42, url="https://example.com/map"
    ),
    "beta/inbound-whatsapp-text": HELLO,
    "v0.1/inbound-messenger-video": file("video", "mp4"),
    "v0.1/inbound-mms-image": file("image", "png"),
    "v0.1/inbound-sms-text": HELLO,
    "v0.1/inbound-viber-text": HELLO,
    "v0.1/inbound-whatsapp-audio": file("audio", "mp3"),
    "v0.1/inbound-whatsapp-file": file("file", "pdf"),
    "v0.1/inbound-whatsapp-image": file("image", "png"),
    "v0.1/inbound-whatsapp-location": Place(
        latitude=37.75, longitude=-122.42, name="Office"
    ),
    "v0.1/inbound-whatsapp-location-old-keys": Place(
        latitude=51.5, longitude=-0.12, url="https://example.com/map"
    ),
    "v0.1/inbound-whatsapp-text": HELLO,
    "v0.1/inbound-whatsapp-unsupported": Unsupported(),
    "v0.1/inbound-whatsapp-video": file("video", "mp4"),
    "v1/inbound-future": Unknown("hologram"),
    "v1/inbound-messenger-audio": file("audio", "mp3"),
    "v1/inbound-messenger-file": file("file", "zip"),
    "v1/inbound-messenger-image": file("image", "png"),
    "v1/inbound-messenger-text": HELLO,
    "v1/inbound-messenger-unsupported": Unsupported(),
    "v1/inbound-messenger-video": file("video", "mp4"),
    "v1/inbound-mms-audio": file("audio", "mp3", name="in.mp3", caption="For you"),
    "v1/inbound-mms-content": AttachedTogether(
        (
            Attached("image", "https://example.com/1.png"),
            Attached("vcard", "https://example.com/2.vcf"),
        )
    ),
    "v1/inbound-mms-file": file("file", "zip", name="in.zip", caption="For you"),
    "v1/inbound-mms-group": file("image", "png"),
    "v1/inbound-mms-image": file("image", "png", name="in.png"),
    "v1/inbound-mms-text": HELLO,
    "v1/inbound-mms-vcard": file("vcard", "vcf", name="in.vcf", caption="For you"),
    "v1/inbound-mms-video": file("video", "mp4", name="in.mp4", caption="For you"),
    "v1/inbound-rcs-audio": file("audio", "mp3", name="in.mp3"),
    "v1/inbound-rcs-button": Tap("yes", "Yes"),
    "v1/inbound-rcs-file": file("file", "pdf", name="in.pdf"),
    "v1/inbound-rcs-image": file("image", "png", name="in.png"),
    "v1/inbound-rcs-location": Place(latitude=51.5, longitude=-0.12),
    "v1/inbound-rcs-reply": Choice("yes", "Yes"),
    "v1/inbound-rcs-text": HELLO,
    "v1/inbound-rcs-vcard": file("vcard", "vcf", name="in.vcf"),
    "v1/inbound-rcs-video": file("video", "mp4", name="in.mp4"),
    "v1/inbound-sms-text": HELLO,
    "v1/inbound-sms-without-type": HELLO,
    "v1/inbound-viber-file": file("file", "pdf", name="in.pdf"),
    "v1/inbound-viber-image": file("image", "png"),
    "v1/inbound-viber-text": HELLO,
    "v1/inbound-viber-video": file("video", "mp4"),
    "v1/inbound-whatsapp-audio": file("audio", "mp3"),
    "v1/inbound-whatsapp-button": Tap({"id": 1}, "Yes"),
    "v1/inbound-whatsapp-contacts": Entries(
        (Entry(name="Daisy", phones=("+447700900000",)),)
    ),
    "v1/inbound-whatsapp-file": file("file", "pdf"),
    "v1/inbound-whatsapp-flow": Tap({"name": "Daisy", "rating": 5}, "Sent", "flow"),
    "v1/inbound-whatsapp-image": file("image", "png"),
    "v1/inbound-whatsapp-location": Place(
        latitude=37.75, longitude=-122.42, name="Office"
    ),
    "v1/inbound-whatsapp-order": Order(
        catalog_id="7",
        items=(
            OrderedItem(
                product_id="p", quantity=1, price=Decimal("9.99"), currency="EUR"
            ),
        ),
    ),
    "v1/inbound-whatsapp-product": Said("Is it green?"),
    "v1/inbound-whatsapp-product-elsewhere": Said("Is it green?"),
    "v1/inbound-whatsapp-provider-message": Unsupported(),
    "v1/inbound-whatsapp-reaction": Reacted("😀"),
    "v1/inbound-whatsapp-referral": HELLO,
    "v1/inbound-whatsapp-reply": Choice("1", "Yes"),
    "v1/inbound-whatsapp-scoped-user": HELLO,
    "v1/inbound-whatsapp-sticker": file("sticker", "webp"),
    "v1/inbound-whatsapp-text": HELLO,
    "v1/inbound-whatsapp-unreaction": Reacted(None),
    "v1/inbound-whatsapp-unsupported": Unsupported(),
    "v1/inbound-whatsapp-video": file("video", "mp4"),
}


def heard(name: str) -> Inbound:
    event = decode_event((SAMPLES / f"{name}.json").read_bytes())
    assert isinstance(event, Inbound)
    return event


@pytest.mark.parametrize(("name", "content"), HEARD.items(), ids=HEARD)
def test_a_person_sent_this(name: str, content: Heard) -> None:
    assert heard(name).content == content


def test_each_sample_of_an_inbound_webhook_is_heard_here() -> None:
    found = SAMPLES.glob("*/inbound-*.json")

    assert {f"{file.parent.name}/{file.stem}" for file in found} == set(HEARD)


def test_each_kind_of_content_is_heard_here() -> None:
    assert {type(content) for content in HEARD.values()} == set(get_args(Heard))


ASKED = Context(
    message_uuid="aaa-bbb",
    sender="447700900001",
    catalog_id="catalogue",
    product_id="tea",
)

BESIDES: dict[str, tuple[str, str, object]] = {
    "the message that is answered": (
        "v1/inbound-viber-text",
        "context",
        Context(message_uuid="aaa-bbb"),
    ),
    "the product that is asked about": (
        "v1/inbound-whatsapp-product",
        "context",
        ASKED,
    ),
    "the product in its older place": (
        "v1/inbound-whatsapp-product-elsewhere",
        "context",
        Context(message_uuid="aaa-bbb", catalog_id="catalogue", product_id="tea"),
    ),
    "whether there is a context": (
        "v1/inbound-whatsapp-product",
        "context_status",
        "available",
    ),
    "the name of the person": (
        "v1/inbound-whatsapp-referral",
        "profile",
        Profile(name="Daisy", username="daisy"),
    ),
    "the id of the person": (
        "v1/inbound-whatsapp-scoped-user",
        "user",
        WhatsAppUser(
            user_id="US.13491208655302741918",
            parent_user_id="US.ENT.11",
            wa_id="447700900000",
        ),
    ),
    "an id for a number": (
        "v1/inbound-whatsapp-scoped-user",
        "sender",
        "US.13491208655302741918",
    ),
    "the account": ("v1/inbound-whatsapp-referral", "waba_id", "102290129340398"),
    "the advertisement": (
        "v1/inbound-whatsapp-referral",
        "referral",
        Referral(
            body="Half price",
            headline="Tea",
            source_id="212731241638144",
            source_type="ad",
            source_url="https://example.com/ad",
            media_type="image",
            image_url="https://example.com/ad.png",
            ctwa_clid="click",
        ),
    ),
    "what WhatsApp says": (
        "v1/inbound-whatsapp-provider-message",
        "provider_message",
        "Message type is not currently supported",
    ),
    "the region": ("v1/inbound-whatsapp-referral", "region", "us"),
    "the region at the other domain": ("v1/inbound-whatsapp-text", "region", "eu"),
    "the others in the group": (
        "v1/inbound-mms-group",
        "participants",
        ("447700900002", "447700900003"),
    ),
    "the network": ("v1/inbound-mms-text", "network", "12345"),
    "the keyword": ("v1/inbound-sms-text", "keyword", "HELLO!"),
    "the parts of an SMS": ("v1/inbound-sms-text", "segments", 1),
    "the parts of an SMS of v0.1": ("v0.1/inbound-sms-text", "segments", 1),
    "the price": (
        "v1/inbound-sms-text",
        "usage",
        Usage(Decimal("0.0057"), "EUR"),
    ),
    "the price on v0.1": (
        "v0.1/inbound-sms-text",
        "usage",
        Usage(Decimal("0.0057"), "EUR"),
    ),
}


@pytest.mark.parametrize(("name", "field", "told"), BESIDES.values(), ids=BESIDES)
def test_it_also_tells(name: str, field: str, told: object) -> None:
    assert getattr(heard(name), field) == told


def test_what_is_not_told_is_none() -> None:
    said = heard("v1/inbound-messenger-text")
    silent = [said.context, said.profile, said.user, said.usage, said.referral]

    assert silent == [None] * 5


STRANGERS = [
    "https://api-eu.vonage.com.example.com/v1/messages/m",
    "https://example.com/api-eu.nexmo.com",
    "https://api-eu.nexmo.com@example.com/",
    "https://api-xx.nexmo.com/",
    "https://[",
    "",
]


@pytest.mark.parametrize("href", STRANGERS)
def test_a_stranger_names_no_region(href: str) -> None:
    """The client sends its token there: a forged address must lead nowhere."""
    body: dict[str, Any] = {"message_uuid": "m", "_self": {"href": href}}
    event = decode_event(json.dumps(body).encode())

    assert isinstance(event, Inbound)
    assert event.region is None


ODD: dict[str, tuple[dict[str, object], Heard]] = {
    "a text that is none": ({"message_type": "text", "text": {}}, Said("")),
    "media that is a text": (
        {"message_type": "image", "image": "x"},
        Attached("image", ""),
    ),
    "a place nowhere": (
        {"message_type": "location", "location": {"lat": "1e999", "long": "NaN"}},
        Place(latitude=None, longitude=None),
    ),
    "an order of nothing": (
        {"message_type": "order", "order": {"product_items": [None, {}]}},
        Order(
            catalog_id="",
            items=(OrderedItem(product_id="", quantity=None, price=None, currency=""),),
        ),
    ),
    "contacts that are one": (
        {"message_type": "contacts", "contacts": {"name": {"formatted_name": "D"}}},
        Entries((Entry(name="D"),)),
    ),
}


@pytest.mark.parametrize(("body", "content"), ODD.values(), ids=ODD)
def test_what_is_odd_is_read_as_missing(
    body: dict[str, object], content: Heard
) -> None:
    event = decode_event(json.dumps({"message_uuid": "m", **body}).encode())

    assert isinstance(event, Inbound)
    assert event.content == content
