from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, Final

import pytest

from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.life import PLAIN, QUICK, Outcome, Pace, life, persona
from nexmo_async.sandbox.primes import pair
from nexmo_async.sandbox.realism import MEDIANS, pace

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

FLAT: Final[dict[str, Any]] = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}
SLOWLY: Final = Pace(submitted=1.0, delivered=10.0, read=100.0)


def test_each_channel_has_its_own_pace() -> None:
    assert MEDIANS.keys() == set(PLAIN.values())


@pytest.mark.parametrize("channel", sorted(MEDIANS))
def test_half_of_the_messages_are_faster_than_the_median(channel: str) -> None:
    drawn = [pace(channel, Dice("seed"), number) for number in range(2000)]

    assert median(each.submitted for each in drawn) == pytest.approx(
        MEDIANS[channel][0], rel=0.1
    )
    assert median(each.delivered for each in drawn) == pytest.approx(
        MEDIANS[channel][1], rel=0.15
    )


def test_a_few_messages_take_much_longer_than_most() -> None:
    drawn = sorted(
        pace("sms", Dice("seed"), number).delivered for number in range(1000)
    )

    assert drawn[990] > 4 * drawn[500]
    assert drawn[0] > 0


def test_a_seed_makes_the_same_pace_each_time() -> None:
    assert pace("rcs", Dice("a"), 7) == pace("rcs", Dice("a"), 7)
    assert pace("rcs", Dice("a"), 7) != pace("rcs", Dice("a"), 8)
    assert pace("rcs", Dice("a"), 7) != pace("rcs", Dice("b"), 7)


def test_chance_alone_has_a_pace_too() -> None:
    assert pace("viber_service", Dice()).read > 0


@pytest.mark.parametrize(
    ("script", "delays"),
    [
        ("read", [1.0, 10.0, 100.0]),
        ("deliver", [1.0, 10.0]),
        ("deliver after 2s", [1.0, 2.0]),
        ("read after 2s", [1.0, 10.0, 2.0]),
        ("reject 1300", [1.0, 10.0]),
        ("undeliverable", [1.0]),
        ("silent", [1.0]),
    ],
)
def test_what_a_script_says_nothing_of_takes_its_pace(
    script: str, delays: list[float]
) -> None:
    turns = life(persona(script).otherwise, channel="whatsapp", pace=SLOWLY)

    assert [turn.delay for turn in turns] == delays


def test_a_message_whose_time_is_up_in_line_is_rejected() -> None:
    turns = life(Outcome("read"), channel="sms", ttl=20, pace=Pace(submitted=30.0))

    assert [(turn.delay, turn.code) for turn in turns] == [(20, 1360)]


def test_a_sandbox_is_quick_unless_asked_to_be_realistic() -> None:
    assert life(Outcome("read"), channel="sms") == life(
        Outcome("read"), channel="sms", pace=QUICK
    )


async def test_realistic_messages_do_not_arrive_at_once(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.put("/_sandbox/limits", json={"realistic": True})
    for _ in range(20):
        await api.post("/v1/messages", json=FLAT)
    await clock.advance(3)
    soon = {message.status for message in box.messages()}
    await clock.advance(3600)

    assert soon == {"submitted", "delivered"}
    assert {message.status for message in box.messages()} == {"delivered"}


def test_two_primes_make_a_number_of_all_its_bits() -> None:
    p, q = pair(Dice("seed"))

    assert p > q
    assert (p * q).bit_length() == 2048


def test_primes_pass_the_test_of_fermat() -> None:
    assert all(pow(7, prime - 1, prime) == 1 for prime in pair(Dice("another")))
