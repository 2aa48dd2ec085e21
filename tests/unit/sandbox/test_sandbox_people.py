from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.life import Outcome, decide, persona
from nexmo_async.sandbox.personas import MAGIC, Personas

if TYPE_CHECKING:
    import httpx

    from nexmo_async.clock import ManualClock
    from nexmo_async.sandbox import Sandbox

FLAT: Final[dict[str, Any]] = {
    "channel": "whatsapp",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("slow", Outcome("slow")),
        ("slow after 9s", Outcome("slow", None, 9.0)),
        ("flaky 20%", Outcome("flaky", chance=0.2)),
        ("flaky 0.5 %", Outcome("flaky", chance=0.005)),
        ('reply "STOP"', Outcome("reply", text="STOP")),
        ('reply "one; two" after 3s', Outcome("reply", None, 3.0, text="one; two")),
    ],
)
def test_a_script_may_be(script: str, outcome: Outcome) -> None:
    assert persona(script).on("sms") == outcome


@pytest.mark.parametrize(
    "script",
    ["flaky", "flaky 101%", 'flaky "x"', "reply", "reply STOP", "slow 20%", "read 5%"],
)
def test_a_script_may_not_be(script: str) -> None:
    with pytest.raises(ValueError, match="no persona"):
        persona(script)


def test_a_flaky_person_fails_by_chance() -> None:
    flaky = Outcome("flaky", chance=0.2)

    assert decide(flaky, 0.19) == Outcome("reject", 1330)
    assert decide(flaky, 0.2) == Outcome("read")


def test_what_is_certain_is_not_left_to_chance() -> None:
    assert decide(Outcome("deliver"), 0.0) == Outcome("deliver")


def test_of_several_patterns_the_longest_holds() -> None:
    people = Personas({"44*": "silent", "4477*": "deliver", "447700900000": "read"})

    assert people.of("447700900000").otherwise == Outcome("read")
    assert people.of("447700900001").otherwise == Outcome("deliver")
    assert people.of("441234").otherwise == Outcome("silent")
    assert people.of("331234").otherwise == Outcome("read")


def test_who_is_forgotten_takes_messages_as_usual() -> None:
    people = Personas({"4477*": "silent"})
    people.remove("4477*")
    people.remove("nobody")

    assert people.script("447700900000") is None


@pytest.mark.parametrize("number", sorted(MAGIC))
def test_a_magic_number_has_its_script(number: str) -> None:
    assert Personas().of(number) == persona(MAGIC[number])


def test_a_script_that_was_given_beats_magic() -> None:
    people = Personas({"447700900911": "deliver"})

    assert people.of("447700900911").otherwise == Outcome("deliver")


async def test_somebody_answers_by_script(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock
) -> None:
    await api.post("/v1/messages", json={**FLAT, "to": "447700900917"})
    await clock.advance(2)

    (said,) = box.store.inbound()

    assert (said.sender, said.to, said.content) == (
        "447700900917",
        "447700900001",
        "STOP",
    )
    assert box.messages()[0].status == "read"


async def test_scripts_are_shown_and_taken_away(api: httpx.AsyncClient) -> None:
    await api.put("/_sandbox/personas", json={"4477*": "slow", "1": "read"})
    await api.put("/_sandbox/personas", json={"1": None})
    shown = (await api.get("/_sandbox/personas")).json()
    await api.delete("/_sandbox/personas")
    after = (await api.get("/_sandbox/personas")).json()

    assert shown["personas"] == {"4477*": "slow"}
    assert after["personas"] == {}
    assert after["magic"] == dict(MAGIC)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "rejected"),
        ({"channel": "messenger"}, "rejected"),
        ({"channel": "sms"}, "delivered"),
        (
            {
                "message_type": "template",
                "template": {"name": "hello"},
                "whatsapp": {"locale": "en_GB"},
            },
            "read",
        ),
        (
            {
                "channel": "messenger",
                "messenger": {"category": "message_tag", "tag": "ACCOUNT_UPDATE"},
            },
            "read",
        ),
    ],
)
async def test_out_of_the_blue_only_some_messages_may_be_sent(
    api: httpx.AsyncClient,
    box: Sandbox,
    clock: ManualClock,
    changes: dict[str, object],
    status: str,
) -> None:
    await api.put("/_sandbox/limits", json={"realistic": True})
    await api.post("/v1/messages", json={**FLAT, **changes})
    await clock.advance(86_400)

    (message,) = box.messages()

    assert message.status == status
    assert message.code == (1340 if status == "rejected" else None)


@pytest.mark.parametrize(("hours", "status"), [(24, "read"), (25, "rejected")])
async def test_for_a_day_after_somebody_wrote_one_may_answer(
    api: httpx.AsyncClient, box: Sandbox, clock: ManualClock, hours: int, status: str
) -> None:
    said = {"channel": "whatsapp", "from": FLAT["to"], "to": FLAT["from"], "text": "?"}
    await api.put("/_sandbox/limits", json={"realistic": True})
    await api.post("/_sandbox/inbound", json=said)
    await clock.advance(hours * 3600)
    await api.post("/v1/messages", json=FLAT)
    await clock.advance(86_400)

    assert box.messages()[0].status == status


def test_a_seed_makes_the_same_of_the_same_name() -> None:
    one, other = Dice("a"), Dice("a")

    assert one.uuid("x", 1) == other.uuid("x", 1)
    assert one.word("x") == other.word("x")
    assert one.secret(16, "x") == other.secret(16, "x")
    assert one.fraction("x") == other.fraction("x")


def test_another_name_or_seed_makes_another_thing() -> None:
    assert len({Dice("a").uuid("x"), Dice("a").uuid("y"), Dice("b").uuid("x")}) == 3


def test_without_a_seed_nothing_is_the_same() -> None:
    assert Dice().uuid("x") != Dice().uuid("x")
    assert Dice().word("x") != Dice().word("x")
    assert len(Dice().secret(8, "x")) == 8
    assert 0 <= Dice().fraction("x") < 1
