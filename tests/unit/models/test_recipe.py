from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.condition import Quiet
from nexmo_async.models.content import Image, Template
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

TOML = """
patience = 600
to = "447700900000"

[[steps]]
channel = "whatsapp"
sender = "447700900990"
content = {type = "template", name = "otp", parameters = ["64873"]}
locale = "en_GB"
until = "read"
within = 600

[[steps]]
channel = "sms"
sender = "ACME"
content = "Your code is 64873."
"""
JSON = """
{"patience": 600, "to": "447700900000", "steps": [
  {"channel": "whatsapp", "sender": "447700900990", "locale": "en_GB",
   "content": {"type": "template", "name": "otp", "parameters": ["64873"]},
   "until": "read", "within": 600},
  {"channel": "sms", "sender": "ACME", "content": "Your code is 64873."}]}
"""
YAML = """
patience: 600
to: "447700900000"
steps:
  - channel: whatsapp
    sender: "447700900990"
    content: {type: template, name: otp, parameters: ["64873"]}
    locale: en_GB
    until: read
    within: 600
  - channel: sms
    sender: ACME
    content: Your code is 64873.
"""
OTP = Workflow(
    Step(
        WhatsApp(
            to="447700900000",
            sender="447700900990",
            content=Template("otp", ("64873",)),
            locale="en_GB",
        ),
        until="read",
        within=600,
    ),
    Step(Sms(to="447700900000", sender="ACME", content="Your code is 64873.")),
    patience=600,
)

VIBER: dict[str, Any] = {"channel": "viber", "sender": "ACME", "content": "hi"}
SMS: dict[str, Any] = {"channel": "sms", "sender": "ACME", "content": "hi"}


def flow(**first: object) -> dict[str, object]:
    return {"to": "447700900000", "steps": [{**VIBER, **first}, SMS]}


@pytest.mark.parametrize(
    ("form", "text"), [("toml", TOML), ("json", JSON), ("yaml", YAML)]
)
def test_a_workflow_is_read_in_any_form(form: str, text: str) -> None:
    assert Workflow.from_text(text, form) == OTP


def test_the_recipient_may_be_given_besides() -> None:
    read = Workflow.from_dict({"steps": [VIBER, SMS]}, to="+44 7700 900000")

    assert {step.message.to for step in read.steps} == {"447700900000"}


def test_the_recipient_that_is_given_goes_before_the_usual_one() -> None:
    read = Workflow.from_dict(flow(), to="447700900123")

    assert {step.message.to for step in read.steps} == {"447700900123"}


def test_a_recipient_of_its_own_is_kept() -> None:
    read = Workflow.from_dict(flow(to="447700900777"), to="447700900123")

    assert read.steps[0].message.to == "447700900777"


def test_every_condition_can_be_written_down() -> None:
    read = Workflow.from_dict(
        flow(
            until=["delivered", "read"],
            within=60,
            attempts=3,
            on={"suppress": "next", "1340": "stop"},
            not_before="2026-01-01T08:00:00Z",
            quiet={"begin": "22:00", "end": "08:00", "zone": "Europe/London"},
            ttl=60,
        )
    )

    assert read.steps[0] == Step(
        Viber(to="447700900000", sender="ACME", content="hi", ttl=60),
        until=frozenset({"delivered", "read"}),
        within=60,
        attempts=3,
        on={"suppress": "next", 1340: "stop"},
        not_before=datetime(2026, 1, 1, 8, tzinfo=UTC),
        quiet=Quiet("22:00", "08:00", "Europe/London"),
    )


def test_media_can_be_written_down() -> None:
    content = {"type": "image", "url": "https://example.com/cat.png"}

    read = Workflow.from_dict(flow(content=content))

    assert read.steps[0].message.content == Image("https://example.com/cat.png")


CAT = "https://example.com/cat.png"
WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no steps": ({}, "steps: is missing"),
    "steps are no list": ({"steps": {}}, "steps: is missing"),
    "a step is no table": ({"steps": ["hi"]}, r"steps[0]: is str, write a table"),
    "one step": ({"to": "447700900000", "steps": [SMS]}, "steps: are 1, a workflow"),
    "an unknown key": ({**flow(), "step": []}, "step: is not known, choose from to,"),
    "an unknown key of a step": (flow(untill=1), "steps[0].untill: is not known"),
    "a key of another channel": (flow(locale="en"), "steps[0].locale: is not known"),
    "no channel": (
        {"steps": [{"content": "hi"}]},
        "steps[0].channel: is None, choose from sms",
    ),
    "another channel": (flow(channel="fax"), "steps[0].channel: is 'fax', choose from"),
    "no recipient": ({"steps": [VIBER, SMS]}, "steps[0].to: is missing"),
    "a bare number": ({"steps": [{**SMS, "to": 447700900000}]}, "steps[0].to: is int"),
    "no sender": (
        {"to": "447700900000", "steps": [{"channel": "sms", "content": "hi"}]},
        "steps[0].sender: is missing",
    ),
    "an empty text": (flow(content=""), "steps[0].text: is empty"),
    "content that is neither": (flow(content=5), "steps[0].content: is int, write a"),
    "content it cannot carry": (
        flow(content={"type": "audio"}),
        "steps[0].content.type: is 'audio', choose from",
    ),
    "content without its parts": (
        flow(content={"type": "image"}),
        "steps[0].content.image: missing 1 required positional argument: 'url'",
    ),
    "a bad address": (
        flow(content={"type": "image", "url": "cat.png"}),
        "steps[0].content.url: is no web address",
    ),
    "half a condition": (flow(within=60), "steps[0].within: and until go together"),
    "text for seconds": (
        flow(until="read", within="60"),
        "steps[0].within: is str, write seconds as a number",
    ),
    "another answer": (
        flow(on={"1300": "jump"}),
        "steps[0].on[1300]: is 'jump', choose from next, stop, retry",
    ),
    "half a night": (
        flow(quiet={"begin": "22:00"}),
        "steps[0].quiet.end: is missing",
    ),
    "a night of numbers": (
        flow(quiet={"begin": 22, "end": 8, "zone": "UTC"}),
        "steps[0].quiet.begin: is int, write it in quotes",
    ),
    "a bad moment": (flow(not_before="soon"), "steps[0].not_before: 'soon' is no"),
    "patience as text": ({**flow(), "patience": "1h"}, "patience: is str, write"),
}


@pytest.mark.parametrize(("said", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_named_by_its_path(
    said: dict[str, object], sentence: str
) -> None:
    with pytest.raises(MessageError) as caught:
        Workflow.from_dict(said)

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("form", ["json", "toml", "yaml"])
def test_what_cannot_be_read_is_said(form: str) -> None:
    with pytest.raises(MessageError, match=f"^workflow: is no {form}: "):
        Workflow.from_text("{{{", form)


def test_a_list_is_no_workflow() -> None:
    with pytest.raises(MessageError, match=r"^workflow: is list, write a table"):
        Workflow.from_text("[]", "json")


def test_another_form_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="is 'xml', choose from json, toml"):
        Workflow.from_text("", "xml")
