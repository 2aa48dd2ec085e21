from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import attrs
import pytest

from nexmo_async.errors import MessageError
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
    CAPTIONED,
    CARRIES,
    TEXT_LENGTH,
    Channel,
    Email,
    Message,
    Messenger,
    Mms,
    Rcs,
    Sms,
    Viber,
    WhatsApp,
)

URL = "https://example.com/cat.png"
CARD = Card(title="A cat", text="It purrs.", media_url=URL)

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

FILM = Video(URL, thumbnail_url=URL, duration=10, megabytes=2)

KINDS: list[type[Message]] = [Sms, Mms, Rcs, WhatsApp, Messenger, Viber, Email]

MAIL = {"to": "daisy@example.com", "sender": "shop@example.org", "subject": "Hi"}


def build(kind: type[Message], **fields: Any) -> Message:  # noqa: ANN401  also wrong ones
    """A message that is right but for the fields given."""
    content = fields.setdefault("content", "hi")
    if kind is WhatsApp and isinstance(content, Template):
        fields.setdefault("locale", "en")
    if kind is WhatsApp and isinstance(content, Reaction):
        fields.setdefault("reply_to", "aaa-bbb")
    if kind is Viber and content is CONTENTS[Video]:
        fields["content"] = FILM
    addresses = {"to": "447700900000", "sender": "447700900001"}
    return kind(**(MAIL if kind is Email else addresses) | fields)


def name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


PAIRS = [(kind, content) for kind in KINDS for content in CONTENTS]


@pytest.mark.parametrize(
    ("kind", "content"),
    [(kind, content) for kind, content in PAIRS if content in CARRIES[kind.channel]],
    ids=name,
)
def test_a_channel_carries_what_its_table_lists(
    kind: type[Message], content: type[Content]
) -> None:
    message = build(kind, content=CONTENTS[content])

    assert type(message.content) is content


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (kind, content)
        for kind, content in PAIRS
        if content not in CARRIES[kind.channel]
    ],
    ids=name,
)
def test_a_channel_refuses_what_its_table_does_not_list(
    kind: type[Message], content: type[Content]
) -> None:
    """The mistake is caught where it is made, not by the server."""
    problem = f"^content: {kind.channel} cannot carry {content.__name__}"
    with pytest.raises(MessageError, match=problem):
        build(kind, content=CONTENTS[content])


MOST = {Text, Image, Audio, Video, File, Template, Custom}
SHAPES = {Buttons, Menu, Product, Products, Location, Contacts, MediaTemplate}

LISTED: dict[Channel, set[type[Content]]] = {
    "sms": {Text},
    "mms": {Text, Image, Vcard, Audio, Video, File, Media},
    "rcs": {Text, Image, Video, File, Card, Carousel, Custom},
    "whatsapp": MOST | SHAPES | {Sticker, Reaction},
    "messenger": MOST,
    "viber": {Text, Image, Video, File, Template, Custom},
    "email": {Text, Html, Letter},
}


@pytest.mark.parametrize(("channel", "contents"), LISTED.items(), ids=list(LISTED))
def test_the_table_of_contents_is_as_written_here(
    channel: Channel, contents: set[type[Content]]
) -> None:
    assert CARRIES[channel] == contents


@pytest.mark.parametrize("table", [CARRIES, TEXT_LENGTH, CAPTIONED])
def test_each_table_names_every_channel(table: dict[Channel, object]) -> None:
    assert set(table) == set(get_args(Channel))


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_plain_text_stands_for_text(kind: type[Message]) -> None:
    assert build(kind, content="hi").content == Text("hi")


@pytest.mark.parametrize("kind", KINDS, ids=name)
@pytest.mark.parametrize("content", [None, 7, b"hi", {"text": "hi"}, Text])
def test_what_is_no_content_is_refused(kind: type[Message], content: object) -> None:
    with pytest.raises(MessageError, match=r"^content: .* cannot carry "):
        build(kind, content=content)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_an_empty_text_is_refused(kind: type[Message]) -> None:
    with pytest.raises(MessageError, match=r"^text: is empty"):
        build(kind, content="")


LONGEST = {Sms: 3200, Rcs: 3072, WhatsApp: 4096, Messenger: 640, Viber: 1000}


@pytest.mark.parametrize(("kind", "length"), LONGEST.items(), ids=name)
def test_a_text_may_be_as_long_as_the_channel_allows(
    kind: type[Message], length: int
) -> None:
    assert build(kind, content="é" * length).content == Text("é" * length)


@pytest.mark.parametrize(("kind", "length"), LONGEST.items(), ids=name)
def test_one_character_more_is_refused(kind: type[Message], length: int) -> None:
    problem = f"^text: has {length + 1} characters, allowed are up to {length}"
    with pytest.raises(MessageError, match=problem):
        build(kind, content="é" * (length + 1))


WITH_CAPTION: dict[type[Content], Content] = {
    kind: kind(URL, caption="a cat") for kind in (Image, Audio, Video, File, Vcard)
}

SHOWN = [
    *((Mms, kind) for kind in WITH_CAPTION),
    *((WhatsApp, kind) for kind in (Image, Video, File)),
    (Viber, Image),
]
HIDDEN = [
    *((Messenger, kind) for kind in (Image, Audio, Video, File)),
    *((Rcs, kind) for kind in (Image, Video, File)),
    (WhatsApp, Audio),
    (Viber, File),
]


