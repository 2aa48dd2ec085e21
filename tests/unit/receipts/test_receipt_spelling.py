from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts.spelling import essence, read, spell
from nexmo_async.webhooks import parse

SAMPLES = sorted(
    path
    for kind in ("status", "inbound", "report")
    for path in (Path(__file__).parents[2] / "samples").glob(f"*/{kind}-*.json")
)
BARE = Receipt(
    message_uuid="m-1", status="read", at=None, channel="sms", to="1", sender="2"
)


def event(path: Path) -> object:
    said = json.loads(path.read_text())
    return parse(json.dumps(said.get("body", said)).encode())


@pytest.mark.parametrize(
    "path", SAMPLES, ids=[f"{p.parent.name}-{p.stem}" for p in SAMPLES]
)
def test_every_event_comes_back_as_it_was(path: Path) -> None:
    told = event(path)

    again = read(spell(told))  # type: ignore[arg-type]  an event

    assert again == told
    assert again.raw == told.raw  # type: ignore[attr-defined]  every event has it


def test_an_event_of_your_own_comes_back_too() -> None:
    assert read(spell(BARE)) == BARE


def test_the_raw_body_does_not_make_an_event_another_one() -> None:
    """A double may have been written with other spaces."""
    assert essence(BARE) == essence(attrs.evolve(BARE, raw={"a": 1}))
    assert essence(BARE) != essence(attrs.evolve(BARE, status="delivered"))


def test_a_body_may_use_any_key() -> None:
    told = attrs.evolve(BARE, raw={"$": "receipt:Receipt", "is": {"$": [1]}})

    again = read(spell(told))

    assert isinstance(again, Receipt)
    assert again.raw == {"$": "receipt:Receipt", "is": {"$": [1]}}


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"$":"receipt:Receipt","is":{}}',
        b'{"$":"receipt:Receipt","is":[]}',
        b'{"$":"receipt:Receipt","is":{"invented":1}}',
        b'{"$":"receipt:Nothing","is":{}}',
        b'{"$":"nowhere:Receipt","is":{}}',
        b'{"$":"receipt:Mapping","is":{}}',
        b'{"$":"..clock:SystemClock","is":{}}',
        b'{"$":"os:System","is":{}}',
        b'{"$":"datetime","is":"yesterday"}',
        b'{"$":"decimal","is":"much"}',
        b'{"$":7,"is":1}',
    ],
)
def test_what_it_did_not_write_is_refused_and_nothing_is_made_of_it(
    written: bytes,
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each says something else
        read(written)


def test_what_a_newer_release_says_besides_is_passed_over() -> None:
    """While it is being rolled out, old and new processes share one Redis."""
    said = json.loads(spell(BARE))
    said["is"]["invented"] = {"$": "later:Kind", "is": {}}

    assert read(json.dumps(said).encode()) == BARE


def test_a_letter_keeps_its_words() -> None:
    letter = parse(b'{"message_uuid":"i-1","from":"1","text":"\xc3\xa9"}')
    again = read(spell(letter))

    assert isinstance(again, Inbound)
    assert again.text == "é"
