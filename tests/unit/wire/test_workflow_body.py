from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from nexmo_async.errors import PayloadError, UnsupportedError
from nexmo_async.models.content import Audio
from nexmo_async.models.message import Messenger, Sms, Viber
from nexmo_async.models.receipt import Report, ReportedMessage
from nexmo_async.models.workflow import Step, Workflow
from nexmo_async.wire.dialect import DIALECTS
from nexmo_async.wire.workflow import decode_report

if TYPE_CHECKING:
    from nexmo_async.wire.limits import Api

SMS = Sms(to="447700900000", sender="ACME", content="hi")
LAST = Step(SMS)

NESTED: list[Api] = ["beta", "v0.1"]


def encode(api: Api, *steps: Step) -> dict[str, Any]:
    return DIALECTS[api].workflow(Workflow(*steps), None)


def viber(seconds: int) -> Viber:
    return Viber(to="447700900000", sender="ACME", content="hi", ttl=seconds)


@pytest.mark.parametrize("api", NESTED)
def test_the_last_step_bears_no_condition(api: Api) -> None:
    first, last = encode(api, Step(SMS, until="delivered", within=60), LAST)["workflow"]

    assert first["failover"] == {"expiry_time": 60, "condition_status": "delivered"}
    assert "failover" not in last


SECONDS: dict[str, tuple[float | timedelta, int]] = {
    "shortest": (15, 15),
    "longest": (86_400, 86_400),
    "whole float": (60.0, 60),
    "timedelta": (timedelta(minutes=10), 600),
}


@pytest.mark.parametrize("api", NESTED)
@pytest.mark.parametrize(("within", "sent"), SECONDS.values(), ids=SECONDS)
def test_the_expiry_is_sent_in_whole_seconds(
    api: Api, within: float | timedelta, sent: int
) -> None:
    step = Step(SMS, until="delivered", within=within)
    expiry = encode(api, step, LAST)["workflow"][0]["failover"]["expiry_time"]

    assert expiry == sent
    assert type(expiry) is int


REFUSED: dict[str, tuple[Step, str]] = {
    "no condition": (Step(SMS), "steps[0].until: is needed on every step but the last"),
    "too soon": (
        Step(SMS, until="delivered", within=14.9),
        "steps[0].within: is 14.9 seconds, allowed are whole ones from 15 to 86400",
    ),
    "too late": (
        Step(SMS, until="delivered", within=864_001),
        "steps[0].within: is 864001 seconds, allowed are whole ones from 15 to 86400",
    ),
    "half a second": (
        Step(SMS, until="delivered", within=60.5),
        "steps[0].within: is 60.5 seconds, allowed are whole ones from 15 to 86400",
    ),
    "for ever": (
        Step(SMS, until="delivered", within=float("inf")),
        "steps[0].within: is inf seconds, allowed are whole ones from 15 to 86400",
    ),
    "viber for longer than a day": (
        Step(viber(86_401), until="delivered", within=60),
        "steps[0].message.ttl: is 86401 seconds, in a workflow up to 86400",
    ),
}


@pytest.mark.parametrize("api", NESTED)
@pytest.mark.parametrize(("step", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_step_that_nexmo_cannot_run_is_named_by_its_place(
    api: Api, step: Step, problem: str
) -> None:
    with pytest.raises(UnsupportedError) as caught:
        encode(api, step, LAST)

    assert caught.value.what() == f"{problem} (api='{api}')"


def test_the_last_step_is_named_by_its_place_too() -> None:
    first = Step(SMS, until="delivered", within=60)
    with pytest.raises(UnsupportedError, match=r"^steps\[1\]\.message\.ttl: "):
        encode("v0.1", first, Step(viber(259_200)))


@pytest.mark.parametrize("api", NESTED)
def test_viber_may_try_for_a_day_in_a_workflow(api: Api) -> None:
    first = Step(viber(86_400), until="delivered", within=60)
    said = encode(api, first, LAST)["workflow"][0]["message"]

    assert said["viber_service_msg"] == {"ttl": 86_400}


def test_v1_cannot_wait_for_a_condition() -> None:
    """It falls back on a refusal only; time is each message's own ttl."""
    with pytest.raises(UnsupportedError) as caught:
        encode("v1", Step(SMS), Step(SMS, until="delivered", within=60), LAST)

    assert caught.value.field == "steps[1].until"
    assert "it only reacts to a refusal" in caught.value.problem


def test_v1_lists_the_other_steps_inside_the_first() -> None:
    body = encode("v1", Step(viber(60)), LAST, LAST)

    assert body["channel"] == "viber_service"
    assert [item["channel"] for item in body["failover"]] == ["sms", "sms"]


def test_v1_allows_viber_three_days_in_a_workflow() -> None:
    body = encode("v1", Step(viber(259_200)), LAST)

    assert body["viber_service"] == {"ttl": 259_200}


def test_a_message_the_generation_cannot_carry_stops_the_workflow() -> None:
    sound = Messenger(to="person", sender="page", content=Audio("https://example.com"))
    step = Step(
        Viber(to="447700900000", sender="ACME", content="hi", client_ref="r"),
        until="read",
        within=60,
    )
    with pytest.raises(UnsupportedError, match=r"client_ref: is not known"):
        encode("beta", step, Step(sound))


@pytest.mark.parametrize("key", ["workflow_uuid", "dispatch_uuid"])
def test_a_report_names_its_workflow_in_either_word(key: str) -> None:
    assert decode_report({key: "w"}).workflow_uuid == "w"


def test_a_report_that_names_no_workflow_is_no_event() -> None:
    with pytest.raises(PayloadError, match="no message_uuid and no workflow"):
        decode_report({"template": "failover"})


def test_a_report_is_read_however_little_it_says() -> None:
    body = {
        "dispatch_uuid": "w",
        "_links": {"messages": [{}, None, {"channel": "sms"}]},
    }

    assert decode_report(body) == Report(
        workflow_uuid="w",
        status="",
        at=None,
        messages=(
            ReportedMessage(message_uuid="", channel="", status=""),
            ReportedMessage(message_uuid="", channel="sms", status=""),
        ),
    )
