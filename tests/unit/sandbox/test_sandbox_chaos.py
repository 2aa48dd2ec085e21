from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from nexmo_async.sandbox.chaos import FAULTS, Chaos, Rule, read
from nexmo_async.sandbox.dice import Dice

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

FLAT: Final[dict[str, Any]] = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("503", {"fault": "503"}),
        ("503 10%", {"fault": "503", "chance": 0.1}),
        ("reset 3x", {"fault": "reset", "count": 3}),
        ("429 to 4477*", {"fault": "429", "to": "4477*"}),
        ("slow 2s", {"fault": "slow", "seconds": 2.0}),
        ("slow 500ms", {"fault": "slow", "seconds": 0.5}),
        ("lose after 1m for 1h", {"fault": "lose", "after": 60.0, "lasts": 3600.0}),
        (
            " delay 5s 50% 2x to ACME ",
            {"fault": "delay", "seconds": 5.0, "chance": 0.5, "count": 2, "to": "ACME"},
        ),
    ],
)
def test_a_rule_is_one_line(written: str, rule: dict[str, Any]) -> None:
    assert read(written) == Rule(written=written.strip(), **rule)


@pytest.mark.parametrize(
    "written",
    ["", "explode", "503 101%", "503 often", "503 for ever", "503 to", "503 5", "x 1s"],
)
def test_what_is_no_rule_is_refused_with_the_grammar(written: str) -> None:
    with pytest.raises(ValueError, match="no rule") as refused:
        read(written)

    assert "as in: 503 10%" in str(refused.value)


def test_a_rule_strikes_at_its_recipients_only() -> None:
    chaos = Chaos(Dice(), ["503 to 4477*", "502 to 1"])

    assert [rule.fault for rule in chaos.strike("before", "44770", 0)] == ["503"]
    assert [rule.fault for rule in chaos.strike("before", "1", 0)] == ["502"]
    assert list(chaos.strike("before", "12", 0)) == []


def test_a_rule_strikes_so_many_times() -> None:
    chaos = Chaos(Dice(), ["503 2x"])

    struck = [len(list(chaos.strike("before", "1", 0))) for _ in range(4)]

    assert struck == [1, 1, 0, 0]


def test_a_rule_strikes_in_its_time() -> None:
    chaos = Chaos(Dice())
    chaos.put([read("503 after 10s for 5s")], now=100)

    struck = [
        len(list(chaos.strike("before", "1", now))) for now in (109, 110, 114, 115)
    ]

    assert struck == [0, 1, 1, 0]


def test_a_rule_strikes_about_as_often_as_it_says() -> None:
    chaos = Chaos(Dice("a seed"), ["503 10%"])

    struck = sum(len(list(chaos.strike("before", "1", 0))) for _ in range(1000))

    assert 70 < struck < 130


def test_the_same_seed_makes_the_same_trouble() -> None:
    def struck(seed: str) -> list[int]:
        chaos = Chaos(Dice(seed), ["503 50%"])
        return [len(list(chaos.strike("before", "1", 0))) for _ in range(50)]

    assert struck("one") == struck("one")
    assert struck("one") != struck("other")


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        ("429", 429, 0),
        ("429-bare", 429, 0),
        ("500", 500, 0),
        ("502", 502, 0),
        ("503", 503, 0),
        ("504", 504, 0),
        ("500-late", 500, 1),
        ("502-late", 502, 1),
    ],
)
async def test_an_answer_fails_before_or_after_the_message_is_accepted(
    api: httpx.AsyncClient, box: Sandbox, fault: str, status: int, accepted: int
) -> None:
    await api.put("/_sandbox/chaos", json={"rules": [fault]})

    answer = await api.post("/v1/messages", json=FLAT)

    assert answer.status_code == status
    assert len(box.messages()) == accepted


@pytest.mark.parametrize("path", ["/v0.1/messages", "/beta/messages"])
async def test_the_older_doors_fail_as_well(api: httpx.AsyncClient, path: str) -> None:
    nested = {
        "to": {"type": "sms", "number": "447700900000"},
        "from": {"type": "sms", "number": "447700900001"},
        "message": {"content": {"type": "text", "text": "hi"}},
    }
    await api.put("/_sandbox/chaos", json={"rules": ["503 to 447700900000"]})

    answer = await api.post(path, json=nested)

    assert answer.status_code == 503


