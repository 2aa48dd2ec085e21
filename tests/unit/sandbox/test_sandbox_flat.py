from __future__ import annotations

from typing import Any, Final

import pytest

from nexmo_async.sandbox.flat import CARRIES, drafts, refuse

NUMBER: Final = "447700900000"
CAT: Final = "https://example.com/cat"
ACTION: Final = {"url": "https://example.com", "text": "Open"}
VIDEO: Final[dict[str, Any]] = {
    "video": {"url": CAT + ".mp4", "thumb_url": CAT + ".jpg"},
    "viber_service": {"duration": "60", "file_size": "5"},
}
TEMPLATE: Final[dict[str, Any]] = {
    "template": {"name": "greeting", "parameters": ["Ada"]},
    "whatsapp": {"locale": "en_GB", "policy": "deterministic"},
}

VIBER_FILES: Final = (
    "csv, doc, docx, dot, dotx, eps, fods, fodt, info, odf, ods, odt, pdax, pdf, rtf, "
    "txt, xls, xlsm, xlsx, xltx, xps"
)

#: One good message of each kind: channel, type, the rest.
GOOD: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("sms", "text", {"text": "hi"}),
    ("whatsapp", "text", {"text": "hi"}),
    ("whatsapp", "image", {"image": {"url": CAT + ".png", "caption": "a cat"}}),
    ("whatsapp", "audio", {"audio": {"url": CAT + ".mp3"}}),
    ("whatsapp", "video", {"video": {"url": CAT + ".mp4", "caption": "a cat"}}),
    ("whatsapp", "file", {"file": {"url": CAT + ".zip", "name": "cat.zip"}}),
    ("whatsapp", "template", TEMPLATE),
    ("whatsapp", "custom", {"custom": {"type": "contacts", "contacts": []}}),
    ("messenger", "text", {"text": "hi"}),
    ("messenger", "image", {"image": {"url": CAT + ".gif"}}),
    ("messenger", "audio", {"audio": {"url": CAT + ".mp3"}}),
    ("messenger", "video", {"video": {"url": CAT + ".mp4"}}),
    ("messenger", "file", {"file": {"url": CAT + ".csv"}}),
    ("viber_service", "text", {"text": "hi", "viber_service": {"action": ACTION}}),
    ("viber_service", "image", {"image": {"url": CAT + ".png"}}),
    ("viber_service", "video", VIDEO),
    ("viber_service", "file", {"file": {"url": CAT + ".pdf", "name": "cat.pdf"}}),
]


def message(channel: str, kind: str, /, **rest: object) -> dict[str, Any]:
    base = {"channel": channel, "message_type": kind, "to": NUMBER, "from": "44770090"}
    return {**base, **rest}


def wrong(body: dict[str, Any]) -> list[tuple[str, str]]:
    problem = refuse(body)
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


def title(body: dict[str, Any]) -> str:
    problem = refuse(body)
    return "" if problem is None else problem.title


@pytest.mark.parametrize(("channel", "kind", "rest"), GOOD)
def test_each_channel_carries_its_kinds(
    channel: str, kind: str, rest: dict[str, Any]
) -> None:
    assert wrong(message(channel, kind, **rest)) == []


def test_there_is_a_good_message_for_each_row_of_the_table() -> None:
    rows = {(channel, kind) for channel, kinds in CARRIES.items() for kind in kinds}

    assert {(channel, kind) for channel, kind, _ in GOOD} >= {
        row for row in rows if row[0] in ("sms", "messenger", "viber_service")
    }


@pytest.mark.parametrize(
    ("channel", "most"),
    [("sms", 3200), ("whatsapp", 4096), ("messenger", 640), ("viber_service", 1000)],
)
def test_a_text_has_the_length_of_its_channel(channel: str, most: int) -> None:
    too_long = [("text", f"must be between 1 and {most} characters long.")]

    assert wrong(message(channel, "text", text="a" * most)) == []
    assert wrong(message(channel, "text", text="a" * (most + 1))) == too_long
    assert wrong(message(channel, "text", text="")) == too_long


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("sms", "image"),
        ("messenger", "template"),
        ("messenger", "custom"),
        ("viber_service", "audio"),
        ("whatsapp", "html"),
    ],
)
def test_a_channel_carries_nothing_else(channel: str, kind: str) -> None:
    body = message(channel, kind)

    assert wrong(body)[0][0] == "message_type"
    assert title(body) == "Invalid message type"


