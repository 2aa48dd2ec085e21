"""What an attacker, or a broken sender, can put into one request."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest

from nexmo_async.webhooks import WebhookApp, parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nexmo_async.receipts import MemoryReceipts
    from nexmo_async.testing import ManualClock
    from tests.unit.webhooks.conftest import Caller

SECRET = "a signature secret of more than 32 bytes"
MEBIBYTE = 1_048_576

#: What one request may cost: so many times what reading 1 MiB of JSON costs.
TIMES = 4


def event(member: str) -> bytes:
    return b'{"message_uuid":"m-1","status":"delivered","to":"1",%s}' % member.encode()


def filled(unit: str, start: str = '"x":', end: str = "") -> bytes:
    """A body of just under 1 MiB that is mostly this."""
    room = MEBIBYTE - 200
    return event(start + unit * (room // len(unit)) + end)


PLAIN = filled('{"a":1},', '"x":[', "1]")


async def least(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the processor that it takes: the least of three."""
    costs = []
    for _ in range(3):
        before = time.thread_time()
        await work()
        costs.append(time.thread_time() - before)
    return min(costs)


@pytest.fixture
async def bound() -> float:
    """Seconds of the processor that a request may cost here and now."""

    async def read() -> None:
        json.loads(PLAIN)

    return TIMES * await least(read)


#: Signed well by a true account: (body, what it is answered with).
SIGNED = {
    "a gzip bomb": (gzip.compress(b"0" * 50_000_000), 400),
    "gzip of a true event": (gzip.compress(event('"x":1')), 400),
    "invalid UTF-8": (event('"x":"é"').replace("é".encode(), b"\xff"), 400),
    "UTF-16": (event('"x":1').decode().encode("utf-16"), 400),
    "a byte order mark": (b"\xef\xbb\xbf" + event('"x":1'), 400),
    "10,000 levels": (event('"x":' + "[" * 10_000 + "]" * 10_000), 400),
    "1 MiB of levels": (filled("["), 400),
    "NaN": (event('"x":NaN'), 400),
    "infinity": (event('"x":-Infinity'), 400),
    "half a character": (event(r'"x":"\ud800"'), 400),
    "half a character as an id": (
        rb'{"message_uuid":"\udfff","status":"delivered"}',
        400,
    ),
    "a whole character in two halves": (event(r'"x":"\ud83d\ude00"'), 200),
    "keys twice": (event('"status":"read","status":"delivered"'), 200),
    "a uuid twice": (event('"message_uuid":"m-2"'), 200),
    "1 MiB of text": (filled("x", '"x":"', '"'), 200),
    "1 MiB of numbers": (filled("1,", '"x":[', "1]"), 200),
    "1 MiB of objects": (PLAIN, 200),
    "1 MiB of digits in a code": (filled("1 ", '"error":{"code":"', '"}'), 200),
    "1 MiB of price": (filled("9", '"usage":{"price":"', '"}'), 200),
    "1 MiB of timestamp": (filled("1", '"timestamp":"', '"'), 200),
}


@pytest.mark.parametrize("attack", SIGNED)
async def test_whatever_is_signed_is_answered_and_never_with_500(
    attack: str, caller: Caller
) -> None:
    body, status = SIGNED[attack]

    assert await caller.post(body) == status


@pytest.mark.parametrize("attack", SIGNED)
async def test_no_body_costs_much_more_than_to_read_a_plain_one(
    attack: str, caller: Caller, bound: float
) -> None:
    body, _ = SIGNED[attack]

    # Signed anew each time: what comes again is not read again.
    assert await least(lambda: caller.post(body)) < bound


@pytest.mark.parametrize("digits", [20, 400, 5000])
async def test_a_huge_number_is_taken_or_refused_but_no_fault_of_ours(
    digits: int, caller: Caller
) -> None:
    """What reads JSON decides: one makes a float of it, one a whole number."""
    assert await caller.post(event('"x":' + "9" * digits)) in {200, 400}


