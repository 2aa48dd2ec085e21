from __future__ import annotations

from typing import Any, Final

import pytest

from nexmo_async.sandbox.rules.flat import refuse

NUMBER: Final = "447700900000"
AT: Final = "https://example.com/it"
PARTIES: Final[dict[str, dict[str, str]]] = {
    "sms": {"to": NUMBER, "from": "ACME"},
    "mms": {"to": NUMBER, "from": "12345"},
    "rcs": {"to": NUMBER, "from": "Acme"},
    "whatsapp": {"to": NUMBER, "from": NUMBER},
    "messenger": {"to": "1", "from": "2"},
    "viber_service": {"to": NUMBER, "from": "16273"},
    "email": {"to": "ada@example.com", "from": "acme@example.org"},
}
CARD: Final[dict[str, Any]] = {"title": "a", "text": "a", "media_url": AT}
ACTION: Final = {"url": AT, "text": "Open"}
VIDEO: Final = {"url": AT, "thumb_url": AT}
REPLY: Final = {"type": "reply", "text": "Yes", "postback_data": "yes"}
TAG: Final = {"category": "message_tag"}
DIGITS: Final = "must be digits only, country code first."
ADDRESS: Final = "must be one bare address such as ada@example.com."

Row = tuple[str, str, dict[str, Any], list[tuple[str, str]]]

