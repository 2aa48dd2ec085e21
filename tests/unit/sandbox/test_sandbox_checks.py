from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nexmo_async.sandbox.checks import (
    LOCALE,
    SCOPED_USER,
    a_boolean,
    an_object,
    digits,
    either,
    length,
    list_of,
    matching,
    number,
    object_of,
    one_of,
    url,
    whole,
)

if TYPE_CHECKING:
    from nexmo_async.sandbox.checks import Check

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
    (url(20), "https://example.com/"),
    (url(endings=("png",)), "https://example.com/CAT.PNG"),
    (url(endings=("png",)), "https://example.com/cat.png?size=1.5#a.b"),
    (url(endings=("png",)), "https://example.com/media/12345"),
    (url(endings=("png",)), "https://example.com"),
    (url(endings=("png",)), "https://example.com/v1.2/media"),
    (matching(LOCALE, "a language"), "en"),
    (matching(LOCALE, "a language"), "en_GB"),
    (matching(LOCALE, "a language"), "en-GB"),
    (matching(SCOPED_USER, "a user"), "US.13491208655302741918"),
    (either(number(7, 15), one_of("x")), "447700900000"),
    (either(number(7, 15), one_of("x")), "x"),
    (an_object, {}),
    (a_boolean, False),
    (list_of(length(1, 2)), []),
    (list_of(length(1, 2), 1, 2), ["a", "ab"]),
    (object_of(url=url()), {"url": "https://example.com", "more": 1}),
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
    (url(20), "https://example.com/a", "must be between 1 and 20 characters long."),
    (url(), 7, "must be a string."),
    (
        url(endings=("png", "jpg")),
        "https://example.com/a.gif",
        "must be a file of type jpg, png.",
    ),
    (matching(LOCALE, "a language"), "English", "must be a language."),
    (matching(re.compile("a"), "an a"), 1, "must be an a."),
    (either(length(1, 1), one_of("xx")), "yy", length(1, 1)("yy") or ""),
    (an_object, [], "must be an object."),
    (an_object, None, "must be an object."),
    (a_boolean, 1, "must be true or false."),
    (list_of(length(1, 2)), {}, "must be a list."),
    (list_of(length(1, 2), 1, 2), [], "must have between 1 and 2 members."),
    (list_of(length(1, 2)), ["a", 1], "[1] must be a string."),
    (object_of(url=url()), [], "must be an object."),
    (object_of(url=url()), {}, "url is required."),
    (object_of(url=url()), {"url": "x"}, "url must be a URL."),
]


@pytest.mark.parametrize(("check", "value"), GOOD)
def test_a_good_value_has_nothing_wrong(check: Check, value: object) -> None:
    assert check(value) is None


@pytest.mark.parametrize(("check", "value", "reason"), BAD)
def test_a_bad_value_is_told_what_is_wrong(
    check: Check, value: object, reason: str
) -> None:
    assert check(value) == reason
