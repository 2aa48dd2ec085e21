from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    NexmoError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    RequestError,
    UnknownOutcomeError,
)
from nexmo_async.wire.problem import decode_problem

PROBLEM = {
    "type": "https://developer.vonage.com/api-errors/messages#1150",
    "title": "Invalid params",
    "detail": "Two fields are wrong.",
    "instance": "0123456789abcdef0123456789abcdef",
    "invalid_parameters": [
        {"name": "to", "reason": "is required."},
        {"name": "text", "reason": "is too long."},
    ],
}


def refused(status: int, body: object) -> RefusedError:
    error = decode_problem(status, json.dumps(body).encode())
    assert isinstance(error, RefusedError)
    return error


STATUSES: dict[int, type[NexmoError]] = {
    300: RefusedError,
    302: RefusedError,
    400: RequestError,
    401: AuthenticationError,
    402: LowBalanceError,
    403: ForbiddenError,
    404: NotFoundError,
    405: RequestError,
    406: RequestError,
    409: RefusedError,
    413: RequestError,
    415: RequestError,
    418: RefusedError,
    422: RequestError,
    429: RateLimitError,
    451: ForbiddenError,
    499: RefusedError,
    500: UnknownOutcomeError,
    501: UnknownOutcomeError,
    502: UnknownOutcomeError,
    503: UnknownOutcomeError,
    504: UnknownOutcomeError,
    599: UnknownOutcomeError,
}

BODIES = {
    "a problem": json.dumps(PROBLEM).encode(),
    "nothing": b"",
    "html": b"<html><body>Bad Gateway</body></html>",
    "words": b"upstream timed out",
    "a list": b"[]",
    "no utf-8": b"\xff\xfe",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    ("status", "kind"), STATUSES.items(), ids=[*map(str, STATUSES)]
)
def test_the_status_decides_what_kind_of_error_it_is(
    status: int, kind: type[NexmoError], body: bytes
) -> None:
    """Gateways on the way answer without a body, or with one of their own."""
    assert type(decode_problem(status, body)) is kind


def test_a_problem_keeps_every_word() -> None:
    assert vars(refused(422, PROBLEM)) == {
        "status": 422,
        "title": "Invalid params",
        "detail": "Two fields are wrong.",
        "instance": "0123456789abcdef0123456789abcdef",
        "invalid": (("to", "is required."), ("text", "is too long.")),
        "hint": "",
        "request_id": "",
    }


def test_the_id_of_the_request_is_kept() -> None:
    error = decode_problem(422, b"", request_id="bf0c")

    assert isinstance(error, RequestError)
    assert error.request_id == "bf0c"


def test_the_number_of_a_type_is_never_taken_for_a_code() -> None:
    """The numbers of problems collide with those of receipts."""
    assert "1150" not in str(refused(422, PROBLEM))


INVALID: dict[str, tuple[object, tuple[tuple[str, str], ...]]] = {
    "a list": ([{"name": "to", "reason": "is odd"}], (("to", "is odd"),)),
    "an object": ({"name": "to", "reason": "is odd"}, (("to", "is odd"),)),
    "only a name": ([{"name": "to"}], (("to", ""),)),
    "only a reason": ([{"reason": "is odd"}], (("", "is odd"),)),
    "a list of texts": (["to"], ()),
    "a text": ("to", ()),
    "null": (None, ()),
    "an empty list": ([], ()),
}


@pytest.mark.parametrize(("said", "found"), INVALID.values(), ids=INVALID)
def test_invalid_parameters_may_be_a_list_or_an_object(
    said: object, found: tuple[tuple[str, str], ...]
) -> None:
    assert refused(422, {"invalid_parameters": said}).invalid == found


@pytest.mark.parametrize("missing", ["type", "title", "detail", "instance"])
def test_any_member_of_a_problem_may_be_missing(missing: str) -> None:
    """Answers seen in the wild lack a type and an instance."""
    body = {key: value for key, value in PROBLEM.items() if key != missing}

    assert refused(401, body).status == 401


@pytest.mark.parametrize("odd", [None, {}, [], True])
def test_a_member_that_is_no_text_is_empty(odd: object) -> None:
    error = refused(400, {"title": odd, "detail": odd, "instance": odd})

    assert (error.title, error.detail, error.instance) == ("", "", "")


def test_a_body_of_words_is_shown() -> None:
    error = decode_problem(403, b"  address\r\n not   allowed ")

    assert isinstance(error, ForbiddenError)
    assert error.detail == "address not allowed"


def test_a_long_body_is_shown_in_part() -> None:
    error = decode_problem(403, b"x" * 10_000)

    assert isinstance(error, ForbiddenError)
    assert error.detail == "x" * 200


def test_a_page_is_not_shown() -> None:
    error = decode_problem(403, b"\n<!doctype html><p>Forbidden</p>")

    assert isinstance(error, ForbiddenError)
    assert error.detail == ""


def test_a_server_error_leaves_the_outcome_unknown() -> None:
    """The message may have been accepted before the answer went wrong."""
    error = decode_problem(500, b'{"title": "Internal error"}', client_ref="order-7")

    assert isinstance(error, UnknownOutcomeError)
    assert error.args == ("order-7", "500 Internal error", 500)
    assert (error.sent, error.fault) == ("maybe", "nexmo")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "502 Internal error"),
        (b"<html></html>", "502 Internal error"),
        (b"upstream timed out", "502 upstream timed out"),
        (b'{"detail": "try later"}', "502 try later"),
    ],
)
def test_a_server_error_says_what_it_can(body: bytes, problem: str) -> None:
    error = decode_problem(502, body)

    assert isinstance(error, UnknownOutcomeError)
    assert error.problem == problem


def test_a_rate_limit_says_how_long_to_wait() -> None:
    error = decode_problem(429, b"", retry_after=15.0)

    assert isinstance(error, RateLimitError)
    assert error.retry_after == 15.0


def test_a_rate_limit_may_leave_the_wait_open() -> None:
    error = decode_problem(429, b"")

    assert isinstance(error, RateLimitError)
    assert error.retry_after is None


def test_unavailable_with_a_time_to_come_back_was_not_sent() -> None:
    """Who names a time has looked at the request and put it down again."""
    error = decode_problem(503, b"", retry_after=2.0)

    assert isinstance(error, RateLimitError)
    assert (error.status, error.retry_after, error.sent) == (503, 2.0, "no")


def test_another_server_error_stays_unknown_even_with_a_time_to_come_back() -> None:
    assert isinstance(decode_problem(500, b"", retry_after=2.0), UnknownOutcomeError)


def test_a_wait_asked_for_by_any_other_refusal_is_no_rate_limit() -> None:
    assert type(decode_problem(400, b"", retry_after=2.0)) is RequestError


def test_what_this_package_found_out_is_said_too() -> None:
    error = decode_problem(401, b"", hint="the clock is 300 s behind")

    assert "the clock is 300 s behind" in str(error)


@given(st.integers(300, 599), st.binary(max_size=300))
def test_any_answer_stands_for_an_error(status: int, body: bytes) -> None:
    assert isinstance(decode_problem(status, body), NexmoError)


@given(st.integers(300, 599), st.dictionaries(st.sampled_from([*PROBLEM]), st.text()))
def test_any_problem_can_be_printed(status: int, body: dict[str, str]) -> None:
    error = decode_problem(status, json.dumps(body).encode())

    assert str(status) in str(error)
