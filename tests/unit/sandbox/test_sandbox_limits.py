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


def wrong(channel: str, kind: str, rest: dict[str, Any]) -> list[tuple[str, str]]:
    body = {"channel": channel, "message_type": kind, **PARTIES[channel], **rest}
    problem = refuse(body)
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


def nest(path: str, value: object) -> dict[str, Any]:
    """A member at a path, in the objects it needs."""
    first, _, rest = path.partition(".")
    return {first: nest(rest, value) if rest else value}


def merge(body: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, object by object."""
    merged = dict(body)
    for name, value in more.items():
        old = merged.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[name] = merge(old or {}, value) if both else value
    return merged


TEXT: Final[dict[str, Any]] = {"text": "a"}
LETTER: Final[dict[str, Any]] = {"text": "a", "email": {"subject": "a"}}
VIDEO: Final[dict[str, Any]] = {
    "video": {"url": AT, "thumb_url": AT},
    "viber_service": {"duration": "60", "file_size": "5"},
}
PICTURE: Final[dict[str, Any]] = {"image": {"url": AT}}
CARD: Final[dict[str, Any]] = {"card": {"title": "a", "text": "a", "media_url": AT}}
CALLED: Final[dict[str, Any]] = {
    "text": "a",
    "viber_service": {"action": {"url": AT, "text": "a"}},
}

#: channel, type, the rest, member, fewest and most characters.
LENGTHS: Final[list[tuple[str, str, dict[str, Any], str, int, int]]] = [
    ("sms", "text", {}, "text", 1, 3200),
    ("rcs", "text", {}, "text", 1, 3072),
    ("whatsapp", "text", {}, "text", 1, 4096),
    ("messenger", "text", {}, "text", 1, 640),
    ("viber_service", "text", {}, "text", 1, 1000),
    ("sms", "text", TEXT, "client_ref", 1, 100),
    ("sms", "text", TEXT, "from", 1, 50),
    ("messenger", "text", TEXT, "to", 1, 50),
    ("messenger", "text", TEXT, "from", 1, 50),
    ("viber_service", "text", TEXT, "from", 1, 50),
    ("mms", "image", PICTURE, "image.caption", 1, 3000),
    ("whatsapp", "image", PICTURE, "image.caption", 1, 3000),
    ("viber_service", "text", CALLED, "viber_service.action.text", 1, 30),
    ("viber_service", "file", {"file": {"url": AT}}, "file.name", 1, 25),
    ("rcs", "card", CARD, "card.title", 1, 200),
    ("rcs", "card", CARD, "card.text", 1, 2000),
    ("email", "text", LETTER, "email.to_name", 1, 100),
    ("email", "text", LETTER, "email.from_name", 1, 100),
]

#: channel, type, the rest, member, smallest and largest number.
NUMBERS: Final[list[tuple[str, str, dict[str, Any], str, int, int]]] = [
    ("sms", "text", TEXT, "ttl", 20, 604_800),
    ("mms", "text", TEXT, "ttl", 300, 259_200),
    ("rcs", "text", TEXT, "ttl", 20, 259_200),
    ("viber_service", "text", TEXT, "viber_service.ttl", 30, 259_200),
]

#: channel, type, the rest, member, the words it may be.
WORDS: Final[list[tuple[str, str, dict[str, Any], str, list[str]]]] = [
    ("sms", "text", TEXT, "webhook_version", ["v0.1", "v1"]),
    ("email", "text", LETTER, "webhook_version", ["v0.1", "v1"]),
    ("rcs", "text", TEXT, "webhook_version", ["v0.1", "v1"]),
    ("sms", "text", TEXT, "sms.encoding_type", ["text", "unicode", "auto"]),
    (
        "rcs",
        "text",
        TEXT,
        "rcs.category",
        [
            "authentication",
            "transaction",
            "promotion",
            "service-request",
            "acknowledgement",
        ],
    ),
    ("rcs", "card", CARD, "card.media_height", ["SHORT", "MEDIUM", "TALL"]),
    ("whatsapp", "text", TEXT, "whatsapp.policy", ["deterministic"]),
    ("messenger", "text", TEXT, "messenger.category", ["response", "update"]),
    (
        "viber_service",
        "text",
        TEXT,
        "viber_service.category",
        ["transaction", "promotion"],
    ),
    ("email", "text", LETTER, "email.importance", ["High", "Normal", "Low"]),
    ("email", "text", LETTER, "email.priority", ["Non-urgent", "Normal", "Urgent"]),
    (
        "email",
        "text",
        LETTER,
        "email.sensitivity",
        ["Personal", "Private", "Company-Confidential"],
    ),
]

#: channel, type, the rest, where the address is, endings that are taken, one not.
ENDINGS: Final[list[tuple[str, str, dict[str, Any], str, str, str]]] = [
    ("mms", "image", {}, "image.url", "jpg jpeg png gif bmp", "webp"),
    ("mms", "vcard", {}, "vcard.url", "vcf", "txt"),
    ("mms", "audio", {}, "audio.url", "mp3 amr midi wav ac3", "opus"),
    ("mms", "video", {}, "video.url", "mp4 3pg 3gp avi mpg", "webm"),
    ("mms", "file", {}, "file.url", "zip csv pdf exe", ""),
    ("rcs", "image", {}, "image.url", "jpg jpeg png gif", "bmp"),
    ("rcs", "video", {}, "video.url", "mp4 m4v h263 mpeg webm", "avi"),
    ("rcs", "file", {}, "file.url", "pdf", "zip"),
    ("rcs", "card", CARD, "card.media_url", "jpg png gif mp4 webm pdf", "zip"),
    ("rcs", "card", CARD, "card.thumbnail_url", "jpg png gif", "pdf"),
    ("whatsapp", "image", {}, "image.url", "jpg jpeg png", "gif"),
    ("whatsapp", "audio", {}, "audio.url", "aac m4a amr mp3 opus", "wav"),
    ("whatsapp", "video", {}, "video.url", "mp4 3gpp", "avi"),
    ("whatsapp", "file", {}, "file.url", "zip csv pdf docx", ""),
    ("whatsapp", "sticker", {}, "sticker.url", "webp", "png"),
    ("messenger", "image", {}, "image.url", "jpg jpeg png gif", "bmp"),
    ("messenger", "audio", {}, "audio.url", "mp3", "wav"),
    ("messenger", "video", {}, "video.url", "mp4", "avi"),
    ("viber_service", "image", {}, "image.url", "jpg jpeg png", "gif"),
    (
        "viber_service",
        "file",
        {},
        "file.url",
        (
            "doc docx rtf dot dotx odt odf fodt txt info pdf xps pdax eps xls xlsx "
            "ods fods csv xlsm xltx"
        ),
        "zip",
    ),
]


def known(table: list[Any]) -> list[Any]:
    return [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[3]}") for row in table]


@pytest.mark.parametrize(
    ("channel", "kind", "rest", "path", "least", "most"), known(LENGTHS)
)
def test_a_text_is_held_to_its_length(  # noqa: PLR0913, PLR0917 - a table
    channel: str, kind: str, rest: dict[str, Any], path: str, least: int, most: int
) -> None:
    reason = f"must be between {least} and {most} characters long."

    for size in (least, most):
        assert wrong(channel, kind, merge(rest, nest(path, "a" * size))) == []
    for size in (least - 1, most + 1):
        found = wrong(channel, kind, merge(rest, nest(path, "a" * size)))
        assert found == [(path, reason)]


@pytest.mark.parametrize(
    ("channel", "kind", "rest", "path", "least", "most"), known(NUMBERS)
)
def test_a_number_is_held_to_its_range(  # noqa: PLR0913, PLR0917 - a table
    channel: str, kind: str, rest: dict[str, Any], path: str, least: int, most: int
) -> None:
    reason = f"must be between {least} and {most}."

    for value in (least, most):
        assert wrong(channel, kind, merge(rest, nest(path, value))) == []
    for value in (least - 1, most + 1):
        found = wrong(channel, kind, merge(rest, nest(path, value)))
        assert found == [(path, reason)]
    assert wrong(channel, kind, merge(rest, nest(path, str(least)))) == [
        (path, "must be an integer.")
    ]


@pytest.mark.parametrize(("channel", "kind", "rest", "path", "words"), known(WORDS))
def test_a_word_is_one_of_the_known(
    channel: str, kind: str, rest: dict[str, Any], path: str, words: list[str]
) -> None:
    for word in words:
        assert wrong(channel, kind, merge(rest, nest(path, word))) == []
    for other in (words[0].swapcase(), "", None, 1, [words[0]]):
        found = wrong(channel, kind, merge(rest, nest(path, other)))
        assert [name for name, _ in found] == [path]


@pytest.mark.parametrize(
    ("channel", "kind", "rest", "path", "good", "bad"), known(ENDINGS)
)
def test_a_file_is_of_a_kind_that_the_channel_shows(  # noqa: PLR0913, PLR0917 - a table
    channel: str, kind: str, rest: dict[str, Any], path: str, good: str, bad: str
) -> None:
    for ending in ["", *good.split()]:
        address = f"{AT}.{ending}" if ending else AT
        assert wrong(channel, kind, merge(rest, nest(path, address))) == []
    if bad:
        found = wrong(channel, kind, merge(rest, nest(path, f"{AT}.{bad}")))
        assert [name for name, _ in found] == [path]


@pytest.mark.parametrize(
    ("channel", "kind", "path", "least", "most"),
    [
        ("whatsapp", "image", "image.url", 8, 2000),
        ("whatsapp", "audio", "audio.url", 10, 2000),
        ("messenger", "audio", "audio.url", 10, 2000),
    ],
)
def test_an_address_is_held_to_its_length(
    channel: str, kind: str, path: str, least: int, most: int
) -> None:
    for size in (least, most):
        address = "http://" + "a" * (size - 7)
        assert wrong(channel, kind, nest(path, address)) == []
    too_long = "http://" + "a" * (most - 6)
    assert [name for name, _ in wrong(channel, kind, nest(path, too_long))] == [path]
    too_short = "http://" + "a" * (least - 8)
    assert [name for name, _ in wrong(channel, kind, nest(path, too_short))] == [path]
