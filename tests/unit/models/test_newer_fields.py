"""Every limit of the newer channels and contents, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from nexmo_async.errors import MessageError
from nexmo_async.models import (
    Action,
    Button,
    Buttons,
    Card,
    Carousel,
    Contacts,
    CreateEvent,
    Dial,
    Email,
    File,
    Html,
    Image,
    Letter,
    Location,
    Mailbox,
    Media,
    Menu,
    Mms,
    OpenUrl,
    Product,
    Products,
    Raw,
    Rcs,
    Reaction,
    Reply,
    Row,
    Section,
    Shelf,
    Sms,
    Sticker,
    Text,
    Vcard,
    Viber,
    Video,
    WhatsApp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://example.com/cat.png"
PHONES = {"to": "447700900000", "sender": "12345"}
AGENT = {"to": "447700900000", "sender": "ACME"}
CHAT = {"to": "447700900000", "sender": "447700900001"}
MAIL = {"to": "daisy@example.com", "sender": "shop@example.org", "content": "Hi"}
NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
CARD = Card(title="A cat", text="It purrs.", media_url=URL)
YES = Reply("Yes", "yes")


def card(**fields: object) -> Card:
    return Card(**{"title": "a", "text": "b", "media_url": URL} | fields)


def film(**fields: object) -> Video:
    told = {"thumbnail_url": URL, "duration": 10, "megabytes": 2}
    return Video(URL, **told | fields)


def event(**fields: object) -> CreateEvent:
    told = {"title": "a", "start": NOON, "end": NOON.replace(hour=13)}
    return CreateEvent("a", "b", **told | fields)


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "sms ttl": (
        lambda: Sms(**AGENT, content="hi", ttl=19),
        "ttl: is 19 seconds, allowed are whole seconds from 20 to 604800",
    ),
    "sms encoding": (
        lambda: Sms(**AGENT, content="hi", encoding_type="utf-8"),
        "encoding_type: is 'utf-8', choose from text, unicode, auto",
    ),
    "sms trust": (
        lambda: Sms(**AGENT, content="hi", trusted_recipient=1),
        "trusted_recipient: is 1, write True or False",
    ),
    "mms ttl": (lambda: Mms(**PHONES, content="hi", ttl=299), "ttl: is 299 seconds"),
    "mms participant": (
        lambda: Mms(**PHONES, content="hi", participants=["07700"]),
        "participants[0]: begins with 0",
    ),
    "mms participants": (
        lambda: Mms(**PHONES, content="hi", participants="447700900000"),
        "participants: is one text",
    ),
    "mms film of viber": (
        lambda: Mms(**PHONES, content=film()),
        "duration: mms has none for Video",
    ),
    "mms name of a file": (
        lambda: Mms(**PHONES, content=Media(File(URL, name="a"))),
        "name: mms has none for File",
    ),
    "media of nothing": (Media, "files: are none, write at least one of Image"),
    "media of text": (lambda: Media(Text("a")), "files[0]: is Text, choose from Image"),
    "rcs agent": (
        lambda: Rcs(to="447700900000", sender="A B", content="hi"),
        "sender: is no agent's id",
    ),
    "rcs ttl": (lambda: Rcs(**AGENT, content="hi", ttl=259_201), "ttl: is 259201 sec"),
    "rcs category": (
        lambda: Rcs(**AGENT, content="hi", category="news"),
        "category: is 'news', choose from authentication, transaction",
    ),
    "rcs suggestions": (
        lambda: Rcs(**AGENT, content="hi", suggestions=[YES] * 12),
        "suggestions: are 12, allowed are 0 to 11",
    ),
    "rcs suggestions below an image": (
        lambda: Rcs(**AGENT, content=Image(URL), suggestions=[YES]),
        "suggestions: only go below Text or a Carousel",
    ),
    "rcs suggestion of words": (
        lambda: Rcs(**AGENT, content="hi", suggestions=["Yes"]),
        "suggestions[0]: is str, write Suggestion(...)",
    ),
    "label": (lambda: Reply("a" * 26, "b"), "label: has 26 characters, allowed are up"),
    "postback": (lambda: Reply("a", ""), "postback: is empty"),
    "number to dial": (lambda: Dial("a", "b", number="0"), "number: is none to dial"),
    "description": (
        lambda: OpenUrl("a", "b", url=URL, description="a" * 501),
        "description: has 501 characters",
    ),
    "event without a zone": (
        lambda: event(start=NOON.replace(tzinfo=None)),
        "start: has no time zone",
    ),
    "event that ends first": (lambda: event(end=NOON), "end: is not after start"),
    "card title": (lambda: card(title="a" * 201), "title: has 201 characters"),
    "card text": (lambda: card(text="a" * 2001), "text: has 2001 characters"),
    "card suggestions": (
        lambda: card(suggestions=[YES] * 5),
        "suggestions: are 5, allowed are 0 to 4",
    ),
    "card height": (
        lambda: card(height="huge"),
        "height: is 'huge', choose from short",
    ),
    "lying card": (
        lambda: card(orientation="horizontal"),
        "alignment: and orientation 'horizontal' go together",
    ),
    "upright card": (lambda: card(alignment="left"), "alignment: and orientation"),
    "one card": (lambda: Carousel([CARD]), "cards: are 1, allowed are 2 to 10"),
    "eleven cards": (lambda: Carousel([CARD] * 11), "cards: are 11"),
    "lying cards": (
        lambda: Carousel([CARD, card(orientation="horizontal", alignment="left")]),
        "cards[1].orientation: has one",
    ),
    "sticker of nothing": (Sticker, "url: and id exclude each other"),
    "sticker of both": (lambda: Sticker(URL, id="1"), "url: and id exclude each other"),
    "reaction to nothing": (
        lambda: WhatsApp(**CHAT, content=Reaction("👍")),
        "reply_to: is needed for a Reaction",
    ),
    "four buttons": (
        lambda: Buttons("?", [Button("1", "a")] * 4),
        "buttons: are 4, allowed are 1 to 3",
    ),
    "button": (lambda: Button("1", "a" * 21), "title: has 21 characters"),
    "header with a caption": (
        lambda: Buttons("?", [Button("1", "a")], header=Image(URL, caption="a")),
        "header.caption: is shown nowhere",
    ),
    "header of sound": (
        lambda: Buttons("?", [Button("1", "a")], header=Vcard(URL)),
        "header: is Vcard, write a text, Image, Video or File",
    ),
    "eleven rows": (
        lambda: Menu("?", "a", [Section([Row("1", "a")] * 6, "a")] * 2),
        "sections: have 12 rows, allowed are up to 10",
    ),
    "sections without titles": (
        lambda: Menu("?", "a", [Section([Row("1", "a")])] * 2),
        "sections: need a title each",
    ),
    "no product": (lambda: Shelf("a", []), "product_ids: are 0, allowed are 1 to 30"),
    "thirty-one products": (
        lambda: Products("a", [Shelf("a", ["1"] * 16)] * 2, header="a", body="b"),
        "shelves: have 32 products, allowed are up to 30",
    ),
    "catalogue": (lambda: Product("", "a"), "catalog_id: is empty"),
    "latitude": (
        lambda: Location(90.1, 0),
        "latitude: is 90.1, allowed are degrees from -90 to 90",
    ),
    "longitude": (lambda: Location(0, float("nan")), "longitude: is nan"),
    "no contact": (Contacts, "contacts: are 0"),
    "viber film": (
        lambda: Viber(**AGENT, content=Video(URL)),
        "thumbnail_url: is needed for a Video on viber",
    ),
    "film of eleven minutes": (
        lambda: film(duration=601),
        "duration: is 601 seconds, allowed are whole seconds from 1 to 600",
    ),
    "film of 201 megabytes": (
        lambda: film(megabytes=201),
        "megabytes: is 201, allowed are whole numbers from 1 to 200",
    ),
    "thumbnail": (
        lambda: film(thumbnail_url=URL + "a" * 1000),
        "thumbnail_url: has 1027 characters, allowed are up to 1000",
    ),
    "viber file name": (
        lambda: Viber(**AGENT, content=File(URL, name="a" * 26)),
        "name: has 26 characters",
    ),
    "viber button": (lambda: Action(URL, "a" * 31), "text: has 31 characters"),
    "viber button below a film": (
        lambda: Viber(**AGENT, content=film(), action=Action(URL, "a")),
        "action: only goes with Text or Image",
    ),
    "viber button below a picture without words": (
        lambda: Viber(**AGENT, content=Image(URL), action=Action(URL, "a")),
        "caption: is needed below an Image with an action",
    ),
    "email recipient": (
        lambda: Email(**MAIL | {"to": "Daisy <daisy@example.com>"}, subject="a"),
        "to: is no bare address",
    ),
    "email sender": (
        lambda: Email(**MAIL | {"sender": "shop"}, subject="a"),
        "sender: is no bare address",
    ),
    "email subject": (lambda: Email(**MAIL, subject=""), "subject: is empty"),
    "email name": (
        lambda: Email(**MAIL, subject="a", to_name="a" * 101),
        "to_name: has 101 characters",
    ),
    "email importance": (
        lambda: Email(**MAIL, subject="a", importance="High"),
        "importance: is 'High', choose from high, normal, low",
    ),
    "email copies": (
        lambda: Email(**MAIL, subject="a", cc="carol@example.com"),
        "cc: is one text, write a list of addresses",
    ),
    "email copy": (
        lambda: Email(**MAIL, subject="a", bcc=[7]),
        "bcc[0]: is int, write Mailbox(...)",
    ),
    "mailbox": (lambda: Mailbox("bob"), "address: is no bare address"),
    "letter of nothing": (Letter, "parts: are none"),
    "letter of a picture": (
        lambda: Letter(Html("a"), Image(URL)),
        "parts[1]: is Image, choose from Text, Html",
    ),
    "raw of nothing": (lambda: Raw({}), "body: must be a mapping"),
    "raw webhook": (
        lambda: Raw({"a": 1}, webhook_url=URL),
        "webhook_url: of a Raw message stands in its body",
    ),
}


@pytest.mark.parametrize(("make", "problem"), WRONG.values(), ids=WRONG)
def test_it_cannot_be_made(make: Callable[[], object], problem: str) -> None:
    with pytest.raises(MessageError) as caught:
        make()

    assert str(caught.value).startswith(problem)


def test_a_person_on_whatsapp_may_be_an_id() -> None:
    message = WhatsApp(**CHAT | {"to": "US.13491208655302741918"}, content="hi")

    assert message.to == "US.13491208655302741918"


def test_a_plain_address_stands_for_a_mailbox() -> None:
    message = Email(**MAIL, subject="a", cc=["bob@example.com"])

    assert message.cc == (Mailbox("bob@example.com"),)


def test_a_number_to_dial_loses_its_spaces() -> None:
    assert Dial("a", "b", number="+44 7700-900000").number == "+447700900000"