#: channel, type, the rest, what is wrong with it.
ROWS: Final[list[Row]] = [
    # Options stand in objects.
    ("sms", "text", {"text": "a", "sms": []}, [("sms", "must be an object.")]),
    ("mms", "text", {"text": "a", "mms": 1}, [("mms", "must be an object.")]),
    ("rcs", "text", {"text": "a", "rcs": ""}, [("rcs", "must be an object.")]),
    (
        "sms",
        "text",
        {"text": "a", "trusted_recipient": "yes"},
        [("trusted_recipient", "must be true or false.")],
    ),
    (
        "sms",
        "text",
        {"text": "a", "sms": {"pool_id": ""}},
        [("sms.pool_id", "must not be empty.")],
    ),
    (
        "sms",
        "text",
        {"text": "a", "webhook_url": "x"},
        [("webhook_url", "must be a URL.")],
    ),
    ("sms", "text", {"text": None}, [("text", "must be a string.")]),
    # A group of MMS.
    (
        "mms",
        "text",
        {"text": "a", "mms": {"participants": []}},
        [("mms.participants", "must have between 1 and 1000 members.")],
    ),
    (
        "mms",
        "text",
        {"text": "a", "mms": {"participants": [NUMBER, "+44"]}},
        [("mms.participants[1]", DIGITS)],
    ),
    # Several attachments.
    (
        "mms",
        "content",
        {"content": []},
        [("content", "must have between 1 and 1000 members.")],
    ),
    (
        "mms",
        "content",
        {
            "content": [
                {"type": "image", "url": AT + ".png"},
                {"type": "image", "url": AT + ".pdf"},
            ]
        },
        [("content[1].url", "must be a file of type bmp, gif, jpeg, jpg, png.")],
    ),
    (
        "mms",
        "content",
        {"content": [{"type": "song", "url": AT}]},
        [("content[0].type", "must be one of image, vcard, audio, video, file.")],
    ),
    ("mms", "content", {"content": ["a"]}, [("content[0]", "must be an object.")]),
    # Cards.
    (
        "rcs",
        "card",
        {"card": CARD, "rcs": {"card_orientation": "HORIZONTAL"}},
        [("rcs.image_alignment", "is required.")],
    ),
    ("rcs", "card", {"card": CARD, "rcs": {"card_orientation": "VERTICAL"}}, []),
    (
        "rcs",
        "card",
        {"card": CARD, "rcs": {"card_orientation": "DIAGONAL"}},
        [("rcs.card_orientation", "must be one of VERTICAL, HORIZONTAL.")],
    ),
    (
        "rcs",
        "card",
        {"card": CARD, "rcs": {"image_alignment": "TOP"}},
        [("rcs.image_alignment", "must be one of LEFT, RIGHT.")],
    ),
    (
        "rcs",
        "card",
        {"card": {**CARD, "suggestions": [REPLY] * 5}},
        [("card.suggestions", "must have between 0 and 4 members.")],
    ),
    (
        "rcs",
        "card",
        {"card": {**CARD, "media_force_refresh": 1}},
        [("card.media_force_refresh", "must be true or false.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": {"cards": [CARD]}},
        [("carousel.cards", "must have between 2 and 10 members.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": {"cards": [CARD] * 11}},
        [("carousel.cards", "must have between 2 and 10 members.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": [CARD, CARD]},
        [("carousel", "must be an object.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": {"cards": [CARD, {**CARD, "title": ""}]}},
        [("carousel.cards[1].title", "must be between 1 and 200 characters long.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": {"cards": [CARD, CARD]}, "rcs": {"card_width": "LARGE"}},
        [("rcs.card_width", "must be one of SMALL, MEDIUM.")],
    ),
    (
        "rcs",
        "carousel",
        {"carousel": {"cards": [CARD, CARD]}, "suggestions": [REPLY] * 12},
        [("suggestions", "must have between 0 and 11 members.")],
    ),
    # WhatsApp.
    (
        "whatsapp",
        "template",
        {"template": {"name": "a"}, "whatsapp": {"locale": "en", "policy": "fallback"}},
        [("whatsapp.policy", "must be one of deterministic.")],
    ),
    (
        "whatsapp",
        "template",
        {"template": {"name": "a"}, "whatsapp": {"locale": "English"}},
        [("whatsapp.locale", "must be a language such as en_GB.")],
    ),
    (
        "whatsapp",
        "template",
        {
            "template": {"name": "a", "parameters": ["b", {"default": "x"}]},
            "whatsapp": {"locale": "en"},
        },
        [("template.parameters[1]", "must be a string.")],
    ),
    (
        "whatsapp",
        "text",
        {"text": "a", "context": {}},
        [("context.message_uuid", "is required.")],
    ),
    (
        "whatsapp",
        "sticker",
        {"sticker": {}},
        [("sticker", "must have one of url, id.")],
    ),
    (
        "whatsapp",
        "sticker",
        {"sticker": {"url": AT, "id": "1"}},
        [("sticker", "must have one of url, id.")],
    ),
    (
        "whatsapp",
        "reaction",
        {"reaction": {"action": "react"}, "context": {"message_uuid": "a"}},
        [("reaction.emoji", "is required.")],
    ),
    (
        "whatsapp",
        "reaction",
        {"reaction": {"action": "love"}, "context": {"message_uuid": "a"}},
        [("reaction.action", "must be one of react, unreact.")],
    ),
    (
        "whatsapp",
        "reaction",
        {"reaction": {"action": "unreact"}, "context": {}},
        [("context.message_uuid", "is required.")],
    ),
    # Messenger.
    (
        "messenger",
        "text",
        {"text": "a", "messenger": TAG},
        [("messenger.tag", "is required.")],
    ),
    (
        "messenger",
        "text",
        {"text": "a", "messenger": {**TAG, "tag": "ACCOUNT_UPDATE"}},
        [],
    ),
    # Viber.
    (
        "viber_service",
        "image",
        {"image": {"url": AT}, "viber_service": {"action": ACTION}},
        [("image.caption", "is required.")],
    ),
    (
        "viber_service",
        "image",
        {"image": {"url": AT, "caption": "a"}, "viber_service": {"action": ACTION}},
        [],
    ),
    (
        "viber_service",
        "text",
        {"text": "a", "viber_service": {"action": {}}},
        [
            ("viber_service.action.url", "is required."),
            ("viber_service.action.text", "is required."),
        ],
    ),
    (
        "viber_service",
        "video",
        {"video": VIDEO, "viber_service": {"duration": "601", "file_size": "200"}},
        [("viber_service.duration", "must be between 1 and 600.")],
    ),
    (
        "viber_service",
        "video",
        {"video": VIDEO, "viber_service": {"duration": "0", "file_size": "201"}},
        [
            ("viber_service.duration", "must be between 1 and 600."),
            ("viber_service.file_size", "must be between 1 and 200."),
        ],
    ),
    (
        "viber_service",
        "video",
        {"video": VIDEO, "viber_service": {"duration": 60, "file_size": "5"}},
        [("viber_service.duration", "must be a string of digits.")],
    ),
    (
        "viber_service",
        "video",
        {
            "video": {"url": AT, "thumb_url": "http://" + "a" * 994},
            "viber_service": {"duration": "1", "file_size": "1"},
        },
        [("video.thumb_url", "must be between 1 and 1000 characters long.")],
    ),
    # Email.
    (
        "email",
        "text",
        {"text": "a", "email": {"subject": ""}},
        [("email.subject", "must not be empty.")],
    ),
    (
        "email",
        "content",
        {
            "content": [{"type": "text", "text": "a"}, {"type": "html"}],
            "email": {"subject": "a"},
        },
        [("content[1].body", "is required.")],
    ),
    (
        "email",
        "text",
        {"text": "a", "email": {"subject": "a", "cc": [{"address": "x"}]}},
        [("email.cc[0].address", ADDRESS)],
    ),
    (
        "email",
        "text",
        {"text": "a", "email": {"subject": "a", "bcc": [{"name": "Bob"}]}},
        [("email.bcc[0].address", "is required.")],
    ),
]


@pytest.mark.parametrize(("channel", "kind", "rest", "found"), ROWS)
def test_a_broken_rule_is_named(
    channel: str, kind: str, rest: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    problem = refuse(
        {"channel": channel, "message_type": kind, **PARTIES[channel], **rest}
    )
    violations = () if problem is None else problem.violations

    assert [(it.name, it.reason) for it in violations] == found


@pytest.mark.parametrize(
    ("channel", "party", "value"),
    [
        ("sms", "from", "ACME"),
        ("mms", "from", "12345"),
        ("rcs", "from", "Acme_Agent-1"),
        ("whatsapp", "to", "US.13491208655302741918"),
        ("email", "to", "ada+news@mail.example.com"),
    ],
)
def test_a_party_is_spelled_as_its_channel_does(
    channel: str, party: str, value: str
) -> None:
    rest = {"text": "a", "email": {"subject": "a"}, party: value}

    assert (
        refuse({"channel": channel, "message_type": "text", **PARTIES[channel], **rest})
        is None
    )


@pytest.mark.parametrize(
    ("channel", "party", "value"),
    [
        ("sms", "to", "+447700900000"),
        ("sms", "to", "ACME"),
        ("mms", "from", "ACME"),
        ("rcs", "from", "Acme Agent"),
        ("rcs", "to", "US.13491208655302741918"),
        ("whatsapp", "to", "us.1349"),
        ("whatsapp", "from", "ACME"),
        ("viber_service", "to", "1234567890123456"),
        ("email", "to", "Ada <ada@example.com>"),
        ("email", "from", "ada@example.com, bob@example.com"),
    ],
)
def test_a_party_is_spelled_in_no_other_way(
    channel: str, party: str, value: str
) -> None:
    rest = {"text": "a", "email": {"subject": "a"}, party: value}
    problem = refuse(
        {"channel": channel, "message_type": "text", **PARTIES[channel], **rest}
    )

    assert problem is not None
    assert [violation.name for violation in problem.violations] == [party]
