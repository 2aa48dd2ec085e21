from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.sandbox.document import DEEPEST, decode, encode, items, mapping, string

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON))
def test_an_object_comes_back_as_it_was(body: dict[str, object]) -> None:
    try:
        again = decode(encode(body))
    except ValueError:
        # Beyond all bounds, or longer than any number that Python reads.
        assert "Infinity" in json.dumps(body)
    else:
        assert again == body


@given(st.binary())
def test_any_bytes_are_an_object_or_a_value_error(raw: bytes) -> None:
    try:
        body = decode(raw)
    except ValueError:
        return
    assert isinstance(body, dict)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"1",
        b'"a"',
        b"null",
        b"{",
        b"{} {}",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(raw)


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_nesting_has_a_bound() -> None:
    assert decode(nested(DEEPEST))
    with pytest.raises(ValueError, match="nested too deep"):
        decode(nested(DEEPEST + 1))


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert decode(b'{"a":[' + b"[]," * 1000 + b"[]]}")


def test_brackets_inside_of_a_string_are_not_deep() -> None:
    assert decode(b'{"a":"' + b"[" * 1000 + b'\\"' + b"{" * 1000 + b'"}')


def test_what_is_written_is_compact_utf8() -> None:
    assert encode({"a": "größer", "b": [1]}) == '{"a":"größer","b":[1]}'.encode()


def test_half_a_surrogate_pair_is_written_as_its_escape() -> None:
    assert encode({"a": "\ud83d"}) == b'{"a":"\\ud83d"}'


def test_a_value_is_looked_at_as_what_it_is() -> None:
    assert (mapping({}), mapping([])) == ({}, None)
    assert (items([]), items({})) == ([], None)
    assert (string(""), string(1)) == ("", None)
