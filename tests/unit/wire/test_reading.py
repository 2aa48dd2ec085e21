from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.models.receipt import Usage
from nexmo_async.wire.reading import (
    as_object,
    channel,
    code,
    entries,
    member,
    moment,
    usage,
    whole,
    word,
)


def test_an_object_is_an_object() -> None:
    assert as_object({"a": 1}) == {"a": 1}


@pytest.mark.parametrize("value", [None, "{}", [], 1, True])
def test_anything_else_is_none(value: object) -> None:
    assert as_object(value) is None


def test_a_member_that_is_an_object_is_found() -> None:
    assert member({"to": {"number": "44"}}, "to") == {"number": "44"}


@pytest.mark.parametrize("body", [{}, {"to": None}, {"to": "44"}, {"to": []}])
def test_a_member_that_is_none_is_empty(body: dict[str, object]) -> None:
    assert member(body, "to") == {}


ENTRIES: dict[str, tuple[object, list[object]]] = {
    "a list": ([{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 2}]),
    "one alone": ({"a": 1}, [{"a": 1}]),
    "odd ones are left out": ([None, "a", {"a": 1}, []], [{"a": 1}]),
    "none": (None, []),
    "a text": ("a", []),
    "an empty list": ([], []),
}


@pytest.mark.parametrize(("value", "found"), ENTRIES.values(), ids=ENTRIES)
def test_entries_are_objects_in_a_list_or_alone(
    value: object, found: list[object]
) -> None:
    """The first specs show `invalid_parameters` as one object, later ones as a list."""
    assert entries({"key": value}, "key") == found


WORDS: dict[str, tuple[dict[str, object], str]] = {
    "text": ({"a": "hi"}, "hi"),
    "whole number": ({"a": 1300}, "1300"),
    "fraction": ({"a": 0.5}, "0.5"),
    "true": ({"a": True}, ""),
    "null": ({"a": None}, ""),
    "object": ({"a": {}}, ""),
    "missing": ({}, ""),
    "second name": ({"b": "hi"}, "hi"),
    "first that is there": ({"a": None, "b": "hi"}, "hi"),
    "first of two": ({"a": "one", "b": "two"}, "one"),
}


@pytest.mark.parametrize(("body", "found"), WORDS.values(), ids=WORDS)
def test_a_word_is_the_first_that_can_be_read(
    body: dict[str, object], found: str
) -> None:
    assert word(body, "a", "b") == found


WHOLES: dict[str, tuple[object, int | None]] = {
    "number": (2, 2),
    "text": ("2", 2),
    "nought": ("0", 0),
    "fraction": (2.0, None),
    "signed": ("-2", None),
    "words": ("two", None),
    "empty": ("", None),
    "other digits": ("٢", None),
    "too long to be a count": ("1234567890", None),
    "missing": (None, None),
}


@pytest.mark.parametrize(("value", "found"), WHOLES.values(), ids=WHOLES)
def test_a_count_may_be_a_number_or_a_text(value: object, found: int | None) -> None:
    assert whole({"a": value}, "a") == found


CODES = {
    "bare": ("1300", 1300),
    "behind a mark": ("messages#1300", 1300),
    "after words": ("Rejected: 1300", 1300),
    "before words": ("1300 - rejected", 1300),
    "the last of two": ("404, 1300", 1300),
    "empty": ("", None),
    "words": ("rejected", None),
    "too short": ("13", None),
    "too long": ("13001300", None),
    "other digits": ("١٣٠٠", None),
}


@pytest.mark.parametrize(("written", "found"), CODES.values(), ids=CODES)
def test_a_code_is_found_in_what_is_written(written: str, found: int | None) -> None:
    assert code(written) == found


MOMENTS = {
    "milliseconds": "2020-01-01T14:00:00.000Z",
    "seconds": "2020-01-01T14:00:00Z",
    "utc by name": "2020-01-01 14:00:00 UTC",
    "no zone": "2020-01-01T14:00:00",
    "another zone": "2020-01-01T15:00:00+01:00",
}


@pytest.mark.parametrize("written", MOMENTS.values(), ids=MOMENTS)
def test_every_spelling_of_a_moment_is_read_as_utc(written: str) -> None:
    at = moment({"timestamp": written})

    assert at == datetime(2020, 1, 1, 14, tzinfo=UTC)
    assert at.tzinfo is UTC


BAD_MOMENTS: dict[str, object] = {
    "missing": None,
    "empty": "",
    "words": "yesterday",
    "unix seconds": 1_577_887_200,
    "a day that is none": "2020-02-30T00:00:00Z",
    "before all time": "0001-01-01T00:00:00+01:00",
    "after all time": "9999-12-31T23:59:59-01:00",
    "half a character": "\ud83d",
}


@pytest.mark.parametrize("written", BAD_MOMENTS.values(), ids=BAD_MOMENTS)
def test_a_moment_that_cannot_be_read_is_none(written: object) -> None:
    assert moment({"timestamp": written}) is None


USAGES: dict[str, tuple[object, Usage | None]] = {
    "as text": (
        {"price": "0.0333", "currency": "EUR"},
        Usage(Decimal("0.0333"), "EUR"),
    ),
    "as a number": ({"price": 1, "currency": "EUR"}, Usage(Decimal(1), "EUR")),
    "no currency": ({"price": "1"}, Usage(Decimal(1), "")),
    "no price": ({"currency": "EUR"}, None),
    "words": ({"price": "free"}, None),
    "not a number": ({"price": "NaN"}, None),
    "infinite": ({"price": "Infinity"}, None),
    "missing": (None, None),
}


@pytest.mark.parametrize(("said", "found"), USAGES.values(), ids=USAGES)
def test_a_price_is_exact_or_none(said: object, found: Usage | None) -> None:
    """Money is never a float: a thousand prices of 0.0333 make 33.3."""
    assert usage({"usage": said}) == found


CHANNELS = {
    "viber_service": "viber",
    "viber_service_msg": "viber",
    "viber_sevice_msg": "viber",
    "sms": "sms",
    "pigeon": "pigeon",
    "": "",
}


@pytest.mark.parametrize(("written", "ours"), CHANNELS.items(), ids=repr)
def test_a_channel_has_one_name_here(written: str, ours: str) -> None:
    assert channel(written) == ours


@given(st.text())
def test_no_text_makes_reading_raise(written: str) -> None:
    body: dict[str, Any] = {"a": written, "timestamp": written}
    body["usage"] = {"price": written, "currency": written}

    assert word(body, "a") == written
    assert isinstance(moment(body), datetime | None)
    assert isinstance(whole(body, "a"), int | None)
    assert isinstance(code(written), int | None)
    assert isinstance(usage(body), Usage | None)