REFUSED: Final[list[tuple[str, str, dict[str, Any], str, str]]] = [
    ("sms", "text", {}, "text", "is required."),
    ("sms", "text", {"text": None}, "text", "must be a string."),
    ("sms", "text", {"text": "a", "ttl": 19}, "ttl", "must be between 20 and 604800."),
    ("sms", "text", {"text": "a", "ttl": "60"}, "ttl", "must be an integer."),
    ("sms", "text", {"text": "a", "sms": []}, "sms", "must be an object."),
    (
        "sms",
        "text",
        {"text": "a", "sms": {"encoding_type": "utf-8"}},
        "sms.encoding_type",
        "must be one of text, unicode, auto.",
    ),
    ("whatsapp", "image", {}, "image", "is required."),
    ("whatsapp", "image", {"image": {}}, "image.url", "is required."),
    ("whatsapp", "image", {"image": CAT}, "image", "must be an object."),
    (
        "whatsapp",
        "image",
        {"image": {"url": CAT + ".gif"}},
        "image.url",
        "must be a file of type jpeg, jpg, png.",
    ),
    (
        "whatsapp",
        "image",
        {"image": {"url": CAT, "caption": "a" * 3001}},
        "image.caption",
        "must be between 1 and 3000 characters long.",
    ),
    (
        "whatsapp",
        "image",
        {"image": {"url": "https://" + "a" * 1993}},
        "image.url",
        "must be between 1 and 2000 characters long.",
    ),
    (
        "whatsapp",
        "template",
        {"template": {"name": "greeting"}},
        "whatsapp",
        "is required.",
    ),
    (
        "whatsapp",
        "template",
        {"template": {"name": "greeting"}, "whatsapp": {}},
        "whatsapp.locale",
        "is required.",
    ),
    (
        "whatsapp",
        "template",
        {**TEMPLATE, "whatsapp": {"locale": "en", "policy": "fallback"}},
        "whatsapp.policy",
        "must be one of deterministic.",
    ),
    (
        "whatsapp",
        "template",
        {**TEMPLATE, "template": {"name": "a", "parameters": [{"default": "x"}]}},
        "template.parameters",
        "[0] must be a string.",
    ),
    ("whatsapp", "custom", {}, "custom", "is required."),
    (
        "messenger",
        "text",
        {"text": "a", "messenger": {"category": "message_tag"}},
        "messenger.tag",
        "is required.",
    ),
    (
        "messenger",
        "text",
        {"text": "a", "messenger": {"category": "spam"}},
        "messenger.category",
        "must be one of response, update, message_tag.",
    ),
    (
        "viber_service",
        "text",
        {"text": "a", "viber_service": {"ttl": 29}},
        "viber_service.ttl",
        "must be between 30 and 259200.",
    ),
    (
        "viber_service",
        "text",
        {"text": "a", "viber_service": {"category": "chat"}},
        "viber_service.category",
        "must be one of transaction, promotion.",
    ),
    (
        "viber_service",
        "text",
        {"text": "a", "viber_service": {"action": {"url": CAT, "text": "a" * 31}}},
        "viber_service.action",
        "text must be between 1 and 30 characters long.",
    ),
    (
        "viber_service",
        "image",
        {"image": {"url": CAT}, "viber_service": {"action": ACTION}},
        "image.caption",
        "is required.",
    ),
    (
        "viber_service",
        "video",
        {**VIDEO, "viber_service": {"duration": "601", "file_size": "5"}},
        "viber_service.duration",
        "must be between 1 and 600.",
    ),
    (
        "viber_service",
        "video",
        {**VIDEO, "viber_service": {"duration": "60", "file_size": 5}},
        "viber_service.file_size",
        "must be a string of digits.",
    ),
    (
        "viber_service",
        "video",
        {**VIDEO, "video": {"url": CAT}},
        "video.thumb_url",
        "is required.",
    ),
    (
        "viber_service",
        "file",
        {"file": {"url": CAT + ".exe"}},
        "file.url",
        f"must be a file of type {VIBER_FILES}.",
    ),
    (
        "viber_service",
        "file",
        {"file": {"url": CAT, "name": "a" * 26}},
        "file.name",
        "must be between 1 and 25 characters long.",
    ),
    (
        "sms",
        "text",
        {"text": "a", "client_ref": "a" * 101},
        "client_ref",
        "must be between 1 and 100 characters long.",
    ),
    (
        "sms",
        "text",
        {"text": "a", "webhook_url": "here"},
        "webhook_url",
        "must be a URL.",
    ),
    (
        "sms",
        "text",
        {"text": "a", "webhook_version": "v2"},
        "webhook_version",
        "must be one of v0.1, v1.",
    ),
    ("sms", "text", {"text": "a", "failover": {}}, "failover", "must be a list."),
    (
        "sms",
        "text",
        {"text": "a", "failover": ["x"]},
        "failover",
        "[0] must be an object.",
    ),
]