@pytest.mark.parametrize(("kind", "content"), SHOWN, ids=name)
def test_a_caption_goes_where_it_is_shown(
    kind: type[Message], content: type[Content]
) -> None:
    message = build(kind, content=WITH_CAPTION[content])

    assert message.content == WITH_CAPTION[content]


@pytest.mark.parametrize(("kind", "content"), HIDDEN, ids=name)
def test_a_caption_that_nobody_would_see_is_refused(
    kind: type[Message], content: type[Content]
) -> None:
    with pytest.raises(MessageError, match=r"^caption: \w+ shows none below"):
        build(kind, content=WITH_CAPTION[content])


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_message_is_frozen(kind: type[Message]) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        build(kind).to = "447700900009"


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_message_takes_keywords_only(kind: type[Any]) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        kind("447700900000", "447700900001", "hi")


@pytest.mark.parametrize("kind", KINDS, ids=name)
@pytest.mark.parametrize("missing", ["to", "sender", "content"])
def test_a_message_needs_to_sender_and_content(kind: type[Any], missing: str) -> None:
    fields = {"to": "447700900000", "sender": "447700900001", "content": "hi"}
    del fields[missing]
    if kind is Email:
        fields["subject"] = "Hi"

    with pytest.raises(TypeError, match=missing):
        kind(**fields)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_changed_message_is_checked_again(kind: type[Message]) -> None:
    """There is no back door through `attrs.evolve`."""
    with pytest.raises(MessageError, match=r"^client_ref: is empty"):
        attrs.evolve(build(kind), client_ref="")


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_equal_messages_are_equal_and_hash_the_same(kind: type[Message]) -> None:
    assert build(kind) == build(kind)
    assert hash(build(kind)) == hash(build(kind))


@pytest.mark.parametrize("kind", [Sms, Mms, Rcs, WhatsApp, Viber], ids=name)
def test_a_recipient_is_brought_to_bare_digits(kind: type[Message]) -> None:
    assert build(kind, to="+44 7700-900000").to == "447700900000"


@pytest.mark.parametrize("kind", [Sms, Mms, WhatsApp], ids=name)
def test_a_sending_number_is_brought_to_bare_digits(kind: type[Message]) -> None:
    assert build(kind, sender="+44 7700-900001").sender == "447700900001"


def test_an_sms_may_come_from_a_name() -> None:
    assert build(Sms, sender="ACME").sender == "ACME"


def test_an_sms_may_come_from_a_short_code() -> None:
    assert build(Sms, sender="12345").sender == "12345"


def test_messenger_goes_by_ids() -> None:
    message = build(Messenger, to=" person ", sender="page")

    assert (message.to, message.sender) == ("person", "page")


def test_viber_comes_from_a_service_id() -> None:
    assert build(Viber, sender="ACME-service").sender == "ACME-service"


@pytest.mark.parametrize("length", [1, 100])
def test_a_client_ref_has_one_to_a_hundred_characters(length: int) -> None:
    assert build(Sms, client_ref="r" * length).client_ref == "r" * length


@pytest.mark.parametrize("version", ["v0.1", "v1"])
def test_receipts_may_come_in_either_shape(version: str) -> None:
    assert build(Sms, webhook_version=version).webhook_version == version


TTLS = {
    "shortest": (30, 30),
    "longest": (259_200, 259_200),
    "whole float": (600.0, 600),
    "timedelta": (timedelta(minutes=10), 600),
}


@pytest.mark.parametrize(("given", "kept"), TTLS.values(), ids=TTLS)
def test_a_ttl_is_whole_seconds(given: float | timedelta, kept: int) -> None:
    message = Viber(to="447700900000", sender="ACME", content="hi", ttl=given)

    assert message.ttl == kept
    assert type(message.ttl) is int


def test_a_template_on_whatsapp_goes_with_its_language() -> None:
    message = WhatsApp(
        to="447700900000",
        sender="447700900001",
        content=Template("shop:order"),
        locale="en_GB",
        policy="deterministic",
    )

    assert (message.locale, message.policy) == ("en_GB", "deterministic")


def test_a_template_on_messenger_needs_no_language() -> None:
    message = build(Messenger, content=CONTENTS[Template])

    assert message.content == Template("shop:order")


@pytest.mark.parametrize("category", ["response", "update", None])
def test_messenger_categories_other_than_a_tag_need_none(category: str | None) -> None:
    message = build(Messenger, category=category)

    assert isinstance(message, Messenger)
    assert message.category == category


def test_a_message_tag_names_its_tag() -> None:
    message = build(Messenger, category="message_tag", tag="ACCOUNT_UPDATE")

    assert isinstance(message, Messenger)
    assert message.tag == "ACCOUNT_UPDATE"


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_what_is_not_given_is_none(kind: type[Message]) -> None:
    message = build(kind)
    required = {"to", "sender", "content", "subject"}
    options = {field.name for field in attrs.fields(kind) if field.name not in required}

    assert {getattr(message, option) for option in options} <= {None, ()}
