"""What does it cost to make a message, and to turn it into bytes?

CPU time of one call, median of many rounds; each rival says the same message. The
limits are those we promise: 8 µs to make a text SMS, 10 µs to encode it, 60 µs for a
carousel.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import pydantic
from harness import write

from nexmo_async import Sms
from nexmo_async.models import Card, Carousel, Rcs, Reply
from nexmo_async.wire.codec import BEST, PLAIN
from nexmo_async.wire.dialect import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS: Final = 51
CALLS: Final = 2000
TEXT: Final = "Your code is 64873. It is good for ten minutes."
REF: Final = "7f1d3a60c9e24f0c8c1f5b7ce3d5a0e4"
FIELDS: Final = {"to": "447700900000", "sender": "447700900001", "content": TEXT}

#: Microseconds that we promise.
PROMISED: Final = {
    "make a text SMS": 8.0,
    "encode a text SMS": 10.0,
    "encode a text SMS, json": 10.0,
    "encode a carousel": 60.0,
    "encode a carousel, json": 60.0,
}


class Struct(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The same SMS as a msgspec struct, which checks nothing when it is made."""

    to: str
    sender: str
    text: str
    client_ref: str | None = None
    channel: Literal["sms"] = "sms"
    message_type: Literal["text"] = "text"


class Model(pydantic.BaseModel):
    """The same SMS as a pydantic model."""

    model_config = pydantic.ConfigDict(frozen=True, populate_by_name=True)

    to: str = pydantic.Field(pattern=r"^[1-9]\d{6,14}$")
    sender: str = pydantic.Field(max_length=15, serialization_alias="from")
    text: str = pydantic.Field(min_length=1, max_length=3200)
    client_ref: str | None = pydantic.Field(default=None, max_length=100)
    channel: Literal["sms"] = "sms"
    message_type: Literal["text"] = "text"


def carousel(cards: int = 5) -> Rcs:
    """Five cards with two suggestions each."""
    card = Card(
        title="A cat",
        text="It purrs, and likes to be fed at seven.",
        media_url="https://example.com/cat.png",
        suggestions=[Reply("More", "more"), Reply("Less", "less")],
    )
    return Rcs(
        to="447700900000",
        sender="ACME",
        content=Carousel([card] * cards),
        suggestions=[Reply("Stop", "stop")],
    )


def cases() -> dict[str, Callable[[], object]]:
    """What is measured."""
    encode = DIALECTS["v1"].message
    sms, rcs = Sms(**FIELDS), carousel()
    said = {"to": FIELDS["to"], "sender": FIELDS["sender"], "text": TEXT}
    struct, model = Struct(**said, client_ref=REF), Model(**said, client_ref=REF)
    written = msgspec.to_builtins(struct)
    writer = msgspec.json.Encoder()
    return {
        "make a text SMS": lambda: Sms(**FIELDS),
        "make a carousel of 5 cards": carousel,
        "encode a text SMS": lambda: BEST.dumps(encode(sms, REF)),
        "encode a text SMS, json": lambda: PLAIN.dumps(encode(sms, REF)),
        "encode a carousel": lambda: BEST.dumps(encode(rcs, REF)),
        "encode a carousel, json": lambda: PLAIN.dumps(encode(rcs, REF)),
        "msgspec: make an SMS": lambda: Struct(**said, client_ref=REF),
        "msgspec: make and check types": lambda: msgspec.convert(written, Struct),
        "msgspec: encode an SMS": lambda: writer.encode(struct),
        "pydantic: make an SMS": lambda: Model(**said, client_ref=REF),
        "pydantic: encode an SMS": lambda: model.model_dump_json(
            by_alias=True, exclude_none=True
        ),
    }


def cost(call: Callable[[], object]) -> tuple[float, float]:
    """Microseconds of CPU that one call takes: the median, and the best round."""
    for _ in range(CALLS):
        call()
    rounds: list[float] = []
    for _ in range(ROUNDS):
        begin = time.process_time_ns()
        for _ in range(CALLS):
            call()
        rounds.append((time.process_time_ns() - begin) / CALLS / 1000)
    return statistics.median(rounds), min(rounds)


def main() -> None:
    """Measure all, print a table, write the record."""
    found: dict[str, dict[str, float]] = {}
    print(f"{'CPU per call':30} {'median':>9} {'best':>9} {'promised':>9}")
    for name, call in cases().items():
        median, best = cost(call)
        found[name] = {"median_us": round(median, 2), "best_us": round(best, 2)}
        limit = f"{PROMISED[name]:6.0f} µs" if name in PROMISED else ""
        print(f"{name:30} {median:6.2f} µs {best:6.2f} µs {limit:>9}")
    late = [name for name in PROMISED if found[name]["median_us"] > PROMISED[name]]
    print(f"slower than promised: {', '.join(late) or 'nothing'}")
    path = write("encode", {"promised_us": PROMISED, "cpu_us": found})
    print(f"written to {path}")


if __name__ == "__main__":
    main()
