"""What the messages of the table are made of, there and here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from vonage_messages import models as v

from nexmo_async import models as m

TO: Final = "447700900001"
FROM: Final = "447700900002"
PERSON: Final = "1234567890123456"
UUID: Final = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
HOME: Final = "https://example.com/"
PNG, MP3, MP4, PDF, VCF, WEBP = (
    f"{HOME}{name}" for name in ("a.png", "a.mp3", "a.mp4", "a.pdf", "a.vcf", "a.webp")
)
START: Final = datetime(2026, 12, 1, 10, tzinfo=UTC)
END: Final = datetime(2026, 12, 1, 11, tzinfo=UTC)

#: What each message to a number is, there and here.
THERE: Final = {"to": TO, "from_": FROM}
HERE: Final = {"to": TO, "sender": FROM}
AGENT_THERE: Final = {"to": TO, "from_": "ACME"}
AGENT_HERE: Final = {"to": TO, "sender": "ACME"}
PAGE_THERE: Final = {"to": PERSON, "from_": PERSON}
PAGE_HERE: Final = {"to": PERSON, "sender": PERSON}


def suggestions_there() -> list[v.RcsSuggestionBase]:
    """One suggestion of each kind, there."""
    words = {"text": "Tap", "postback_data": "tapped"}
    time = {"start_time": START.isoformat(), "end_time": END.isoformat()}
    return [
        v.RcsSuggestionReply(**words),
        v.RcsSuggestionActionDial(**words, phone_number=TO, fallback_url=HOME),
        v.RcsSuggestionActionViewLocation(
            **words, latitude="51.5", longitude="-0.1", pin_label="Here"
        ),
        v.RcsSuggestionActionShareLocation(**words),
        v.RcsSuggestionActionOpenUrl(**words, url=HOME, description="A shop"),
        v.RcsSuggestionActionOpenUrlWebview(
            **words, url=HOME, description="A shop", view_mode="TALL"
        ),
        v.RcsSuggestionActionCreateCalendarEvent(
            **words, **time, title="Delivery", description="We come at ten"
        ),
    ]


def suggestions_here() -> list[m.Suggestion]:
    """The same, here."""
    return [
        m.Reply("Tap", "tapped"),
        m.Dial("Tap", "tapped", number=TO, fallback_url=HOME),
        m.ViewLocation("Tap", "tapped", latitude=51.5, longitude=-0.1, pin="Here"),
        m.ShareLocation("Tap", "tapped"),
        m.OpenUrl("Tap", "tapped", url=HOME, description="A shop"),
        m.OpenWebview("Tap", "tapped", url=HOME, description="A shop", view="tall"),
        m.CreateEvent(
            "Tap",
            "tapped",
            title="Delivery",
            start=START,
            end=END,
            description="We come at ten",
        ),
    ]


def cards_there() -> list[v.RcsCard]:
    """Two cards with all that a card can have, there."""
    reply = v.RcsSuggestionReply(text="This", postback_data="this")
    return [
        v.RcsCard(
            title=name,
            text="It purrs.",
            media_url=PNG,
            media_height="SHORT",
            media_description="A cat",
            thumbnail_url=PNG,
            media_force_refresh=True,
            suggestions=[reply],
        )
        for name in ("Tom", "Kitty")
    ]


def cards_here() -> list[m.Card]:
    """The same, here."""
    return [
        m.Card(
            title=name,
            text="It purrs.",
            media_url=PNG,
            height="short",
            media_description="A cat",
            thumbnail_url=PNG,
            refresh=True,
            suggestions=[m.Reply("This", "this")],
        )
        for name in ("Tom", "Kitty")
    ]
