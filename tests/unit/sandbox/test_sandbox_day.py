"""A day of retries, on a clock that stands still until it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from nexmo_async.clock import NEW_YEAR, MovableClock, SystemClock
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from nexmo_async.clock import Clock


class Receiver(Protocol):
    """The fixture of that name."""

    url: str
    answers: list[int]
    requests: list[tuple[dict[str, str], bytes]]


async def day(keys: tuple[bytes, str], receiver: Receiver) -> bytes:
    """Two messages whose webhooks nobody takes for a day; all that is kept of it."""
    receiver.answers = [503] * 1000
    receiver.requests.clear()
    async with (
        Sandbox(
            seed="a seed",
            public_key=keys[0],
            clock=MovableClock(frozen=True, start=NEW_YEAR),
            status_url=receiver.url,
            personas={"4477*": "silent"},
        ) as box,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=box.app),
            base_url="http://127.0.0.1",
            auth=(box.api_key, box.api_secret),
        ) as api,
    ):
        for number in ("447700900001", "447700900002"):
            await api.post("/v1/messages", json={**FLAT, "to": number})
        answer = await api.post("/_sandbox/clock", json={"advance": "25h"})
        assert answer.json()["now"] == "2026-01-02T01:00:00+00:00"
        kept = await api.get("/_sandbox/export")
        return kept.content


FLAT: dict[str, Any] = {
    "channel": "sms",
    "message_type": "text",
    "from": "447700900009",
    "text": "hi",
}


async def took(work: Awaitable[bytes], clock: Clock) -> tuple[bytes, float]:
    began = clock.monotonic()
    return await work, clock.monotonic() - began


async def test_a_day_of_retries_takes_less_than_two_seconds_of_ours(
    keys: tuple[bytes, str], receiver: Receiver
) -> None:
    """Under one on a machine that has nothing else to do."""
    _, seconds = await took(day(keys, receiver), SystemClock())

    assert seconds < 2


async def test_a_day_of_retries_is_the_same_twice_byte_for_byte(
    keys: tuple[bytes, str], receiver: Receiver
) -> None:
    first = await day(keys, receiver)
    second = await day(keys, receiver)

    assert first == second


async def test_a_day_of_retries_climbs_the_whole_ladder(
    keys: tuple[bytes, str], receiver: Receiver
) -> None:
    lines = (await day(keys, receiver)).splitlines()

    for line in lines:
        (hook,) = json.loads(line)["webhooks"]
        moments = [each["at"] for each in hook["attempts"]]

        assert hook["state"] == "dropped"
        assert len(moments) == 103
        assert moments[:4] == [
            "2026-01-01T00:00:00.050000+00:00",
            "2026-01-01T00:00:05.050000+00:00",
            "2026-01-01T00:00:15.050000+00:00",
            "2026-01-01T00:00:35.050000+00:00",
        ]
        assert {each["answer"] for each in hook["attempts"]} == {503}
