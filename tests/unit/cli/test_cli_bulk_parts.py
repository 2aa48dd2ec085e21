from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from nexmo_async import Limit, Sms
from nexmo_async.bulk import BulkResult, Progress, Report
from nexmo_async.bulk.errors import DoubleError, RowError
from nexmo_async.bulk.preflight.caps import QuietHours, SpendCap
from nexmo_async.bulk.preflight.estimate import Estimator
from nexmo_async.cli import bulk_run, bulk_show
from nexmo_async.cli.bulk_plan import Plan, here, limit_of
from nexmo_async.cli.bulk_results import line
from nexmo_async.clock import ManualClock, instant
from nexmo_async.errors import ConfigurationError, NexmoError, UnknownOutcomeError

if TYPE_CHECKING:
    from rich.console import RenderableType

FILES = {"result": "r.csv", "rejects": "x.csv", "report": "r.html"}
PROGRESS = Progress(
    done=2500,
    ok=2400,
    failed={"RequestError": 99},
    unknown=1,
    total=10_000,
    rate=250.0,
    eta=30.0,
    waiting_for="spend cap",
)


def seen(shown: RenderableType) -> str:
    console = Console(file=StringIO(), width=100)
    with console.capture() as said:
        console.print(shown)
    return said.get()


def ended(**options: object) -> Report:
    now = instant(ManualClock())
    facts = {"failed": {}, "unknown": 0, "skipped": 0, "unknown_items": ()}
    facts |= {"total": 9, "ok": 1, "started": now, "ended": now}
    return Report(job="spring", **(facts | options))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30/s", Limit(30)),
        ("100/min", Limit(100, per=60)),
        ("5/10s", Limit(5, per=10)),
        ("7 / h", Limit(7, per=3600)),
        ("9/", Limit(9)),
    ],
)
def test_a_limit_is_read(text: str, limit: Limit) -> None:
    assert limit_of(text) == limit


@pytest.mark.parametrize("text", ["30", "/s", "30/day", "0.5/s", "0/s"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        limit_of(text)


def test_the_zone_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Europe/Paris")

    assert here() == "Europe/Paris"


def test_a_plan_comes_back_from_its_notes() -> None:
    said = {"channel": "sms", "content": "Grüße {name}"}
    plan = Plan(file="/a.csv", said=said, cap="20EUR", limit="30/s", **FILES)

    assert Plan.remembered(plan.notes(), "spring") == plan


def test_a_job_of_a_program_has_no_plan() -> None:
    with pytest.raises(ConfigurationError, match="was not begun on the command line"):
        Plan.remembered({}, "spring")


def test_a_plan_makes_its_guards() -> None:
    plan = Plan(file="a", said={}, cap="20EUR", quiet_hours="21:00-08:00", **FILES)
    guards = plan.guards(Estimator())

    assert [type(guard) for guard in guards] == [SpendCap, QuietHours]


def test_progress_shows_rate_time_left_failures_and_what_it_waits_for() -> None:
    text = seen(bulk_show.during(PROGRESS, "spring"))

    for words in (
        "2,500 of 10,000",
        "250/s",
        "30 s left",
        "RequestError 99",
        "unknown 1",
        "waiting for spend cap",
    ):
        assert words in text


def test_where_nobody_looks_on_it_is_one_line() -> None:
    assert bulk_show.plain(PROGRESS, "spring") == (
        "spring: 2,500 of 10,000, 250/s, 99 failed, 1 unknown, waiting for spend cap"
    )


@pytest.mark.parametrize(
    ("failed", "unknown", "stopped", "code"),
    [
        ({}, 0, "", 0),
        ({"DoubleError": 3}, 0, "", 0),
        ({"RequestError": 1}, 0, "", 4),
        ({"RowError": 1}, 0, "", 4),
        ({"RequestError": 1}, 1, "", 3),
        ({"RequestError": 1}, 1, "Ctrl-C", 5),
    ],
)
def test_the_exit_code_tells_the_worst(
    failed: dict[str, int], unknown: int, stopped: str, code: int
) -> None:
    report = ended(failed=failed, unknown=unknown, stopped=stopped)

    assert bulk_run.exit_code(report) == code


def test_a_job_that_did_all_leaves_nothing_to_do() -> None:
    assert not bulk_show.what_now(ended())


def test_rows_and_doubles_that_were_left_out_are_told() -> None:
    left = ended(failed={"RowError": 1_002, "DoubleError": 3})

    assert bulk_show.what_now(left) == [
        "1,002 rows were no messages: mend the rejects and send them",
        "3 were doubles of others in this job: not sent",
    ]


def test_a_job_that_stopped_says_how_to_go_on() -> None:
    assert bulk_show.what_now(ended(stopped="Ctrl-C")) == [
        "stopped: Ctrl-C; nexmo-async bulk resume spring goes on"
    ]


def test_what_is_unknown_is_told_with_what_it_would_risk_to_send_it_again() -> None:
    [line] = bulk_show.what_now(ended(unknown=1_064))

    assert line.startswith("1,064 may have been sent, or not")
    assert "bulk resume spring --on-unknown resend" in line
    assert "twice" in line


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (None, "sent"),
        (UnknownOutcomeError("ref", "timeout"), "unknown"),
        (DoubleError("k"), "double"),
        (ConfigurationError("x", "y"), "failed"),
    ],
)
def test_a_result_ends_in_one_word(error: NexmoError | None, word: str) -> None:
    message = Sms(to="447700900000", sender="ACME", content="Hi")
    told = line(BulkResult(0, "k", message, error is None, None, error, line=7))

    assert (told["outcome"], told["to"], told["line"]) == (word, "447700900000", 7)


def test_a_row_that_is_no_message_has_its_line_too() -> None:
    told = line(
        BulkResult(0, "", None, ok=False, sent=None, error=RowError(3, "to", "x"))
    )

    assert told["outcome"] == "rejected"
    assert told["reason"] == "line 3, column to: x"
