from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from nexmo_async.sandbox.problem import RefusedError
from nexmo_async.sandbox.rates import FREE, REALISTIC, Meter, Rates
from nexmo_async.sandbox.records import Draft

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


def draft(channel: str = "sms", sender: str = "ACME") -> Draft:
    return Draft(
        api="v1",
        channel=channel,
        message_type="text",
        to="447700900000",
        sender=sender,
        request={},
    )


def taken(meter: Meter, one: Draft, count: int, now: float = 0.0) -> int:
    """How many of so many are let through."""
    through = 0
    for _ in range(count):
        try:
            meter.take(one, now=now, wall=now)
        except RefusedError:
            continue
        through += 1
    return through


def test_nothing_is_limited_unless_asked_for() -> None:
    assert taken(Meter(FREE), draft(), 1000) == 1000


def test_an_account_sends_thirty_a_second() -> None:
    meter = Meter(REALISTIC)

    assert taken(meter, draft(), 40) == 30
    assert taken(meter, draft(), 40, now=0.5) == 15
    assert taken(meter, draft(), 40, now=60) == 30


def test_an_american_number_sends_one_a_second() -> None:
    meter = Meter(REALISTIC)

    assert taken(meter, draft(sender="12125550100"), 3) == 1
    assert taken(meter, draft(sender="12125550101"), 3) == 1
    assert taken(meter, draft(sender="447700900001"), 3) == 3


def test_a_channel_has_its_own_rate() -> None:
    meter = Meter(Rates(channels={"viber": 2.0}))

    assert taken(meter, draft("viber_service"), 5) == 2
    assert taken(meter, draft("sms"), 5) == 5


def test_what_was_refused_is_not_counted() -> None:
    meter = Meter(Rates(account=2.0, us_number=1.0))

    assert taken(meter, draft(sender="12125550100"), 9) == 1
    assert taken(meter, draft(), 9) == 1


def test_less_than_one_a_second_is_a_rate_too() -> None:
    meter = Meter(Rates(account=0.5))

    assert taken(meter, draft(), 2) == 1
    assert taken(meter, draft(), 2, now=1.9) == 0
    assert taken(meter, draft(), 2, now=2.0) == 1


def test_buckets_that_are_full_again_are_forgotten() -> None:
    meter = Meter(Rates(us_number=1.0))
    for number in range(10_001):
        taken(meter, draft(sender=f"1212{number:07}"), 1, now=number)

    assert len(meter._buckets) < 10  # noqa: SLF001 - nothing else shows it


def test_what_is_above_a_numbers_rate_may_stand_in_line() -> None:
    meter = Meter(Rates(us_number=2.0, queue=3))
    one = draft(sender="12125550100")

    waits = [meter.take(one, now=0.0, wall=0.0) for _ in range(5)]

    assert waits == [0.0, 0.0, 0.5, 1.0, 1.5]
    assert taken(meter, one, 5) == 0
    assert taken(meter, one, 5, now=0.5) == 1


def test_what_is_above_the_accounts_rate_never_waits() -> None:
    meter = Meter(Rates(account=2.0, queue=100))

    assert taken(meter, draft(), 5) == 2


def test_a_full_line_says_when_there_is_room_in_it() -> None:
    meter = Meter(Rates(us_number=0.1, queue=1))
    one = draft(sender="12125550100")
    assert taken(meter, one, 2) == 2

    with pytest.raises(RefusedError) as refused:
        meter.take(one, now=0.0, wall=0.0)

    assert refused.value.problem.headers["Retry-After"] == "10"


async def test_a_message_in_line_is_submitted_when_its_turn_comes(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.put("/_sandbox/limits", json={"us_number": 1, "queue": 10})
    for _ in range(3):
        await api.post("/v1/messages", json={**FLAT, "from": "12125550100"})

    await clock.advance(1.5)

    statuses = [message.status for message in box.messages()]
    assert statuses == ["delivered", "delivered", "accepted"]


async def test_a_step_of_a_workflow_stands_in_line_as_well(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.put("/_sandbox/limits", json={"us_number": 1, "queue": 10})
    both = {**FLAT, "from": "12125550100", "failover": [FLAT]}
    for _ in range(2):
        await api.post("/v1/messages", json=both)

    await clock.advance(1)

    assert [message.status for message in box.messages()] == ["delivered", "accepted"]


async def test_too_much_is_429_with_all_its_headers(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    await api.put("/_sandbox/limits", json={"account": 1})
    await api.post("/v1/messages", json=FLAT)

    answer = await api.post("/v1/messages", json=FLAT)

    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-ratelimit-limit"] == "1"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.headers["x-ratelimit-reset"] == "1767225601000"
    assert answer.json()["title"] == "Rate Limit Hit"
    assert len(box.messages()) == 1


async def test_after_the_pause_there_is_room_again(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    await api.put("/_sandbox/limits", json={"account": 1})
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(1)

    assert (await api.post("/v1/messages", json=FLAT)).status_code == 202


async def test_a_429_may_be_without_a_word(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/limits", json={"account": 1, "bodyless": True})
    await api.post("/v1/messages", json=FLAT)

    answer = await api.post("/v1/messages", json=FLAT)

    assert (answer.status_code, answer.content) == (429, b"")


async def test_what_is_no_message_is_not_counted(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/limits", json={"account": 1})
    await api.post("/v1/messages", json={})

    assert (await api.post("/v1/messages", json=FLAT)).status_code == 202


async def test_the_limits_are_shown(api: httpx.AsyncClient) -> None:
    assert (await api.get("/_sandbox/limits")).json() == {
        "account": None,
        "us_number": None,
        "channels": {},
        "queue": 0,
        "bodyless": False,
        "realistic": False,
    }


async def test_realistic_sets_the_usual_limits_and_takes_them_away(
    api: httpx.AsyncClient,
) -> None:
    on = (await api.put("/_sandbox/limits", json={"realistic": True})).json()
    off = (await api.put("/_sandbox/limits", json={"realistic": False})).json()

    assert (on["account"], on["us_number"], on["realistic"]) == (30, 1, True)
    assert (off["account"], off["realistic"]) == (None, False)


@pytest.mark.parametrize(
    "body",
    [
        {"account": 0},
        {"account": -1},
        {"account": "30"},
        {"account": True},
        {"us_number": 1e9},
        {"channels": {"pigeon": 1}},
        {"channels": 7},
        {"bodyless": "yes"},
        {"queue": -1},
        {"queue": 1.5},
        {"queue": True},
        {"queue": 1_000_000},
        {"speed": 1},
    ],
)
async def test_bad_limits_are_refused(
    api: httpx.AsyncClient, body: dict[str, object]
) -> None:
    assert (await api.put("/_sandbox/limits", json=body)).status_code == 422
