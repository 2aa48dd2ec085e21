from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from nexmo_async.errors import MessageError
from nexmo_async.models.condition import Quiet, Until, met
from nexmo_async.models.message import Raw, Sms, WhatsApp
from nexmo_async.models.receipt import Receipt
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow

if TYPE_CHECKING:
    from nexmo_async.models.receipt import Status

SMS = Sms(to="447700900000", sender="ACME", content="hi")
WHATSAPP = WhatsApp(to="447700900000", sender="447700900001", content="hi")
NIGHT = Quiet("22:00", "08:00", "Europe/London")


def receipt(status: str, code: int | None = None) -> Receipt:
    return Receipt(
        message_uuid="m-1",
        status=status,
        at=None,
        channel="whatsapp",
        to="447700900000",
        sender="447700900001",
        code=code,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "status", "enough"),
    [
        ("delivered", "submitted", False),
        ("delivered", "delivered", True),
        ("delivered", "read", True),
        ("read", "delivered", False),
        (frozenset({"submitted", "read"}), "submitted", True),
        (frozenset({"read"}), "delivered", False),
        (lambda told: told.status == "seen", "seen", True),
        (None, "submitted", False),
        (None, "delivered", True),
    ],
)
def test_a_receipt_is_far_enough(
    until: Until | None,
    status: str,
    enough: bool,  # noqa: FBT001
) -> None:
    assert met(receipt(status), until) is enough


def test_a_step_keeps_a_set_of_statuses() -> None:
    step = Step(WHATSAPP, until=frozenset({"delivered", "read"}), within=60)

    assert step.until == frozenset({"delivered", "read"})


@pytest.mark.parametrize("until", [{"read"}, ["read"], ("read",)])
def test_an_sms_cannot_wait_for_a_set_of_read_alone(until: Any) -> None:  # noqa: ANN401
    with pytest.raises(MessageError, match="sms never tells 'read'"):
        Step(SMS, until=until, within=60)


def test_what_goes_to_any_channel_may_be_read() -> None:
    step = Step(Raw({"channel": "whatsapp"}), until="read", within=60)

    assert step.until == "read"


def test_an_sms_may_wait_for_a_set_with_read_in_it() -> None:
    step = Step(SMS, until=frozenset({"delivered", "read"}), within=60)

    assert "read" in step.until  # type: ignore[operator]  # it is the set


@pytest.mark.parametrize("until", [{"seen"}, set(), 5])
def test_a_condition_that_cannot_be_is_refused(until: Any) -> None:  # noqa: ANN401
    with pytest.raises(MessageError, match=r"^until: is "):
        Step(WHATSAPP, until=until, within=60)


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        ({"rude": "next"}, r"^on\['rude'\]: is no code and none of temporary, content"),
        ({1300: "jump"}, r"^on\[1300\]: is 'jump', choose from next, stop, retry"),
    ],
)
def test_an_answer_that_cannot_be_is_named(on: Any, problem: str) -> None:  # noqa: ANN401
    with pytest.raises(MessageError, match=problem):
        Step(SMS, on=on)


@pytest.mark.parametrize("attempts", [0, 101, True, 1.5])
def test_a_step_is_tried_a_whole_number_of_times(attempts: Any) -> None:  # noqa: ANN401
    with pytest.raises(MessageError, match=r"^attempts: is .*, allowed are 1 to 100"):
        Step(SMS, attempts=attempts)


def test_a_moment_without_a_zone_is_none() -> None:
    naive = datetime(2026, 1, 1, 9)  # noqa: DTZ001  that is the mistake
    with pytest.raises(MessageError, match="not_before: has no time zone"):
        Step(SMS, not_before=naive)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-01-01T21:59", None),
        ("2026-01-01T22:00", "2026-01-02T08:00"),
        ("2026-01-02T03:00", "2026-01-02T08:00"),
        ("2026-01-02T08:00", None),
        ("2026-07-01T21:00", "2026-07-02T07:00"),  # summer: an hour ahead
        ("2026-03-28T23:00", "2026-03-29T07:00"),  # the night that lacks an hour
    ],
)
def test_the_night_ends_on_the_wall_of_the_person(now: str, over: str | None) -> None:
    assert NIGHT.over(at(now)) == (at(over) if over else None)


def test_quiet_may_lie_within_one_day() -> None:
    siesta = Quiet(time(14), time(16), ZoneInfo("Europe/Madrid"))

    assert siesta.over(at("2026-01-01T13:30")) == at("2026-01-01T15:00")
    assert siesta.over(at("2026-01-01T16:30")) is None


@pytest.mark.parametrize(
    ("quiet", "problem"),
    [
        (("22", "8 o'clock", "UTC"), 'quiet: "8 o\'clock" is no time such as 22:00'),
        (("22:00", "08:00", "Mars/Base"), "'Mars/Base' is no time zone such as"),
    ],
)
def test_quiet_that_cannot_be_is_named(
    quiet: tuple[str, str, str], problem: str
) -> None:
    with pytest.raises(MessageError, match=problem):
        Quiet(*quiet)


def test_a_step_is_held_until_the_later_of_its_reasons() -> None:
    step = Step(SMS, not_before=at("2026-01-02T07:00"), quiet=NIGHT)

    assert step.held_until(at("2026-01-01T12:00")) == at("2026-01-02T07:00")
    assert step.held_until(at("2026-01-02T07:00")) == at("2026-01-02T08:00")
    assert step.held_until(at("2026-01-02T08:00")) is None


@pytest.mark.parametrize("field", ["patience", "settle"])
def test_a_workflow_has_some_patience(field: str) -> None:
    times: dict[str, Any] = {field: 0}
    with pytest.raises(MessageError, match=f"^{field}: is 0 seconds, must be above 0"):
        Workflow(Step(SMS), Step(SMS), **times)


def test_a_workflow_may_be_kept_in_a_set() -> None:
    statuses: list[Status] = ["delivered", "delivered"]
    flows = {
        Workflow(Step(SMS, until=status, within=1, on={1300: "stop"}), Step(SMS))
        for status in statuses
    }

    assert len(flows) == 1
