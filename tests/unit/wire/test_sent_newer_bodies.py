"""What leaves over MMS, RCS and email: each sample beside the message that makes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nexmo_async.models import (
    Audio,
    Card,
    Carousel,
    CreateEvent,
    Custom,
    Dial,
    Email,
    File,
    Html,
    Image,
    Letter,
    Mailbox,
    Media,
    Message,
    Mms,
    OpenUrl,
    OpenWebview,
    Rcs,
    Reply,
    ShareLocation,
    Suggestion,
    Vcard,
    Video,
    ViewLocation,
)
from nexmo_async.wire.codec import dumps
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.wire.suggestions import SUGGESTIONS

if TYPE_CHECKING:
    from typing import Any

    from nexmo_async.wire.limits import Api

SAMPLES = Path(__file__).parents[2] / "samples"

PHONES = {"to": "447700900000", "sender": "12345"}
AGENT = {"to": "447700900000", "sender": "ACME"}
MAIL = {
    "to": "daisy@example.com",
    "sender": "shop@example.org",
    "subject": "Your order",
}

CAT = Image("https://example.com/cat.png", caption="A cat")
PAGE = "https://example.com/parcel"
NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)

ALL_SUGGESTIONS: list[Suggestion] = [
    Reply("Yes", "yes"),
    Dial("Call us", "call", number="+44 7700 900001", fallback_url=PAGE),
    ViewLocation("Where?", "map", latitude=51.5, longitude=-0.12, pin="Our shop"),
    ShareLocation("I am here", "here"),
    OpenUrl("Follow", "follow", url=PAGE),
    OpenWebview("Pay", "pay", url=PAGE, description="The till", view="tall"),
    CreateEvent(
        "Remind me",
        "event",
        title="Parcel",
        start=NOON,
        end=NOON + timedelta(hours=1),
        fallback_url=PAGE,
    ),
]

PLAIN = Card(title="A cat", text="It purrs.", media_url="https://example.com/cat.png")
RICH = Card(
    title="A cat",
    text="It purrs.",
    media_url="https://example.com/cat.mp4",
    media_description="A cat that purrs",
    height="tall",
    thumbnail_url="https://example.com/cat.jpg",
    refresh=True,
    suggestions=[Reply("More", "more")],
    orientation="vertical",
)
LYING = Card(
    title="A cat",
    text="It purrs.",
    media_url="https://example.com/cat.png",
    orientation="horizontal",
    alignment="left",
)

MESSAGES: dict[str, Message] = {
    "v0.1/send-mms-image": Mms(**PHONES, content=CAT, client_ref="order-7"),
    "v1/send-mms-text": Mms(
        **PHONES,
        content="Hello, all of you.",
        participants=["447700900002", "447700900003"],
        trusted_recipient=False,
    ),
    "v1/send-mms-image": Mms(**PHONES, content=CAT, ttl=600),
    "v1/send-mms-vcard": Mms(**PHONES, content=Vcard("https://example.com/daisy.vcf")),
    "v1/send-mms-audio": Mms(
        **PHONES, content=Audio("https://example.com/purr.mp3", caption="Purr")
    ),
    "v1/send-mms-video": Mms(**PHONES, content=Video("https://example.com/cat.mp4")),
    "v1/send-mms-file": Mms(**PHONES, content=File("https://example.com/cats.zip")),
    "v1/send-mms-content": Mms(
        **PHONES, content=Media(CAT, Vcard("https://example.com/daisy.vcf"))
    ),
    "v1/send-rcs-text": Rcs(
        **AGENT,
        content="Your parcel arrives at two.",
        category="service-request",
        ttl=3600,
        trusted_recipient=True,
    ),
    "v1/send-rcs-suggestions": Rcs(
        **AGENT, content="Your parcel arrives at two.", suggestions=ALL_SUGGESTIONS
    ),
    "v1/send-rcs-image": Rcs(**AGENT, content=Image("https://example.com/cat.png")),
    "v1/send-rcs-video": Rcs(**AGENT, content=Video("https://example.com/cat.mp4")),
    "v1/send-rcs-file": Rcs(**AGENT, content=File("https://example.com/cats.pdf")),
    "v1/send-rcs-custom": Rcs(
        **AGENT, content=Custom({"contentMessage": {"text": "Hello"}})
    ),
    "v1/send-rcs-card": Rcs(**AGENT, content=RICH),
    "v1/send-rcs-card-lying": Rcs(**AGENT, content=LYING),
    "v1/send-rcs-carousel": Rcs(
        **AGENT,
        content=Carousel([PLAIN, PLAIN], width="medium"),
        suggestions=[Reply("Stop", "stop")],
    ),
    "v1/send-email-text": Email(**MAIL, content="It is on its way."),
    "v1/send-email-html": Email(
        **MAIL,
        content=Html("<p>It is on its way.</p>"),
        to_name="Daisy",
        sender_name="The shop",
        importance="high",
        priority="non-urgent",
        sensitivity="company-confidential",
        cc=["carol@example.com"],
        bcc=[Mailbox("bob@example.com", "Bob")],
    ),
    "v1/send-email-content": Email(
        **MAIL, content=Letter("It is on its way.", Html("<p>It is on its way.</p>"))
    ),
}


def sample(name: str) -> Any:  # noqa: ANN401  whatever the file holds
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def written(message: Message, api: Api = "v1") -> Any:  # noqa: ANN401  a JSON body
    return json.loads(dumps(DIALECTS[api].message(message, message.client_ref)))


@pytest.mark.parametrize(("name", "message"), MESSAGES.items(), ids=MESSAGES)
def test_a_newer_message_is_spelled_as_its_generation_wants(
    name: str, message: Message
) -> None:
    api: Api = "v0.1" if name.startswith("v0.1/") else "v1"

    assert written(message, api) == sample(name)


def test_each_sample_of_a_newer_body_is_compared_here() -> None:
    found = {
        f"{file.parent.name}/{file.stem}"
        for channel in ("mms", "rcs", "email")
        for file in SAMPLES.glob(f"*/send-{channel}-*.json")
    }

    assert found == set(MESSAGES)


def test_every_suggestion_has_a_word() -> None:
    assert {type(said) for said in ALL_SUGGESTIONS} == set(SUGGESTIONS)


def test_an_upright_card_says_how_high_it_is() -> None:
    """The spec demands it, the service's own libraries leave it out."""
    body = written(Rcs(**AGENT, content=PLAIN))

    assert body["card"]["media_height"] == "SHORT"


def test_a_lying_card_says_no_height_unless_it_has_one() -> None:
    body = written(Rcs(**AGENT, content=LYING))

    assert "media_height" not in body["card"]


def test_degrees_are_written_without_an_exponent() -> None:
    place = ViewLocation("a", "b", latitude=0.00001, longitude=-180, pin="c")
    body = written(Rcs(**AGENT, content="hi", suggestions=[place]))
    [said] = body["suggestions"]

    assert (said["latitude"], said["longitude"]) == ("0.00001", "-180")


def test_a_moment_keeps_its_time_zone() -> None:
    paris = timezone(timedelta(hours=2))
    begin = datetime(2030, 6, 1, 14, tzinfo=paris)
    event = CreateEvent("a", "b", title="c", start=begin, end=NOON + timedelta(hours=9))
    body = written(Rcs(**AGENT, content="hi", suggestions=[event]))

    assert body["suggestions"][0]["start_time"] == "2030-06-01T14:00:00+02:00"
