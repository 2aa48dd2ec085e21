from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import attrs
import pytest

from nexmo_async.errors import UnsupportedError
from nexmo_async.models.content import (
    Audio,
    Card,
    Carousel,
    Content,
    Custom,
    File,
    Html,
    Image,
    Letter,
    Media,
    Reaction,
    Sticker,
    Template,
    Text,
    Vcard,
    Video,
)
from nexmo_async.models.interactive import (
    Button,
    Buttons,
    Contact,
    Contacts,
    Location,
    MediaTemplate,
    Menu,
    Product,
    Products,
    Row,
    Section,
    Shelf,
)
from nexmo_async.models.message import (
    CAPTIONED as CHANNEL_CAPTIONED,
)
from nexmo_async.models.message import (
    CARRIES as CHANNEL_CARRIES,
)
from nexmo_async.models.message import (
    KINDS,
    Action,
    Message,
    Mms,
    Rcs,
    Sms,
    Viber,
    WhatsApp,
)
from nexmo_async.wire import limits
from nexmo_async.wire.content import KINDS as WORDS
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.wire.limits import Api, check

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://example.com/cat.png"
CARD = Card(title="A cat", text="It purrs.", media_url=URL)
FILM = Video(URL, thumbnail_url=URL, duration=10, megabytes=2)

CONTENTS: dict[type[Content], Content] = {
    Text: Text("hi"),
    Image: Image(URL),
    Audio: Audio(URL),
    Video: Video(URL),
    File: File(URL),
    Vcard: Vcard(URL),
    Media: Media(Image(URL), Vcard(URL)),
    Html: Html("<p>hi</p>"),
    Letter: Letter("hi", Html("<p>hi</p>")),
    Template: Template("shop:order"),
    Sticker: Sticker(URL),
    Reaction: Reaction("👍"),
    Card: CARD,
    Carousel: Carousel([CARD, CARD]),
    Custom: Custom({"type": "contacts"}),
    Buttons: Buttons("?", [Button("1", "Yes")]),
    Menu: Menu("?", "Choose", [Section([Row("1", "Yes")])]),
    Product: Product("catalogue", "tea"),
    Products: Products("catalogue", [Shelf("Tea", ["1"])], header="a", body="b"),
    Location: Location(51.5, -0.1),
    Contacts: Contacts(Contact("Daisy")),
    MediaTemplate: MediaTemplate("order", language="en"),
}

APIS: list[Api] = ["beta", "v0.1", "v1"]


def build(channel: str, content: Content) -> Message:
    fields: dict[str, object] = {"to": "447700900000", "sender": "447700900001"}
    if channel == "email":
        fields = {"to": "daisy@example.com", "sender": "shop@example.org"}
        fields["subject"] = "Hi"
    if channel == "whatsapp" and isinstance(content, Template):
        fields["locale"] = "en"
    if isinstance(content, Reaction):
        fields["reply_to"] = "aaa-bbb"
    if channel == "viber" and isinstance(content, Video):
        content = FILM
    return KINDS[channel](content=content, **fields)


def sms(text: str = "hi", **options: object) -> Sms:
    return Sms(to="447700900000", sender="ACME", content=text, **options)


def mms(**options: object) -> Mms:
    return Mms(to="447700900000", sender="12345", content=Image(URL), **options)


def whatsapp(content: object = "hi", **options: object) -> WhatsApp:
    return WhatsApp(
        to="447700900000", sender="447700900001", content=content, **options
    )


def name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


MEDIA = {Image, Audio, Video, File}

SHAPES = {Buttons, Menu, Product, Products, Location, Contacts, MediaTemplate}

CARRIED: dict[tuple[Api, str], set[type[Content]]] = {
    ("beta", "sms"): {Text},
    ("beta", "mms"): set(),
    ("beta", "rcs"): set(),
    ("beta", "email"): set(),
    ("v0.1", "mms"): {Image},
    ("v0.1", "rcs"): set(),
    ("v0.1", "email"): set(),
    ("v1", "mms"): {Text, Vcard, Media} | MEDIA,
    ("v1", "rcs"): {Text, Image, Video, File, Card, Carousel, Custom},
    ("v1", "email"): {Text, Html, Letter},
    ("beta", "whatsapp"): {Text, Template},
    ("beta", "messenger"): {Text, Template, Custom} | MEDIA,
    ("beta", "viber"): {Text, Image, Template},
    ("v0.1", "sms"): {Text},
    ("v0.1", "whatsapp"): {Text, Template, Custom} | MEDIA | SHAPES,
    ("v0.1", "messenger"): {Text, Custom} | MEDIA,
    ("v0.1", "viber"): {Text, Image, Template, Custom},
    ("v1", "sms"): {Text},
    ("v1", "whatsapp"): ({Text, Template, Custom, Sticker, Reaction} | MEDIA | SHAPES),
    ("v1", "messenger"): {Text} | MEDIA,
    ("v1", "viber"): {Text, Image, Video, File},
}