async def test_a_429_says_when_to_come_back(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["429 7s"]})

    answer = await api.post("/v1/messages", json=FLAT)

    assert answer.headers["retry-after"] == "7"
    assert answer.json()["title"] == "Rate Limit Hit"


async def test_a_bare_429_says_nothing(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["429-bare"]})

    answer = await api.post("/v1/messages", json=FLAT)

    assert answer.content == b""
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(("fault", "accepted"), [("reset", 0), ("reset-late", 1)])
async def test_a_connection_is_cut(box: Sandbox, fault: str, accepted: int) -> None:
    auth = (box.api_key, box.api_secret)
    async with httpx.AsyncClient(base_url=box.base_url, auth=auth) as client:
        await client.put("/_sandbox/chaos", json={"rules": [fault]})

        with pytest.raises(httpx.TransportError):
            await client.post("/v1/messages", json=FLAT)

    assert len(box.messages()) == accepted


async def test_a_connection_in_process_is_cut_too(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["reset"]})

    with pytest.raises(ConnectionResetError):
        await api.post("/v1/messages", json=FLAT)


async def test_no_rule_touches_the_controls(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["503"]})

    assert (await api.get("/_sandbox/chaos")).status_code == 200


async def test_the_rules_are_shown_with_how_often_they_struck(
    api: httpx.AsyncClient,
) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["503 1x", "slow 10%"]})
    await api.post("/v1/messages", json=FLAT)

    shown = (await api.get("/_sandbox/chaos")).json()

    assert shown["rules"] == [
        {"rule": "503 1x", "used": 1},
        {"rule": "slow 10%", "used": 0},
    ]


@pytest.mark.parametrize("rules", [["explode"], "503", None, [7]])
async def test_bad_rules_are_refused_and_change_nothing(
    api: httpx.AsyncClient, rules: object
) -> None:
    await api.put("/_sandbox/chaos", json={"rules": ["503"]})

    answer = await api.put("/_sandbox/chaos", json={"rules": rules})

    assert answer.status_code == 422
    assert len((await api.get("/_sandbox/chaos")).json()["rules"]) == 1


async def told(api: httpx.AsyncClient, clock: ManualClock, rule: str) -> dict[str, Any]:
    """What is kept of the first webhook, whose address nobody can be told at."""
    await api.put("/_sandbox/info", json={"status_url": "http://[::1"})
    await api.put("/_sandbox/chaos", json={"rules": [rule]})
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(0.05)
    hook: dict[str, Any] = (await api.get("/_sandbox/webhooks")).json()["webhooks"][0]
    return hook


async def test_a_webhook_is_lost(api: httpx.AsyncClient, clock: ManualClock) -> None:
    hook = await told(api, clock, "lose")

    assert (hook["state"], hook["attempts"]) == ("dropped", [])


async def test_a_webhook_comes_twice(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    assert len((await told(api, clock, "double"))["attempts"]) == 2


async def test_a_webhook_is_not_signed(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    assert (await told(api, clock, "unsigned"))["attempts"][0]["claims"] is None


async def test_a_webhook_is_late(api: httpx.AsyncClient, clock: ManualClock) -> None:
    early = await told(api, clock, "delay 10s")
    await clock.advance(10)
    late = (await api.get("/_sandbox/webhooks")).json()["webhooks"][-1]

    assert early["attempts"] == []
    assert late["attempts"][0]["at"] == "2026-01-01T00:00:10.050000+00:00"


async def test_a_webhook_leaves_the_order(
    api: httpx.AsyncClient, clock: ManualClock
) -> None:
    hook = await told(api, clock, "shuffle 10s")

    assert hook["attempts"] == []


def test_every_fault_is_in_the_grammar() -> None:
    with pytest.raises(ValueError, match="no rule") as refused:
        read("?")

    assert all(fault in str(refused.value) for fault in FAULTS)
