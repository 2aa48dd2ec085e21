from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from nexmo_async.errors import MessageError
from nexmo_async.models.message import Message, Messenger, Sms, Viber, WhatsApp
from nexmo_async.models.workflow import Step, Workflow

SMS = Sms(to="447700900000", sender="ACME", content="hi")
WHATSAPP = WhatsApp(to="447700900000", sender="447700900001", content="hi")
MESSENGER = Messenger(to="person", sender="page", content="hi")
VIBER = Viber(to="447700900000", sender="ACME", content="hi")

MESSAGES: list[Message] = [SMS, WHATSAPP, MESSENGER, VIBER]
READ_TOLD: list[Message] = [WHATSAPP, MESSENGER, VIBER]


def channel(value: object) -> str:
    return value.channel if isinstance(value, Message) else ""


@pytest.mark.parametrize("message", MESSAGES, ids=channel)
def test_any_channel_may_wait_for_delivery(message: Message) -> None:
    step = Step(message, until="delivered", within=60)

    assert (step.until, step.within) == ("delivered", 60)


@pytest.mark.parametrize("message", READ_TOLD, ids=channel)
def test_a_channel_that_tells_may_wait_for_read(message: Message) -> None:
    assert Step(message, until="read", within=60).until == "read"


def test_an_sms_cannot_wait_for_read() -> None:
    """It would always time out, and always send the next message too."""
    problem = "^until: sms never tells 'read', use 'delivered'"
    with pytest.raises(MessageError, match=problem):
        Step(SMS, until="read", within=60)


def test_a_step_may_have_no_condition() -> None:
    step = Step(SMS)

    assert (step.until, step.within) == (None, None)


SECONDS = {
    "int": (600, 600),
    "float": (0.5, 0.5),
    "timedelta": (timedelta(minutes=10), 600.0),
}


@pytest.mark.parametrize(("given", "kept"), SECONDS.values(), ids=SECONDS)
def test_within_is_kept_in_seconds(given: float | timedelta, kept: float) -> None:
    step = Step(SMS, until="delivered", within=given)

    assert step.within == kept


BAD_STEPS: dict[str, tuple[dict[str, Any], str]] = {
    "only until": ({"until": "read"}, "within: and until go together: give both"),
    "only within": ({"within": 60}, "within: and until go together: give both"),
    "another status": (
        {"until": "seen", "within": 60},
        "until: is 'seen', choose from submitted, delivered, read",
    ),
    "no time": (
        {"until": "read", "within": 0},
        "within: is 0 seconds, must be above 0",
    ),
    "less than no time": ({"until": "read", "within": -1}, "within: is -1 seconds"),
    "negative timedelta": (
        {"until": "read", "within": timedelta(seconds=-1)},
        "within: is -1 seconds",
    ),
    "not a number": (
        {"until": "read", "within": float("nan")},
        "within: is nan seconds",
    ),
    "text": (
        {"until": "read", "within": "60"},
        "within: is str, write seconds as a number",
    ),
    "bool": (
        {"until": "read", "within": True},
        "within: is bool, write seconds as a number",
    ),
}


@pytest.mark.parametrize(("fields", "problem"), BAD_STEPS.values(), ids=BAD_STEPS)
def test_a_bad_condition_names_its_field(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(MessageError) as caught:
        Step(WHATSAPP, **fields)

    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize("given", ["hi", None, Step(SMS)])
def test_a_step_holds_a_message(given: Any) -> None:  # noqa: ANN401  anything but one
    with pytest.raises(MessageError, match=r"^message: is .*, write Sms\(\.\.\.\)"):
        Step(given)


def test_the_condition_of_a_step_is_keyword_only() -> None:
    with pytest.raises(TypeError, match="positional argument"):
        Step(SMS, "delivered", 60)


def test_a_workflow_keeps_its_steps_in_order() -> None:
    first, last = Step(WHATSAPP, until="read", within=60), Step(SMS)

    assert Workflow(first, last).steps == (first, last)


def test_a_workflow_may_repeat_a_channel() -> None:
    assert len(Workflow(Step(SMS), Step(SMS), Step(SMS)).steps) == 3


@pytest.mark.parametrize("steps", [(), (Step(SMS),)], ids=["none", "one"])
def test_a_workflow_has_at_least_two_steps(steps: tuple[Step, ...]) -> None:
    problem = f"^steps: are {len(steps)}, a workflow has at least two"
    with pytest.raises(MessageError, match=problem):
        Workflow(*steps)


def test_the_last_step_takes_no_condition() -> None:
    """There is nothing to fall back to, so there is nothing to wait for."""
    problem = "^steps: end with a condition: the last step takes none"
    with pytest.raises(MessageError, match=problem):
        Workflow(Step(WHATSAPP), Step(SMS, until="delivered", within=60))


def test_a_message_that_is_no_step_is_named_by_its_place() -> None:
    with pytest.raises(
        MessageError, match=r"^steps\[1\]: is Sms, write Step\(\.\.\.\)"
    ):
        Workflow(Step(WHATSAPP), SMS)


def test_a_workflow_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Workflow(Step(SMS), Step(SMS)).steps = ()


def test_workflows_of_the_same_steps_are_equal() -> None:
    assert Workflow(Step(WHATSAPP), Step(SMS)) == Workflow(Step(WHATSAPP), Step(SMS))