@pytest.mark.parametrize(("channel", "kind", "rest", "name", "reason"), REFUSED)
def test_a_broken_rule_is_named(
    channel: str, kind: str, rest: dict[str, Any], name: str, reason: str
) -> None:
    assert wrong(message(channel, kind, **rest)) == [(name, reason)]


TITLES: Final[list[tuple[dict[str, Any], str, str]]] = [
    ({"channel": "pigeon"}, "Unsupported channel", "#1100"),
    ({"channel": None}, "Unsupported channel", "#1100"),
    ({"message_type": "song"}, "Invalid message type", "#1140"),
    ({"to": "+447700900000"}, "Invalid recipient", "#110"),
    ({"from": ""}, "Invalid sender", "#1120"),
    ({"client_ref": "a" * 101}, "Invalid client reference", "#1060"),
    ({"sms": {"encoding_type": "x"}}, "Invalid channel parameters", "#1110"),
    ({"ttl": 1}, "Invalid channel parameters", "#1110"),
    ({"text": ""}, "Invalid params", "#1150"),
    ({"webhook_url": "x"}, "Invalid params", "#1150"),
]


@pytest.mark.parametrize(("changes", "expected", "anchor"), TITLES)
def test_the_title_says_where_the_mistake_is(
    changes: dict[str, Any], expected: str, anchor: str
) -> None:
    problem = refuse({**message("sms", "text", text="hi"), **changes})

    assert problem is not None
    assert problem.status == 422
    assert problem.title == expected
    assert problem.type.endswith(anchor)


def test_all_mistakes_are_named_at_once() -> None:
    body = {"channel": "sms", "message_type": "text", "ttl": 1}

    assert [name for name, _ in wrong(body)] == ["to", "from", "text", "ttl"]


def test_a_whatsapp_recipient_may_be_a_scoped_user() -> None:
    body = message("whatsapp", "text", text="hi")

    assert wrong({**body, "to": "US.13491208655302741918"}) == []
    assert wrong({**body, "to": "somebody"})[0][0] == "to"


def test_unknown_fields_are_let_through() -> None:
    assert wrong(message("sms", "text", text="hi", colour="blue")) == []


def test_a_mistake_inside_of_a_fallback_is_named_with_its_place() -> None:
    item = message("sms", "text", text="")
    body = message("whatsapp", "text", text="hi", failover=[item])

    assert wrong(body) == [
        ("failover[0].text", "must be between 1 and 3200 characters long.")
    ]
    assert title(body) == "Invalid params"


def test_a_fallback_with_a_bad_recipient_has_that_title() -> None:
    item = {**message("sms", "text", text="hi"), "to": "x"}

    assert title(message("whatsapp", "text", text="hi", failover=[item])) == (
        "Invalid recipient"
    )


def test_a_fallback_has_no_fallback_of_its_own() -> None:
    item = message("sms", "text", text="hi", failover=[])

    assert wrong(message("whatsapp", "text", text="hi", failover=[item])) == [
        ("failover[0].failover", "is not for a fallback.")
    ]


def test_a_request_becomes_a_draft() -> None:
    body = message(
        "sms",
        "text",
        text="hi",
        ttl=60,
        client_ref="mine",
        webhook_url="https://example.com",
        webhook_version="v0.1",
        sms={"encoding_type": "unicode"},
    )

    (draft,) = drafts(body)

    assert draft.api == "v1"
    assert (draft.channel, draft.message_type) == ("sms", "text")
    assert (draft.to, draft.sender, draft.text) == (NUMBER, "44770090", "hi")
    assert (draft.ttl, draft.client_ref) == (60, "mine")
    assert draft.webhook_url == "https://example.com"
    assert draft.webhook_version == "v0.1"
    assert draft.encoding == "unicode"
    assert draft.request is body


def test_the_ttl_of_viber_stands_inside_of_its_options() -> None:
    body = message("viber_service", "text", text="hi", viber_service={"ttl": 60})

    assert drafts(body)[0].ttl == 60


def test_whatsapp_has_no_ttl() -> None:
    assert drafts(message("whatsapp", "text", text="hi", ttl=60))[0].ttl is None


def test_each_fallback_is_a_draft_with_options_of_its_own() -> None:
    first = message("whatsapp", "text", text="a", webhook_url="https://example.com")
    second = message("sms", "text", text="b")

    found = drafts({**first, "failover": [second]})

    assert [draft.text for draft in found] == ["a", "b"]
    assert found[1].webhook_url is None
