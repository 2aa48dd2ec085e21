from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nexmo_async.sandbox.rules.checks import (
    AGENT,
    DEGREES,
    DIALLED,
    LOCALE,
    MAILBOX,
    MOMENT,
    SCOPED_USER,
    a_boolean,
    an_object,
    digits,
    either,
    length,
    matching,
    number,
    one_member_of,
    one_of,
    some_text,
    url,
    whole,
)

if TYPE_CHECKING:
    from nexmo_async.sandbox.rules.checks import Check

GOOD: list[tuple[Check, object]] = [
    (length(1, 3), "a"),
    (length(1, 3), "abc"),
    (length(0, 3), ""),
    (whole(15, 86_400), 15),
    (whole(15, 86_400), 86_400),
    (digits(1, 600), "1"),
    (digits(1, 600), "600"),
    (one_of("a", "b"), "b"),
    (number(7, 15), "4477009"),
    (number(7, 15), "447700900000123"),
    (url(), "https://example.com/cat.png"),
    (url(), "http://127.0.0.1:8080"),
    (url(most=20), "https://example.com/"),
    (url("png"), "https://example.com/CAT.PNG"),
    (url("png"), "https://example.com/cat.png?size=1.5#a.b"),
    (url("png"), "https://example.com/media/12345"),
    (url("png"), "https://example.com"),
    (url("png"), "https://example.com/v1.2/media"),
    (matching(LOCALE, "a language"), "en"),
    (matching(LOCALE, "a language"), "en_GB"),
    (matching(LOCALE, "a language"), "en-GB"),
    (matching(SCOPED_USER, "a user"), "US.13491208655302741918"),
    (either(number(7, 15), one_of("x")), "447700900000"),
    (either(number(7, 15), one_of("x")), "x"),
    (an_object, {}),
    (a_boolean, False),
    (one_member_of("url", "id"), {"url": None}),
    (one_member_of("url", "id"), {"id": "1", "more": 1}),
    (some_text, "a"),
    (some_text, "a" * 100_000),
    (url(least=10), "http://a.b"),
    (matching(AGENT, "an agent"), "My_Agent-1&Co"),
    (matching(MAILBOX, "an address"), "ada.lovelace+x@mail.example.com"),
    (matching(DIALLED, "a number"), "+447700900000"),
    (matching(DIALLED, "a number"), "447700900000"),
    (matching(DEGREES, "degrees"), "-0.1276"),
    (matching(DEGREES, "degrees"), "180"),
    (matching(MOMENT, "a moment"), "2026-01-01T14:00:00Z"),
    (matching(MOMENT, "a moment"), "2026-01-01T14:00+01:00"),
    (matching(MOMENT, "a moment"), "2026-01-01T14:00:00.123"),
]

BAD: list[tuple[Check, object, str]] = [
    (length(1, 3), "", "must be between 1 and 3 characters long."),
    (length(1, 3), "abcd", "must be between 1 and 3 characters long."),
    (length(1, 3), 1, "must be a string."),
    (length(1, 3), None, "must be a string."),
    (whole(15, 20), 14, "must be between 15 and 20."),
    (whole(15, 20), 21, "must be between 15 and 20."),
    (whole(15, 20), "16", "must be an integer."),
    (whole(15, 20), 16.0, "must be an integer."),
    (whole(0, 20), True, "must be an integer."),
    (digits(1, 600), 60, "must be a string of digits."),
    (digits(1, 600), "0", "must be between 1 and 600."),
    (digits(1, 600), "601", "must be between 1 and 600."),
    (digits(1, 600), "-1", "must be a string of digits."),
    (digits(1, 600), "9" * 5000, "must be a string of digits."),
    (digits(1, 600), "٣", "must be a string of digits."),
    (one_of("a", "b"), "c", "must be one of a, b."),
    (one_of("a", "b"), ["a"], "must be one of a, b."),
    (number(7, 15), "447700", "must be between 7 and 15 digits long."),
    (number(7, 15), "4" * 16, "must be between 7 and 15 digits long."),
    (number(7, 15), "+447700900000", "must be digits only, country code first."),
    (number(7, 15), "00447700900000", "must be digits only, country code first."),
    (number(7, 15), "07700900000", "must be digits only, country code first."),
    (number(7, 15), "44 7700 900000", "must be digits only, country code first."),
    (number(7, 15), "٤٤٧٧٠٠٩٠٠٠٠٠", "must be digits only, country code first."),
    (number(7, 15), "447700900000\n", "must be digits only, country code first."),
    (number(7, 15), 447700900000, "must be a string."),
    (url(), "example.com/cat.png", "must be a URL."),
    (url(), "ftp://example.com", "must be a URL."),
    (url(), "https://", "must be a URL."),
    (url(), "https://exa mple.com", "must be a URL."),
    (url(), "", "must be between 1 and 2000 characters long."),
    (
        url(most=20),
        "https://example.com/a",
        "must be between 1 and 20 characters long.",
    ),
    (url(), 7, "must be a string."),
    (
        url("png", "jpg"),
        "https://example.com/a.gif",
        "must be a file of type jpg, png.",
    ),
    (matching(LOCALE, "a language"), "English", "must be a language."),
    (matching(re.compile("a"), "an a"), 1, "must be an a."),
    (either(length(1, 1), one_of("xx")), "yy", length(1, 1)("yy") or ""),
    (an_object, [], "must be an object."),
    (an_object, None, "must be an object."),
    (a_boolean, 1, "must be true or false."),
    (one_member_of("url", "id"), [], "must be an object."),
    (one_member_of("url", "id"), {}, "must have one of url, id."),
    (one_member_of("url", "id"), {"url": 1, "id": 1}, "must have one of url, id."),
    (some_text, "", "must not be empty."),
    (some_text, 1, "must be a string."),
    (url(least=10), "http://a.", "must be between 10 and 2000 characters long."),
    (matching(AGENT, "an agent"), "My Agent", "must be an agent."),
    (matching(AGENT, "an agent"), "", "must be an agent."),
    (matching(MAILBOX, "an address"), "Ada <a@example.com>", "must be an address."),
    (matching(MAILBOX, "an address"), "a@example.com,b@c.d", "must be an address."),
    (matching(MAILBOX, "an address"), "a@localhost", "must be an address."),
    (matching(MAILBOX, "an address"), "example.com", "must be an address."),
    (matching(DIALLED, "a number"), "0044770", "must be a number."),
    (matching(DEGREES, "degrees"), "north", "must be degrees."),
    (matching(DEGREES, "degrees"), 51.5, "must be degrees."),
    (matching(MOMENT, "a moment"), "tomorrow", "must be a moment."),
    (matching(MOMENT, "a moment"), "2026-01-01", "must be a moment."),
]


@pytest.mark.parametrize(("check", "value"), GOOD)
def test_a_good_value_has_nothing_wrong(check: Check, value: object) -> None:
    assert check(value) is None


@pytest.mark.parametrize(("check", "value", "reason"), BAD)
def test_a_bad_value_is_told_what_is_wrong(
    check: Check, value: object, reason: str
) -> None:
    assert check(value) == reason