async def test_of_keys_that_come_twice_the_last_one_counts(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    await caller.post(event('"status":"read","status":"rejected"'))

    [told] = await receipts.history("m-1")
    assert told.status == "rejected"


UNSIGNED = {
    "a token of 1 MiB": b"Bearer " + b"a" * MEBIBYTE,
    "a token of 1 MiB of dots": b"Bearer " + b"." * MEBIBYTE,
    "a million spaces": b"Bearer" + b" " * MEBIBYTE,
    "a million tokens": b"Bearer " + b"a.b.c," * 170_000,
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("attack", UNSIGNED)
async def test_no_header_costs_much_more_than_to_read_a_plain_body(
    attack: str, caller: Caller, bound: float
) -> None:
    headers = [(b"authorization", UNSIGNED[attack])]

    assert await caller.call(event('"x":1'), headers=headers) == 401
    assert await least(lambda: caller.call(event('"x":1'), headers=headers)) < bound


async def test_what_is_not_signed_is_never_parsed(
    caller: Caller, receipts: MemoryReceipts
) -> None:
    """No depth of JSON can cost anything: it is not looked at."""
    deep = b"[" * MEBIBYTE

    status = await caller.post(deep, secret="somebody else's")

    assert status == 401
    assert caller.app.statistics().unreadable == 0
    assert len(receipts) == 0


async def test_a_length_beyond_the_bound_is_refused_before_anything_is_read(
    caller: Caller,
) -> None:
    async def never() -> None:
        raise AssertionError

    headers = [(b"content-length", b"20971520")]

    assert await caller.call(b"x", headers=headers, pause=never) == 413


async def test_a_body_that_never_ends_is_left_after_1_mib(caller: Caller) -> None:
    read = 0

    async def count() -> None:
        nonlocal read
        read += 1

    await caller.call(*[b"x" * 65_536] * 1000, pause=count)

    assert read == 17


async def test_a_header_twice_is_answered_401(caller: Caller) -> None:
    body = event('"x":1')
    name, value = caller.signed(body)
    forged = (name, b"Bearer forged")

    assert await caller.call(body, headers=[(name, value), forged]) == 401
    assert await caller.call(body, headers=[forged, (name, value)]) == 401


async def test_a_replay_is_taken_and_counts_as_a_double(caller: Caller) -> None:
    """To refuse it would lose the event whose first answer was lost on the way."""
    body = event('"x":1')
    headers = [caller.signed(body)]
    statuses = [await caller.call(body, headers=headers) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert caller.app.statistics().taken == 1
    assert caller.app.statistics().doubles == 2


async def test_no_answer_says_why(caller: Caller) -> None:
    """A body of zero bytes has no room for a detail."""
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"{}"}

    async def send(said: object) -> None:
        sent.append(said)

    for headers in ([], [(b"authorization", b"Bearer x")], [caller.signed(b"{}")]):
        scope = {"type": "http", "method": "POST", "headers": headers}
        await caller.app(scope, receive, send)

    assert [said["body"] for said in sent[1::2]] == [b"", b"", b""]  # type: ignore[index]  ASGI's dictionaries


async def test_what_a_missing_and_a_bad_signature_are_answered_with_is_a_setting(
    caller_of: Callable[[WebhookApp], Caller],
    receipts: MemoryReceipts,
    clock: ManualClock,
) -> None:
    app = WebhookApp(
        receipts, {"abcd1234": SECRET}, unsigned=401, forged=403, clock=clock
    )
    caller = caller_of(app)

    assert await caller.call(b"{}") == 401
    assert await caller.post({}, secret="somebody else's") == 403


def test_an_event_with_an_emoji_is_read_as_it_was_written() -> None:
    body = json.dumps({"message_uuid": "m-1", "text": "\N{WAVING HAND SIGN}"}).encode()

    assert getattr(parse(body), "text", None) == "\N{WAVING HAND SIGN}"
