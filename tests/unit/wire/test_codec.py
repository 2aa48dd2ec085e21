from __future__ import annotations

import json
from types import MappingProxyType

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import MessageError
from nexmo_async.wire.codec import BEST, PLAIN, Codec, dumps, loads

FAST = Codec(orjson.dumps, orjson.loads)

#: The standard library alone, and what stands in for it where orjson is installed.
BOTH = pytest.mark.parametrize("codec", [PLAIN, FAST], ids=["json", "orjson"])

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_orjson_is_used_where_it_is_installed() -> None:
    assert FAST == BEST
    assert dumps == BEST.dumps
    assert loads == BEST.loads


@BOTH
def test_a_body_is_written_without_spaces(codec: Codec) -> None:
    assert codec.dumps({"a": [1, True, None], "b": "x"}) == (
        b'{"a":[1,true,null],"b":"x"}'
    )


@BOTH
def test_a_body_is_written_in_utf8(codec: Codec) -> None:
    """An escape for each letter would make most of the world's texts longer."""
    assert codec.dumps({"text": "Grüße 🎉"}) == '{"text":"Grüße 🎉"}'.encode()


@BOTH
def test_members_keep_their_order(codec: Codec) -> None:
    assert codec.dumps({"b": 1, "a": 2}) == b'{"b":1,"a":2}'


NO_JSON: dict[str, object] = {
    "bytes": b"x",
    "a set": {1},
    "a mapping that is no dict": MappingProxyType({"a": 1}),
    "half a character": "\ud83d",
    "an object": object(),
}


@BOTH
@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_a_message_error(codec: Codec, value: object) -> None:
    with pytest.raises(MessageError, match=r"^custom: cannot be written as JSON: "):
        codec.dumps({"a": value})


@BOTH
def test_a_circle_is_a_message_error(codec: Codec) -> None:
    circle: dict[str, object] = {}
    circle["self"] = circle

    with pytest.raises(MessageError, match=r"^custom: cannot be written as JSON"):
        codec.dumps(circle)


NOT_READ = {
    "nothing": b"",
    "html": b"<html></html>",
    "half": b'{"a": 1',
    "two": b"{}{}",
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "no utf-8": b'{"a": "\xff"}',
    "a mark at the front": b"\xef\xbb\xbf{}",
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "a raw line end": b'{"a": "\n"}',
    "nested too deeply": b"[" * 100_000,
}


@BOTH
@pytest.mark.parametrize("body", NOT_READ.values(), ids=NOT_READ)
def test_what_is_no_json_is_a_value_error(codec: Codec, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.loads(body)


@BOTH
@given(body=st.binary(max_size=50))
def test_reading_raises_a_value_error_and_nothing_else(
    codec: Codec, body: bytes
) -> None:
    try:
        value = codec.loads(body)
    except ValueError:
        return

    assert isinstance(value, dict | list | str | int | float | None)


@given(st.dictionaries(st.text(max_size=5), JSON))
def test_both_write_what_both_can_read(body: dict[str, object]) -> None:
    for written in (PLAIN.dumps(body), FAST.dumps(body)):
        assert PLAIN.loads(written) == body
        assert FAST.loads(written) == body


@given(JSON)
def test_both_read_the_same(value: object) -> None:
    body = json.dumps(value).encode()

    assert PLAIN.loads(body) == FAST.loads(body)
