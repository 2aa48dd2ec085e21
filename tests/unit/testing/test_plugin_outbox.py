"""What a test asks of its outbox; the fixtures are the plugin's own."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from nexmo_async import Image, Nexmo, Sms, Viber

if TYPE_CHECKING:
    from nexmo_async.testing.plugin_box import Box
    from nexmo_async.testing.plugin_outbox import Outbox

CODE = Sms(to="447700900001", sender="ACME", content="Your code is 64873.")
PARCEL = Viber(to="447700900002", sender="22353", content="Your parcel is here.")


async def test_a_message_that_is_there_is_found_at_once(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    await nexmo.messages.send(CODE)
    found = await nexmo_outbox.wait_for(to="447700900001")

    assert found.text == "Your code is 64873."


async def test_a_message_is_waited_for(nexmo: Nexmo, nexmo_outbox: Outbox) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(nexmo_outbox.wait_for(channel="viber"))
        await nexmo.messages.send(CODE)
        await nexmo.messages.send(PARCEL)

    assert waiting.result().to == "447700900002"


async def test_of_several_the_newest_is_found(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    for number in (1, 2):
        sms = Sms(to="447700900001", sender="ACME", content=f"Code {number}")
        await nexmo.messages.send(sms)
    found = await nexmo_outbox.wait_for(text="Code", count=2)

    assert found.text == "Code 2"


async def test_it_can_be_waited_for_until_it_has_arrived(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    await nexmo.messages.send(CODE)
    found = await nexmo_outbox.wait_for(status="delivered")

    assert found.status == "delivered"


async def test_who_waits_in_vain_sees_what_came_instead(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    sent = await nexmo.messages.send(CODE)
    await sent.until("delivered", within=5)
    with pytest.raises(AssertionError) as told:
        await nexmo_outbox.wait_for(to="447700900002", text="code", within=0.01)

    assert str(told.value).splitlines() == [
        "1 message wanted, none sent within 0.01 s:",
        "    to       '447700900002'",
        "    text     'code'",
        "the nearest:",
        "  ≠ to       447700900001",
        "    channel  sms",
        "    text     'Your code is 64873.'",
        "    sender   ACME",
        "    status   delivered",
    ]


WISHES: list[dict[str, object]] = [
    {"to": "+44 (7700) 900-001"},
    {"to": "00447700900001", "channel": "sms"},
    {"sender": "ACME"},
    {"text": "64873"},
    {"text": re.compile(r"code is \d{5}\.")},
    {"status": "accepted"},
    {},
]


@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_a_message_is_found_by(
    wish: dict[str, object], nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    await nexmo.messages.send(CODE)

    assert nexmo_outbox.assert_sent(**wish).to == "447700900001"  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", ["viber", "viber_service"])
async def test_a_channel_may_be_called_by_any_of_its_names(
    channel: str, nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    await nexmo.messages.send(PARCEL)

    assert nexmo_outbox.assert_sent(channel=channel).sender == "22353"


MISSES: list[dict[str, object]] = [
    {"to": "447700900009"},
    {"channel": "viber"},
    {"sender": "ACM"},
    {"text": "parcel"},
    {"text": re.compile(r"^code")},
    {"status": "rejected"},
    {"to": "447700900001", "text": "parcel"},
]


@pytest.mark.parametrize("wish", MISSES, ids=str)
async def test_a_message_is_not_found_by(
    wish: dict[str, object], nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    await nexmo.messages.send(CODE)
    nexmo_outbox.assert_not_sent(**wish)  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="1 message wanted, none sent"):
        nexmo_outbox.assert_sent(**wish)  # type: ignore[arg-type]


async def test_one_too_many_is_shown(nexmo: Nexmo, nexmo_outbox: Outbox) -> None:
    await nexmo.messages.send(CODE)
    await nexmo.messages.send(CODE)
    with pytest.raises(AssertionError) as told:
        nexmo_outbox.assert_sent(text="code")

    assert str(told.value).splitlines() == [
        "1 message wanted, 2 sent:",
        "    text     'code'",
        "found:",
        "    sms to 447700900001 from ACME: 'Your code is 64873.'",
        "    sms to 447700900001 from ACME: 'Your code is 64873.'",
    ]


async def test_one_that_should_not_be_there_is_shown(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    picture = Image("https://example.com/cat.png")
    await nexmo.messages.send(Viber(to="447700900001", sender="22353", content=picture))
    with pytest.raises(AssertionError) as told:
        nexmo_outbox.assert_not_sent()

    assert str(told.value).splitlines() == [
        "no message wanted, 1 sent:",
        "found:",
        "    viber_service image to 447700900001 from 22353",
    ]


@pytest.mark.usefixtures("nexmo_sandbox")
async def test_an_empty_outbox_says_that_it_is_empty(nexmo_outbox: Outbox) -> None:
    with pytest.raises(AssertionError, match="nothing was accepted at all"):
        nexmo_outbox.assert_sent(to="447700900001")


async def test_what_a_message_does_not_have_cannot_be_asked_for(
    nexmo_outbox: Outbox,
) -> None:
    with pytest.raises(TypeError, match="a message has no recipient; choose from to,"):
        nexmo_outbox.assert_sent(recipient="447700900001")  # type: ignore[call-arg]


async def test_a_pattern_is_shown_as_one(nexmo_outbox: Outbox) -> None:
    with pytest.raises(AssertionError, match=r"text     /\\d\{5\}/"):
        nexmo_outbox.assert_sent(text=re.compile(r"\d{5}"))


async def test_at_most_five_others_are_shown(
    nexmo: Nexmo, nexmo_outbox: Outbox
) -> None:
    for number in range(8):
        sms = Sms(to=f"44770090001{number}", sender="ACME", content="Hello")
        await nexmo.messages.send(sms)
    with pytest.raises(AssertionError) as told:
        nexmo_outbox.assert_sent(text="parcel")
    lines = str(told.value).splitlines()

    assert lines[8] == "besides, 7 in all:"
    assert len(lines[9:]) == 5


async def test_the_clock_of_the_test_may_stand_still_while_somebody_waits(
    nexmo_sandbox: Box, nexmo_outbox: Outbox
) -> None:
    nexmo_sandbox.clock.freeze()
    with pytest.raises(AssertionError):
        await nexmo_outbox.wait_for(to="447700900001", within=0.01)
