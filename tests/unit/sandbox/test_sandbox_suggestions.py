from __future__ import annotations

from typing import Any, Final

import pytest

from nexmo_async.sandbox.rules.flat import refuse
from nexmo_async.sandbox.rules.suggestions import KINDS

AT: Final = "https://example.com"
TIMES: Final = {
    "start_time": "2026-01-01T14:00:00Z",
    "end_time": "2026-01-01T15:00:00Z",
    "title": "Lunch",
}

#: Kind -> what it must have besides its words, what it may have.
KNOWN: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "reply": ({}, {}),
    "dial": ({"phone_number": "+447700900000"}, {"fallback_url": AT}),
    "view_location": (
        {"latitude": "51.5", "longitude": "-0.12", "pin_label": "London"},
        {"fallback_url": AT},
    ),
    "share_location": ({}, {}),
    "open_url": ({"url": AT}, {"description": "a" * 500}),
    "open_url_in_webview": ({"url": AT}, {"description": "a", "view_mode": "HALF"}),
    "create_calendar_event": (TIMES, {"description": "a", "fallback_url": AT}),
}
WORDS: Final = {"text": "a" * 25, "postback_data": "tapped"}


def wrong(suggestion: object) -> list[tuple[str, str]]:
    problem = refuse(
        {
            "channel": "rcs",
            "message_type": "text",
            "to": "447700900000",
            "from": "Acme",
            "text": "a",
            "suggestions": [suggestion],
        }
    )
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


def needed() -> list[tuple[str, str]]:
    return [
        (kind, name)
        for kind, (must, _) in KNOWN.items()
        for name in ["type", *WORDS, *must]
    ]


def test_these_are_all_kinds() -> None:
    assert set(KINDS) == set(KNOWN)


@pytest.mark.parametrize("kind", list(KNOWN))
def test_a_suggestion_is_good_with_what_it_must_have(kind: str) -> None:
    assert wrong({"type": kind, **WORDS, **KNOWN[kind][0]}) == []


@pytest.mark.parametrize("kind", list(KNOWN))
def test_a_suggestion_is_good_with_all_it_may_have(kind: str) -> None:
    must, may = KNOWN[kind]

    assert wrong({"type": kind, **WORDS, **must, **may}) == []


@pytest.mark.parametrize(("kind", "name"), needed())
def test_what_must_be_there_is_named_when_it_is_not(kind: str, name: str) -> None:
    suggestion = {"type": kind, **WORDS, **KNOWN[kind][0]}
    del suggestion[name]

    assert wrong(suggestion) == [(f"suggestions[0].{name}", "is required.")]


@pytest.mark.parametrize(
    ("kind", "changes", "name"),
    [
        ("reply", {"type": "shout"}, "type"),
        ("reply", {"text": "a" * 26}, "text"),
        ("reply", {"text": ""}, "text"),
        ("reply", {"postback_data": ""}, "postback_data"),
        ("dial", {"phone_number": "call me"}, "phone_number"),
        ("dial", {"fallback_url": "x"}, "fallback_url"),
        ("view_location", {"latitude": 51.5}, "latitude"),
        ("view_location", {"longitude": "west"}, "longitude"),
        ("view_location", {"pin_label": ""}, "pin_label"),
        ("open_url", {"url": "x"}, "url"),
        ("open_url", {"description": ""}, "description"),
        ("open_url", {"description": "a" * 501}, "description"),
        ("open_url_in_webview", {"view_mode": "WIDE"}, "view_mode"),
        ("create_calendar_event", {"start_time": "now"}, "start_time"),
        ("create_calendar_event", {"end_time": 0}, "end_time"),
        ("create_calendar_event", {"title": "a" * 101}, "title"),
        ("create_calendar_event", {"title": ""}, "title"),
        ("create_calendar_event", {"description": "a" * 501}, "description"),
    ],
)
def test_a_bad_member_is_named(kind: str, changes: dict[str, Any], name: str) -> None:
    suggestion = {"type": kind, **WORDS, **KNOWN[kind][0], **changes}

    assert [found for found, _ in wrong(suggestion)] == [f"suggestions[0].{name}"]


@pytest.mark.parametrize("mode", ["FULL", "TALL", "HALF"])
def test_a_web_view_has_one_of_three_heights(mode: str) -> None:
    suggestion = {"type": "open_url_in_webview", **WORDS, "url": AT, "view_mode": mode}

    assert wrong(suggestion) == []


def test_a_suggestion_is_an_object() -> None:
    assert wrong("yes") == [("suggestions[0]", "must be an object.")]
