"""Spoil webhooks in every way, and see that nothing falls over.

`nox -s fuzz` runs a million; `python tests/fuzz/fuzz_webhooks.py 1000 7` a thousand
with the seed 7, the same ones each time.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from nexmo_async.errors import PayloadError
from nexmo_async.wire.event import Event, decode_event

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES: Final = Path(__file__).parents[1] / "samples"

#: What is put where something else was.
ODD: Final[tuple[object, ...]] = (
    *(None, True, False, 0, -1, 10**30, 1e308, "", "0", "x" * 999, "NaN", "1e999999"),
    *([], {}, [[]], {"": {}}, [None], ["a"], {"type": "text"}, {"url": 1}),
    *("2020-01-01 14:00:00 UTC", "0001-01-01T00:00:00+23:59", "٣٠٠", "#", "\ud800"),
    *("9999-12-31T23:59:59-23:59", "https://[", "https://api-eu.nexmo.com"),
    *("sms", "rcs", "whatsapp", "text", "order", "contacts", "location", "button"),
)


def seeds() -> list[dict[str, Any]]:
    """Every webhook in the samples."""
    return [
        json.loads(path.read_text("utf-8"))
        for kind in ("status", "inbound", "report")
        for path in sorted(SAMPLES.glob(f"*/{kind}-*.json"))
    ]


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:  # noqa: ANN401  JSON
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in members:
        found.append((value, key))
        if isinstance(part, dict | list):
            _places(part, found)


def _copy(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, list) else value


def mutated(chance: random.Random, webhooks: list[dict[str, Any]]) -> bytes:
    """One webhook with up to four parts spoilt, and now and then its bytes."""
    body = _copy(chance.choice(webhooks))
    for _ in range(chance.randint(1, 4)):
        places: list[tuple[Any, Any]] = []
        _places(body, places)
        if not places:
            break
        parent, key = chance.choice(places)
        way = chance.random()
        if way < 0.2 and isinstance(parent, dict):
            del parent[key]
        elif way < 0.5:
            other, name = chance.choice(places)
            parent[key] = _copy(other[name])
        else:
            parent[key] = _copy(chance.choice(ODD))
    written = json.dumps(body).encode()
    return _torn(chance, written) if chance.random() < 0.1 else written


def _torn(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: body[:at],
        lambda: body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
        lambda: body[:at] + body[at // 2 :],
    )
    return chance.choice(ways)()


def run(count: int, seed: int) -> tuple[int, int]:
    """How many were events, and how many none. Anything else is raised."""
    chance, webhooks = random.Random(seed), seeds()  # noqa: S311  no secret
    events = 0
    for _ in range(count):
        body = mutated(chance, webhooks)
        try:
            event = decode_event(body)
        except PayloadError:
            continue
        except BaseException:
            print(f"this one did it: {body!r}")  # noqa: T201  for whoever mends it
            raise
        if not isinstance(event, get_args(Event)):
            raise TypeError(body)
        hash(event)
        events += 1
    return events, count - events


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    start = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    told, refused = run(many, start)
    print(f"{told} events, {refused} refused, nothing else")  # noqa: T201
