from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.transport.base import Request, Response, retry_after, server_time

NEW_YEAR = 1_767_225_600.0


def response(**headers: str) -> Response:
    return Response(
        429, {name.replace("_", "-"): text for name, text in headers.items()}, b""
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("15", 15.0),
        (" 15 ", 15.0),
        ("999999999999", 999_999_999.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 23:59:30 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Thu, 01 Jan 9999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_spellings(
    header: str, seconds: float | None
) -> None:
    assert retry_after(response(retry_after=header), NEW_YEAR) == seconds


def test_no_retry_after_is_none() -> None:
    assert retry_after(response(), NEW_YEAR) is None


@given(st.text())
def test_no_header_makes_reading_time_raise(text: str) -> None:
    odd = response(retry_after=text, date=text)

    seconds = retry_after(odd, NEW_YEAR)
    server_time(odd)

    assert seconds is None or seconds >= 0


def test_the_date_header_is_the_servers_time() -> None:
    date = "Thu, 01 Jan 2026 00:00:00 GMT"

    assert server_time(response(date=date)) == NEW_YEAR


@pytest.mark.parametrize("headers", [{}, {"date": ""}, {"date": "yesterday"}])
def test_an_illegible_date_is_no_time(headers: dict[str, str]) -> None:
    assert server_time(response(**headers)) is None


def test_neither_request_nor_response_prints_body_or_secret() -> None:
    request = Request("POST", "/", b"the text", authorization="Basic the-secret")
    answered = Response(200, {}, b"the answer")

    printed = repr(request) + repr(answered)

    assert "the text" not in printed
    assert "the-secret" not in printed
    assert "the answer" not in printed


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "1767225615"}, 15.0),
        ({"x-ratelimit-reset": "1767225615000"}, 15.0),
        ({"x-ratelimit-reset": "1767229201"}, None),
        ({"x-ratelimit-reset": "1767225599"}, None),
        ({"x-ratelimit-reset": "15"}, None),
        ({"x-ratelimit-reset": "9" * 40}, None),
        ({"x-ratelimit-reset": "-1"}, None),
        ({"x-ratelimit-reset": "1767225615", "retry-after": "3"}, 3.0),
        ({"x-ratelimit-reset": "1767225615", "retry-after": "soon"}, None),
    ],
)
def test_the_moment_of_a_reset_is_believed_only_if_it_is_sane(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(Response(429, headers, b""), 1_767_225_600.0) == seconds


def test_a_moment_is_compared_with_the_clock_that_named_it() -> None:
    headers = {
        "date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT",
    }

    assert retry_after(Response(429, headers, b""), 1_767_000_000.0) == 7.0