CASES = [
    (api, channel, content)
    for api in APIS
    for channel, contents in CHANNEL_CARRIES.items()
    for content in sorted(contents, key=lambda kind: kind.__name__)
]


@pytest.mark.parametrize(
    ("api", "channel", "content"),
    [case for case in CASES if case[2] in CARRIED[case[0], case[1]]],
    ids=name,
)
def test_a_generation_carries(api: Api, channel: str, content: type[Content]) -> None:
    body = DIALECTS[api].message(build(channel, CONTENTS[content]), None)

    assert WORDS[content] in str(body)


@pytest.mark.parametrize(
    ("api", "channel", "content"),
    [case for case in CASES if case[2] not in CARRIED[case[0], case[1]]],
    ids=name,
)
def test_a_generation_refuses(api: Api, channel: str, content: type[Content]) -> None:
    """Before a byte is sent, and naming the generation."""
    with pytest.raises(UnsupportedError) as caught:
        DIALECTS[api].message(build(channel, CONTENTS[content]), None)

    problem = f"content: {channel} carries no {content.__name__}"
    if not CARRIED[api, channel]:
        problem = f"channel: there is no {channel}"
    assert str(caught.value) == f"{problem} (api='{api}'). Nothing was sent."


@pytest.mark.parametrize("api", APIS)
def test_no_generation_lists_what_its_channel_never_carries(api: Api) -> None:
    for channel, contents in limits.CARRIES[api].items():
        assert contents <= CHANNEL_CARRIES[channel]


@pytest.mark.parametrize("api", APIS)
def test_no_generation_shows_a_caption_that_its_channel_never_shows(api: Api) -> None:
    for channel, content in limits.CAPTIONED[api]:
        assert content in CHANNEL_CAPTIONED[channel]


@pytest.mark.parametrize(
    "table", [limits.CARRIES, limits.CAPTIONED, limits.SMS_TEXT, DIALECTS]
)
def test_each_table_names_every_generation(table: Mapping[str, object]) -> None:
    assert set(table) == set(get_args(Api))


ALLOWED: dict[str, tuple[Api, Message]] = {
    "beta sms of 1000": ("beta", sms("a" * 1000)),
    "v0.1 sms of 1000": ("v0.1", sms("a" * 1000)),
    "v1 sms of 3200": ("v1", sms("a" * 3200)),
    "beta WhatsApp of 4096": ("beta", build("whatsapp", Text("a" * 4096))),
    "v0.1 reference of 40": ("v0.1", sms(client_ref="r" * 40)),
    "v1 reference of 100": ("v1", sms(client_ref="r" * 100)),
    "v1 address for receipts": ("v1", sms(webhook_url=URL)),
    "v1 shape of receipts": ("v1", sms(webhook_version="v0.1")),
    "beta viber for a day": (
        "beta",
        Viber(to="447700900000", sender="ACME", content="hi", ttl=86_400),
    ),
    "v0.1 viber for three days": (
        "v0.1",
        Viber(to="447700900000", sender="ACME", content="hi", ttl=259_200),
    ),
    "v0.1 caption of a WhatsApp image": (
        "v0.1",
        build("whatsapp", Image(URL, caption="a cat")),
    ),
    "v0.1 caption of a WhatsApp file": (
        "v0.1",
        build("whatsapp", File(URL, caption="a cat")),
    ),
    "v1 caption of a WhatsApp video": (
        "v1",
        build("whatsapp", Video(URL, caption="a cat")),
    ),
    "v1 caption of a Viber image": (
        "v1",
        build("viber", Image(URL, caption="a cat")),
    ),
    "v1 name of a file": ("v1", build("whatsapp", File(URL, name="cat.pdf"))),
    "v0.1 caption of an MMS image": ("v0.1", build("mms", Image(URL, caption="cat"))),
    "beta language of a template": ("beta", build("whatsapp", Template("a:b"))),
    "v1 time to live of an SMS": ("v1", sms(ttl=604_800)),
    "v1 answer to a message": ("v1", whatsapp(reply_to="aaa-bbb")),
    "v1 id for a person": (
        "v1",
        attrs.evolve(whatsapp(), to="US.13491208655302741918"),
    ),
}


