from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from nexmo_async.errors import (
    ConfigurationError,
    PayloadError,
    ReplayError,
    SignatureError,
)
from nexmo_async.webhooks import MemorySeen, sign, unwrap

if TYPE_CHECKING:
    from nexmo_async.testing import ManualClock
    from nexmo_async.webhooks import Event

SECRET = "a signature secret of more than 32 bytes"
BODY = b'{"message_uuid":"m-1","status":"delivered","to":"1","from":"2"}'


def headers(clock: ManualClock, body: bytes = BODY, **claims: object) -> dict[str, str]:
    now = clock.wall()
    signed = sign(body, api_key="abcd1234", secret=SECRET, now=now, **claims)
    return {"Authorization": signed}


def taken(
    clock: ManualClock, seen: MemorySeen, signed: dict[str, str], body: bytes = BODY
) -> Event:
    return unwrap(body, signed, {"abcd1234": SECRET}, seen=seen, clock=clock)


@pytest.fixture
def seen(clock: ManualClock) -> MemorySeen:
    return MemorySeen(clock=clock, keep=2)


def test_a_webhook_that_is_played_again_is_refused(
    clock: ManualClock, seen: MemorySeen
) -> None:
    signed = headers(clock)
    taken(clock, seen, signed)

    with pytest.raises(ReplayError, match="came before"):
        taken(clock, seen, signed)


def test_the_same_event_signed_anew_is_no_replay(
    clock: ManualClock, seen: MemorySeen
) -> None:
    first = taken(clock, seen, headers(clock))
    second = taken(clock, seen, headers(clock))

    assert first == second


@pytest.mark.parametrize("jti", [None, "", 7, ["j-1"], {}])
def test_without_an_id_nothing_could_tell_a_replay(
    jti: object, clock: ManualClock, seen: MemorySeen
) -> None:
    with pytest.raises(SignatureError, match="no id"):
        taken(clock, seen, headers(clock, jti=jti))


def test_what_could_not_be_read_may_come_again(
    clock: ManualClock, seen: MemorySeen
) -> None:
    signed = headers(clock, b"no JSON", jti="j-1")
    for _ in range(2):
        with pytest.raises(PayloadError):
            taken(clock, seen, signed, b"no JSON")

    assert len(seen) == 0


def test_a_forger_fills_no_memory(clock: ManualClock, seen: MemorySeen) -> None:
    signed = headers(clock, payload_hash=hashlib.sha256(b"another").hexdigest())
    with pytest.raises(SignatureError):
        taken(clock, seen, signed)

    assert len(seen) == 0


def test_no_more_are_remembered_than_allowed(
    clock: ManualClock, seen: MemorySeen
) -> None:
    for number in range(10):
        taken(clock, seen, headers(clock, jti=f"j-{number}"))

    assert len(seen) == 2
    assert seen.first("j-0")
    assert not seen.first("j-9")


async def test_each_is_remembered_for_as_long_as_its_signature_is_valid(
    clock: ManualClock, seen: MemorySeen
) -> None:
    seen.first("j-1")
    await clock.advance(86_700.0)
    assert not seen.first("j-1")
    await clock.advance(1.0)

    assert seen.first("j-1")


def test_a_wall_clock_that_jumps_forgets_nothing(
    clock: ManualClock, seen: MemorySeen
) -> None:
    seen.first("j-1")
    clock.jump(1_000_000)

    assert not seen.first("j-1")


def test_a_memory_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="keep: must be at least 1"):
        MemorySeen(keep=0)
