from __future__ import annotations

from typing import Any, Final

import pytest

from nexmo_async.sandbox.rules.flat import drafts, refuse

NUMBER: Final = "447700900000"


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


TITLES: Final[list[tuple[dict[str, Any], str, str]]] = [
    ({"channel": "pigeon"}, "Unsupported channel", "#1100"),
    ({"channel": None}, "Unsupported channel", "#1100"),
    ({"message_type": "song"}, "Invalid message type", "#1140"),
    ({"to": "+447700900000"}, "Invalid recipient", "#110"),
    ({"from": ""}, "Invalid sender", "#1120"),
    ({"client_ref": "a" * 101}, "Invalid client reference", "#1060"),
    ({"sms": {"encoding_type": "x"}}, "Invalid channel parameters", "#1110"),
    ({"ttl": 1}, "Invalid channel parameters", "#1110"),
    ({"sms": []}, "Invalid channel parameters", "#1110"),
    ({"trusted_recipient": 1}, "Invalid channel parameters", "#1110"),
    ({"text": ""}, "Invalid params", "#1150"),
    ({"failover": {}}, "Invalid params", "#1150"),
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


def test_a_list_inside_of_a_fallback_does_not_hide_its_title() -> None:
    item = message("mms", "text", text="hi", mms={"participants": ["x"]})
    body = message("sms", "text", text="hi", failover=[item])

    assert wrong(body) == [
        (
            "failover[0].mms.participants[0]",
            "must be digits only, country code first.",
        )
    ]
    assert title(body) == "Invalid channel parameters"


@pytest.mark.parametrize(
    ("failover", "name", "reason"),
    [
        ({}, "failover", "must be a list."),
        (["x"], "failover[0]", "must be an object."),
        (
            [{}],
            "failover[0].channel",
            "is required.",
        ),
        ([{}] * 1001, "failover", "must have between 0 and 1000 members."),
    ],
)
def test_fallbacks_are_a_list_of_messages(
    failover: object, name: str, reason: str
) -> None:
    body = message("sms", "text", text="hi", failover=failover)

    assert wrong(body) == [(name, reason)]


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