@pytest.mark.parametrize(("api", "message"), ALLOWED.values(), ids=ALLOWED)
def test_a_generation_allows(api: Api, message: Message) -> None:
    check(message, api)


FALLBACK = WhatsApp(
    to="447700900000",
    sender="447700900001",
    content=CONTENTS[Template],
    locale="en",
    policy="fallback",
)

REFUSED: dict[str, tuple[Api, Message, str]] = {
    "beta sms of 1001": (
        "beta",
        sms("a" * 1001),
        "text: has 1001 characters, allowed are up to 1000",
    ),
    "v0.1 sms of 1001": (
        "v0.1",
        sms("a" * 1001),
        "text: has 1001 characters, allowed are up to 1000",
    ),
    "beta reference": ("beta", sms(client_ref="r"), "client_ref: is not known"),
    "v0.1 reference of 41": (
        "v0.1",
        sms(client_ref="r" * 41),
        "client_ref: has 41 characters, allowed are up to 40",
    ),
    "beta address for receipts": (
        "beta",
        sms(webhook_url=URL),
        "webhook_url: is not known",
    ),
    "v0.1 address for receipts": (
        "v0.1",
        sms(webhook_url=URL),
        "webhook_url: is not known",
    ),
    "v0.1 shape of receipts": (
        "v0.1",
        sms(webhook_version="v1"),
        "webhook_version: is not known",
    ),
    "beta viber for longer than a day": (
        "beta",
        Viber(to="447700900000", sender="ACME", content="hi", ttl=86_401),
        "ttl: is 86401 seconds, allowed are up to 86400",
    ),
    "v0.1 caption of a WhatsApp video": (
        "v0.1",
        build("whatsapp", Video(URL, caption="a cat")),
        "caption: whatsapp shows none below Video",
    ),
    "v0.1 caption of a Viber image": (
        "v0.1",
        build("viber", Image(URL, caption="a cat")),
        "caption: viber shows none below Image",
    ),
    "beta caption of a Viber image": (
        "beta",
        build("viber", Image(URL, caption="a cat")),
        "caption: viber shows none below Image",
    ),
    "v0.1 name of a file": (
        "v0.1",
        build("whatsapp", File(URL, name="cat.pdf")),
        "name: a file has none",
    ),
    "beta policy": (
        "beta",
        attrs.evolve(FALLBACK, policy="deterministic"),
        "policy: is not known",
    ),
    "beta fallback policy": ("beta", FALLBACK, "policy: is not known"),
    "beta type of viber message": (
        "beta",
        Viber(to="447700900000", sender="ACME", content="hi", type="template"),
        "type: is not known",
    ),
    "v0.1 button on viber": (
        "v0.1",
        Viber(to="447700900000", sender="ACME", content="hi", action=Action(URL, "Go")),
        "action: is not known",
    ),
    "v0.1 group": (
        "v0.1",
        mms(participants=["447700900002"]),
        "participants: is not known",
    ),
    "v0.1 time to live of an MMS": ("v0.1", mms(ttl=300), "ttl: is not known"),
    "v0.1 time to live of an SMS": ("v0.1", sms(ttl=20), "ttl: is not known"),
    "v0.1 letters of an SMS": (
        "v0.1",
        sms(encoding_type="unicode"),
        "encoding_type: is not known",
    ),
    "v0.1 pool": ("v0.1", sms(pool_id="pool"), "pool_id: is not known"),
    "v0.1 trust": (
        "v0.1",
        sms(trusted_recipient=False),
        "trusted_recipient: is not known",
    ),
    "v0.1 answer": ("v0.1", whatsapp(reply_to="aaa-bbb"), "reply_to: is not known"),
    "v0.1 id for a person": (
        "v0.1",
        attrs.evolve(whatsapp(), to="US.13491208655302741918"),
        "to: must be a number",
    ),
    "v0.1 rcs": (
        "v0.1",
        Rcs(to="447700900000", sender="ACME", content="hi"),
        "channel: there is no rcs",
    ),
    "v0.1 fallback policy": (
        "v0.1",
        FALLBACK,
        "policy: 'fallback' has been dead since 2020",
    ),
    "v1 fallback policy": (
        "v1",
        FALLBACK,
        "policy: 'fallback' has been dead since 2020",
    ),
}


@pytest.mark.parametrize(("api", "message", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_generation_does_not_allow(api: Api, message: Message, problem: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        check(message, api)

    assert caught.value.what() == f"{problem} (api='{api}')"
    assert caught.value.field == problem.partition(":")[0]
