from __future__ import annotations

from typing import Any, Final, Literal

import pytest

from nexmo_async.sandbox.rules.dispatch import refuse, steps
from nexmo_async.sandbox.rules.nested import PARTIES

Generation = Literal["beta", "v0.1"]
BOTH: Final[tuple[Generation, ...]] = ("beta", "v0.1")
CONTENT: Final[dict[str, Any]] = {
    "text": "hi",
    "image": {"url": "https://example.com/cat"},
    "template": {"name": "a:b"},
}


def message(channel: str, kind: str = "text", **options: object) -> dict[str, Any]:
    to_key, _, from_key, _ = PARTIES[channel]
    body: dict[str, Any] = {
        "to": {"type": channel, to_key: "447700900000"},
        "from": {"type": channel, from_key: "447700900001"},
        "message": {"content": {"type": kind, kind: CONTENT[kind]}},
    }
    if channel == "whatsapp":
        body["message"]["whatsapp"] = {"locale": "en-GB"}
    if options:
        body["message"][channel] = options
    return body


def step(
    body: dict[str, Any], expiry: object = 600, condition: object = "delivered"
) -> dict[str, Any]:
    failover = {"expiry_time": expiry, "condition_status": condition}
    return {**body, "failover": failover}


def wrong_steps(*items: object, api: Generation = "v0.1") -> list[tuple[str, str]]:
    body = {"template": "failover", "workflow": list(items)}
    problem = refuse(body, api)
    found = () if problem is None else problem.violations
    return [(violation.name, violation.reason) for violation in found]


@pytest.mark.parametrize("api", BOTH)
def test_a_workflow_of_two_steps_is_good(api: Generation) -> None:
    assert wrong_steps(step(message("messenger")), message("sms"), api=api) == []


def test_a_workflow_has_one_template() -> None:
    problem = refuse({"template": "round-robin", "workflow": [{}]}, "v0.1")

    assert problem is not None
    assert problem.detail == "template must be one of failover."


@pytest.mark.parametrize("items", [None, {}, [], ["x"]])
def test_a_workflow_is_a_list_of_objects(items: object) -> None:
    problem = refuse({"template": "failover", "workflow": items}, "v0.1")

    assert problem is not None
    place = "workflow[0]" if items == ["x"] else "workflow"
    assert problem.violations[0].name == place


def test_all_steps_but_the_last_say_when_the_next_one_runs() -> None:
    assert wrong_steps(message("sms"), message("sms")) == [
        ("workflow[0].failover", "is required.")
    ]


def test_the_last_step_does_not() -> None:
    assert wrong_steps(step(message("sms")), step(message("sms"))) == [
        ("workflow[1].failover", "is not for the last step.")
    ]


@pytest.mark.parametrize("expiry", [15, 86_400])
def test_a_step_may_wait_from_15_seconds_to_a_day(expiry: int) -> None:
    assert wrong_steps(step(message("sms"), expiry), message("sms")) == []


@pytest.mark.parametrize("expiry", [14, 86_401, "600", 600.0, True, None])
def test_a_step_waits_for_no_other_time(expiry: object) -> None:
    found = wrong_steps(step(message("sms"), expiry), message("sms"))

    assert [name for name, _ in found] == ["workflow[0].failover.expiry_time"]


@pytest.mark.parametrize("channel", ["messenger", "whatsapp", "viber_service_msg"])
def test_a_step_may_wait_to_be_read_where_the_channel_tells(channel: str) -> None:
    first = step(message(channel), condition="read")

    assert wrong_steps(first, message("sms")) == []


@pytest.mark.parametrize("channel", ["sms", "mms"])
def test_a_step_cannot_wait_to_be_read_where_the_channel_does_not(
    channel: str,
) -> None:
    kind = "image" if channel == "mms" else "text"
    first = step(message(channel, kind), condition="read")

    assert wrong_steps(first, message("sms")) == [
        ("workflow[0].failover.condition_status", "must be one of delivered.")
    ]


@pytest.mark.parametrize("condition", ["submitted", "rejected", None, 1])
def test_a_step_waits_for_no_other_status(condition: object) -> None:
    found = wrong_steps(step(message("messenger"), 600, condition), message("sms"))

    assert found == [
        (
            "workflow[0].failover.condition_status",
            "must be one of delivered, read.",
        )
    ]


def test_a_mistake_inside_of_a_step_is_named_with_its_place() -> None:
    second = {**message("sms"), "to": {"type": "sms"}}

    assert wrong_steps(step(message("sms")), second) == [
        ("workflow[1].to.number", "is required.")
    ]


def test_a_dispatch_takes_either_kind_of_template_parameters() -> None:
    body = message("whatsapp", "template")
    body["message"]["content"]["template"] = {
        "name": "a:b",
        "parameters": [{"default": "x"}],
    }

    assert wrong_steps(step(body), message("sms")) == []


def test_viber_lives_no_longer_than_a_day_in_a_dispatch() -> None:
    first = step(message("viber_service_msg", ttl=86_401))

    assert wrong_steps(first, message("sms")) == [
        (
            "workflow[0].message.viber_service_msg.ttl",
            "must be between 30 and 86400.",
        )
    ]


def test_a_workflow_becomes_steps() -> None:
    first = step(message("messenger"), 600, "read")
    second = step(message("viber_service_msg"), 15)
    body = {"template": "failover", "workflow": [first, second, message("sms")]}

    found = steps(body, "v0.1")

    assert [(each.condition, each.within) for each in found] == [
        ("read", 600),
        ("delivered", 15),
        ("delivered", None),
    ]
