from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import PayloadError
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt, Report
from nexmo_async.wire.event import Event, decode_event

SAMPLES = Path(__file__).parents[2] / "samples"

WEBHOOKS = [
    json.loads(file.read_text("utf-8"))
    for kind in ("status", "inbound", "report")
    for file in sorted(SAMPLES.glob(f"*/{kind}-*.json"))
]

#: The members that decide, or are read: what random bodies seldom hit by chance.
KEYS = st.sampled_from(
    [
        "_links",
        "channel",
        "client_ref",
        "code",
        "content",
        "dispatch_uuid",
        "error",
        "from",
        "id",
        "message",
        "message_type",
        "message_uuid",
        "messages",
        "number",
        "price",
        "status",
        "template",
        "text",
        "timestamp",
        "title",
        "to",
        "type",
        "url",
        "usage",
        "workflow",
        "workflow_id",
        "workflow_uuid",
    ]
) | st.text(max_size=5)

WORDS = st.sampled_from(
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2020-01-01 14:00:00 UTC",
        "1e999999999",
        "NaN",
        "-Infinity",
        "#",
        "٣٠٠",
        "read",
        "text",
    ]
) | st.text(max_size=10)

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)

JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=15,
)


def readable(body: bytes) -> bool:
    """Whether it is an event at all; anything but a `PayloadError` goes through."""
    try:
        return isinstance(decode_event(body), get_args(Event))
    except PayloadError:
        return True


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_payload_error(body: bytes) -> None:
    """Whoever finds the endpoint can send anything: it must not fall over."""
    assert readable(body)


@given(JSON)
def test_any_json_is_an_event_or_a_payload_error(value: object) -> None:
    assert readable(json.dumps(value).encode())


@given(st.dictionaries(KEYS, JSON, max_size=8), JSON)
def test_anything_with_an_id_is_an_event(
    members: dict[str, object], status: object
) -> None:
    """Members that are odd are read as missing, never as a mistake of the whole."""
    body = {**members, "message_uuid": "m", "status": status}

    assert readable(json.dumps(body).encode())


def mutated(value: Any, path: list[int], to: object) -> Any:  # noqa: ANN401  any JSON
    """The value with one part, chosen by the path, put in place of another."""
    if not path or not isinstance(value, dict | list) or not value:
        return to
    at, *rest = path
    if isinstance(value, list):
        at %= len(value)
        return [*value[:at], mutated(value[at], rest, to), *value[at + 1 :]]
    key = sorted(value)[at % len(value)]
    return {**value, key: mutated(value[key], rest, to)}


@given(
    st.sampled_from(WEBHOOKS),
    st.lists(st.integers(0, 20), min_size=1, max_size=5),
    JSON,
)
def test_a_sample_with_any_part_replaced_is_an_event_or_a_payload_error(
    webhook: dict[str, object], path: list[int], to: object
) -> None:
    assert readable(json.dumps(mutated(webhook, path, to)).encode())


@given(st.sampled_from(WEBHOOKS), st.data())
def test_a_sample_cut_off_anywhere_is_a_payload_error(
    webhook: dict[str, object], data: st.DataObject
) -> None:
    whole = json.dumps(webhook).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    with pytest.raises(PayloadError):
        decode_event(cut)


@given(st.sampled_from(WEBHOOKS), st.text(max_size=5), JSON)
def test_a_member_of_the_future_changes_nothing(
    webhook: dict[str, object], key: str, value: object
) -> None:
    more = webhook | {f"new_{key}": value}

    assert decode_event(json.dumps(more).encode()) == decode_event(
        json.dumps(webhook).encode()
    )


NO_EVENTS = {
    "nothing": (b"", "the body is no JSON"),
    "html": (b"<html></html>", "the body is no JSON"),
    "no utf-8": (b'{"a": "\xff"}', "the body is no JSON"),
    "nested too deeply": (b"[" * 100_000, "the body is no JSON"),
    "a list": (b"[]", "the body is JSON, but no object"),
    "a text": (b'"hi"', "the body is JSON, but no object"),
    "null": (b"null", "the body is JSON, but no object"),
    "an empty object": (b"{}", "the body names no message_uuid"),
    "an id of null": (b'{"message_uuid": null}', "the body names no message_uuid"),
    "an empty id": (b'{"message_uuid": ""}', "the body names no message_uuid"),
    "an object for an id": (b'{"message_uuid": {}}', "the body names no message_uuid"),
    "a report of nothing": (
        b'{"template": "failover", "status": "completed"}',
        "the body names no message_uuid and no workflow",
    ),
}


@pytest.mark.parametrize(("body", "problem"), NO_EVENTS.values(), ids=NO_EVENTS)
def test_what_is_no_event_is_a_payload_error(body: bytes, problem: str) -> None:
    with pytest.raises(PayloadError) as caught:
        decode_event(body)

    assert str(caught.value).startswith(problem)


TOLD_APART: dict[str, tuple[dict[str, object], type[Event]]] = {
    "a status": ({"message_uuid": "m", "status": "read"}, Receipt),
    "no status": ({"message_uuid": "m", "text": "hi"}, Inbound),
    "a status of null": ({"message_uuid": "m", "status": None}, Inbound),
    "a template and no message": (
        {"template": "failover", "workflow_uuid": "w"},
        Report,
    ),
    "a dispatch": ({"template": "failover", "dispatch_uuid": "w"}, Report),
    "a template and a message": (
        {"template": "failover", "message_uuid": "m", "status": "read"},
        Receipt,
    ),
}


@pytest.mark.parametrize(("body", "kind"), TOLD_APART.values(), ids=TOLD_APART)
def test_the_three_kinds_of_event_are_told_apart(
    body: dict[str, object], kind: type[Event]
) -> None:
    assert type(decode_event(json.dumps(body).encode())) is kind


def test_addresses_that_are_objects_are_read_as_nested() -> None:
    body = b'{"message_uuid": "m", "to": {"type": "sms", "number": "44"}}'

    assert decode_event(body).to == "44"


def test_addresses_that_are_texts_are_read_as_flat() -> None:
    body = b'{"message_uuid": "m", "to": "44", "channel": "sms"}'

    assert decode_event(body).to == "44"


UNKNOWN = {
    "status": ({"status": "accepted", "channel": "sms"}, "status", "accepted"),
    "channel": ({"status": "read", "channel": "pigeon"}, "channel", "pigeon"),
    "kind": ({"message_type": "hologram"}, "type", "hologram"),
    "nested channel": ({"to": {"type": "pigeon"}}, "channel", "pigeon"),
    "nested kind": (
        {"to": {}, "message": {"content": {"type": "hologram"}}},
        "type",
        "hologram",
    ),
}


@pytest.mark.parametrize(("body", "field", "kept"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_unknown_is_kept_as_it_came(
    body: dict[str, object], field: str, kept: str
) -> None:
    event = decode_event(json.dumps({"message_uuid": "m", **body}).encode())

    assert getattr(event, field) == kept


def test_a_receipt_with_nothing_but_an_id_and_a_status_is_read() -> None:
    event = decode_event(b'{"message_uuid": "m", "status": "read"}')

    assert event == Receipt(
        message_uuid="m", status="read", at=None, channel="", to="", sender=""
    )
