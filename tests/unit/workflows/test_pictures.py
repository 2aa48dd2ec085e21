from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from scenes import SMS, VIBER, WHATSAPP

from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.workflows.story import drawing, ending, timeline

if TYPE_CHECKING:
    from nexmo_async.clock import ManualClock
    from nexmo_async.workflows.desk import Desk
    from tests.unit.workflows.conftest import Office

FLOW = Workflow(
    Step(WHATSAPP, until="read", within=600, attempts=2),
    Step(VIBER, until=frozenset({"delivered", "read"}), within=120),
    Step(SMS),
)


def arrows(flow: Workflow) -> dict[tuple[str, str], str]:
    found = re.findall(r"^    (\w+) --> (\w+): (.*)$", flow.diagram(), re.MULTILINE)
    return {(start, end): words for start, end, words in found}


def test_a_diagram_names_each_step() -> None:
    lines = FLOW.diagram().splitlines()

    assert lines[:5] == [
        "stateDiagram-v2",
        "    [*] --> step1",
        "    step1: 1. whatsapp, read within 600 s",
        "    step2: 2. viber, delivered or read within 120 s",
        "    step3: 3. sms",
    ]


def test_a_diagram_says_what_leads_on() -> None:
    words = arrows(FLOW)["step1", "step2"]

    assert "time is up" in words
    assert "failed (permanent, unclear, temporary)" in words


def test_a_diagram_says_what_stops() -> None:
    words = arrows(FLOW)["step1", "stopped"]

    assert "failed (content, account, suppress)" in words


def test_a_diagram_follows_the_rules_of_the_step() -> None:
    kind = Step(WHATSAPP, until="read", within=600, on={"suppress": "next"})
    words = arrows(Workflow(kind, Step(SMS)))["step1", "step2"]

    assert "suppress" in words


def test_a_second_try_is_a_loop() -> None:
    assert ("step1", "step1") in arrows(FLOW)
    assert ("step2", "step2") not in arrows(FLOW)


def test_only_a_step_that_may_be_left_out_is_drawn_so() -> None:
    maybe = Step(VIBER, skip_if=lambda _: True)
    words = arrows(Workflow(FLOW.steps[0], maybe, Step(SMS)))

    assert "left out" in words["step2", "step3"]
    assert "left out" not in words["step1", "step2"]


@pytest.mark.parametrize("end", ["reached", "stopped", "cancelled", "silent", "failed"])
def test_every_end_is_drawn(end: str) -> None:
    assert f"    {end} --> [*]" in FLOW.diagram().splitlines()


async def test_a_run_is_told_as_lines_and_drawn_as_lanes(
    desk: Desk, office: Office, clock: ManualClock
) -> None:
    run = desk.start(FLOW, office)
    await clock.advance(600)
    await office.tell(2, "rejected", 1300, reason="Not <there>")
    await clock.advance(10)
    await office.tell(3, "delivered")

    assert timeline(run).splitlines() == [
        "  0:00.0  whatsapp  sent",
        "  0:00.0  whatsapp  accepted",
        " 10:00.0  whatsapp  time is up",
        " 10:00.0  viber     sent",
        " 10:00.0  viber     accepted",
        " 10:00.0  viber     failed (rejected) 1300 Not <there>",
        " 10:00.0  sms       sent",
        " 10:00.0  sms       accepted",
        " 10:10.0  sms       reached (delivered)",
    ]
    picture = ET.fromstring(drawing(run))  # noqa: S314  our own
    circles = picture.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 9
    assert ending(await run.result(), "447700900000") == (
        "447700900000 was reached on sms after 610.0 s at no cost"
    )
