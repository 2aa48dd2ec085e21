from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

import pytest
import strategies
from hypothesis import given, settings

from nexmo_async.durable.refusing import losses
from nexmo_async.durable.spelling import Order, read, spell, zone_name
from nexmo_async.models.condition import Quiet
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.models.message import Message

SMS: Final = Sms(to="447700900000", sender="ACME", content="hi")
WHATSAPP: Final = WhatsApp(to="447700900000", sender="447700900990", content="hi")
LONDON: Final = Quiet("22:00", "08:00", "Europe/London")
DETAILED: Final = Step(
    WHATSAPP,
    until={"delivered", "read"},
    within=600,
    attempts=3,
    on={"suppress": "next", 1340: "stop"},
    not_before=datetime(2026, 1, 1, 8, tzinfo=UTC),
    quiet=LONDON,
)

#: What a worker of a later release must be able to read: runs outlive releases.
WRITTEN: Final = (
    '{"steps":[{"message":{"$":"phone:Sms","is":{"to":"447700900000","sender":"ACME",'
    '"content":{"$":"content:Text","is":{"text":"hi"}},"client_ref":null}},'
    '"until":"delivered","within":60.0},{"message":{"$":"whatsapp:WhatsApp","is":'
    '{"to":"447700900000","sender":"447700900990","content":{"$":"content:Text",'
    '"is":{"text":"hi"}}}}}],"patience":3600.0,"settle":30.0,"lane":"nexmo_async",'
    '"on_unknown":"resend","at":1767225600.0}'
)


@settings(max_examples=40, deadline=None)
@given(strategies.messages("v1"), strategies.messages("v1"))
def test_any_message_is_read_as_it_was_spelled(one: Message, other: Message) -> None:
    order = Order(Workflow(Step(one), Step(other)), "lane", "wait", 7.5)

    assert read(spell(order)) == order


def test_all_that_a_step_can_say_is_read_as_it_was_spelled() -> None:
    order = Order(Workflow(DETAILED, Step(SMS), patience=7), "lane", "resend", 7.5)

    assert read(spell(order)) == order


def test_what_an_earlier_release_wrote_can_be_read() -> None:
    first = Step(SMS, until="delivered", within=60)
    order = Order(
        Workflow(first, Step(WHATSAPP)), "nexmo_async", "resend", 1767225600.0
    )

    assert read(WRITTEN) == order


def test_what_a_later_release_adds_to_a_message_is_passed_over() -> None:
    said = json.loads(WRITTEN)
    said["steps"][0]["message"]["is"]["invented"] = True

    assert read(json.dumps(said)) == read(WRITTEN)


def test_a_zone_without_a_name_cannot_be_spelled() -> None:
    nameless = Quiet("22:00", "08:00", timezone(timedelta(hours=1)))
    flow = Workflow(Step(SMS, quiet=nameless), Step(SMS))

    assert zone_name(UTC) == "UTC"
    assert [loss.field for loss in losses(flow, "v1")] == ["steps[0].quiet"]


@pytest.mark.parametrize("api", ["v0.1", "v1"])
def test_nothing_speaks_against_what_is_all_data(api: str) -> None:
    flow = Workflow(DETAILED, Step(SMS))

    assert losses(flow, api) == ()  # type: ignore[arg-type]
