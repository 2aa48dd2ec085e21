from __future__ import annotations

import pytest

from nexmo_async.sandbox.life import (
    TELLS_READ,
    Outcome,
    Persona,
    Turn,
    life,
    persona,
)

SUBMITTED = Turn(0.05, "submitted")


@pytest.mark.parametrize(
    ("script", "otherwise"),
    [
        ("deliver", Outcome("deliver")),
        ("read", Outcome("read")),
        ("reject 1300", Outcome("reject", 1300)),
        ("undeliverable", Outcome("undeliverable")),
        ("undeliverable 1260", Outcome("undeliverable", 1260)),
        ("silent", Outcome("silent")),
        ("deliver after 2s", Outcome("deliver", None, 2.0)),
        ("reject 1300 after 0.5s", Outcome("reject", 1300, 0.5)),
        ("read  after  2 s", Outcome("read", None, 2.0)),
        (" silent ", Outcome("silent")),
    ],
)
def test_a_script_of_one_rule_holds_for_all_channels(
    script: str, otherwise: Outcome
) -> None:
    assert persona(script) == Persona({}, otherwise)


def test_a_script_may_have_a_rule_for_each_channel() -> None:
    read = persona("whatsapp: silent; viber: reject 1300; sms: deliver")

    assert read.on("whatsapp") == Outcome("silent")
    assert read.on("viber_service") == Outcome("reject", 1300)
    assert read.on("viber_service_msg") == Outcome("reject", 1300)
    assert read.on("sms") == Outcome("deliver")


def test_a_channel_without_a_rule_takes_messages_as_usual() -> None:
    assert persona("whatsapp: silent").on("sms") == Outcome("read")


def test_a_rule_without_a_channel_is_for_the_rest() -> None:
    read = persona("silent; sms: deliver")

    assert read.on("sms") == Outcome("deliver")
    assert read.on("messenger") == Outcome("silent")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("", "'' is no rule"),
        ("explode", "'explode' is no rule"),
        ("reject", "reject needs a code"),
        ("reject soon", "'reject soon' is no rule"),
        ("deliver 1300", "deliver takes no code"),
        ("silent 1300", "silent takes no code"),
        ("silent after 2s", "silence has no end"),
        ("deliver after 2", "'deliver after 2' is no rule"),
        ("deliver after -1s", "'deliver after -1s' is no rule"),
        ("pigeon: deliver", "'pigeon' is no channel"),
        ("sms: deliver; sms: silent", "two rules for sms"),
        ("viber: deliver; viber_service: silent", "two rules for viber"),
        ("deliver; silent", "two rules for the same messages"),
        ("deliver;", "'' is no rule"),
        ("deliver after ٢s", "is no rule"),
    ],
)
def test_what_is_no_script_is_refused_with_the_reason(script: str, why: str) -> None:
    with pytest.raises(ValueError, match="no persona") as refused:
        persona(script)

    assert why in str(refused.value)


def test_a_refusal_shows_how_to_write_a_script() -> None:
    with pytest.raises(ValueError, match="no persona") as refused:
        persona("explode")

    assert "reject CODE | undeliverable [CODE] | silent" in str(refused.value)
    assert "whatsapp: silent; viber: reject 1300; sms: deliver" in str(refused.value)


@pytest.mark.parametrize(
    "channel", ["whatsapp", "messenger", "viber_service", "rcs", "email"]
)
def test_a_message_is_read_where_the_channel_tells(channel: str) -> None:
    assert life(Outcome("read"), channel=channel) == [
        SUBMITTED,
        Turn(0.15, "delivered"),
        Turn(0.15, "read"),
    ]


@pytest.mark.parametrize("channel", ["sms", "mms"])
def test_a_message_is_only_delivered_where_the_channel_does_not_tell(
    channel: str,
) -> None:
    assert life(Outcome("read"), channel=channel) == [
        SUBMITTED,
        Turn(0.15, "delivered"),
    ]


@pytest.mark.parametrize(
    ("outcome", "turns"),
    [
        (Outcome("deliver"), [SUBMITTED, Turn(0.15, "delivered")]),
        (Outcome("deliver", None, 2.0), [SUBMITTED, Turn(2.0, "delivered")]),
        (
            Outcome("read", None, 2.0),
            [SUBMITTED, Turn(0.15, "delivered"), Turn(2.0, "read")],
        ),
        (Outcome("reject", 1300), [SUBMITTED, Turn(0.15, "rejected", 1300)]),
        (Outcome("reject", 1300, 9.0), [SUBMITTED, Turn(9.0, "rejected", 1300)]),
        (Outcome("undeliverable"), [Turn(0.05, "undeliverable", 1100)]),
        (Outcome("undeliverable", 1260), [Turn(0.05, "undeliverable", 1260)]),
        (Outcome("undeliverable", None, 3.0), [Turn(3.0, "undeliverable", 1100)]),
        (Outcome("silent"), [SUBMITTED]),
    ],
)
def test_each_outcome_has_its_turns(outcome: Outcome, turns: list[Turn]) -> None:
    assert life(outcome, channel="whatsapp") == turns


@pytest.mark.parametrize(
    ("outcome", "ttl", "turns"),
    [
        (Outcome("silent"), 60, [SUBMITTED, Turn(59.95, "rejected", 1360)]),
        (
            Outcome("deliver", None, 700.0),
            600,
            [SUBMITTED, Turn(599.95, "rejected", 1360)],
        ),
        (Outcome("deliver"), 60, [SUBMITTED, Turn(0.15, "delivered")]),
        (Outcome("reject", 1300), 60, [SUBMITTED, Turn(0.15, "rejected", 1300)]),
        (Outcome("undeliverable"), 60, [Turn(0.05, "undeliverable", 1100)]),
    ],
)
def test_what_has_no_end_before_its_time_to_live_is_over_is_rejected(
    outcome: Outcome, ttl: float, turns: list[Turn]
) -> None:
    assert life(outcome, channel="sms", ttl=ttl) == turns


def test_being_read_late_does_not_expire_what_was_delivered() -> None:
    turns = life(Outcome("read", None, 700.0), channel="viber_service", ttl=60)

    assert [turn.status for turn in turns] == ["submitted", "delivered", "read"]


def test_the_channels_that_tell_are_those_of_the_spec() -> None:
    assert sorted(TELLS_READ) == ["email", "messenger", "rcs", "viber", "whatsapp"]
