"""What the commands of a cluster show, and refuse before they ask a database."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from nexmo_async.cli import exits
from nexmo_async.cli.cluster_show import facts, length, page
from nexmo_async.cli.main import app
from nexmo_async.durable.census import Census

NOBODY = "postgresql://nobody@localhost/nothing"
NOON = 1_767_268_800.0

BUSY = Census(
    lanes={"acme": {"waiting": 2000, "running": 3}, "idle": {}},
    paused=["idle"],
    workers={"w1": 2, "w2": 1},
    alive={"w1": "host:7"},
    due=NOON,
    oldest=NOON - 7200,
    rate=12.34,
    failed=1,
    parked=2,
    reasons={"r:1": "its worker died 5 times"},
)


def shown(census: Census) -> str:
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as captured:
        console.print(page(census, NOON))
    return captured.get()


def test_a_worker_called_local_is_refused_in_a_sentence() -> None:
    words = ["cluster", "worker", "--id", "local", "--database", NOBODY]
    result = CliRunner().invoke(app, words)

    assert result.exit_code == exits.NOT_DONE
    assert "every worker could be called" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["prune", "--days", "0.5"],
        ["worker", "--health", "99999"],
        ["status", "--watch", "--every", "0"],
    ],
    ids=" ".join,
)
def test_numbers_that_cannot_be_meant_are_wrong_use(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["cluster", *words, "--database", NOBODY])

    assert result.exit_code == exits.WRONG_USE


def test_a_lane_has_a_line_with_what_waits_queues_and_runs() -> None:
    lines = [" ".join(line.split()) for line in shown(BUSY).splitlines()]

    assert "acme 2,000 0 3" in lines
    assert "idle 0 0 0 paused" in lines


def test_a_worker_that_died_with_jobs_is_shown_as_gone() -> None:
    lines = [" ".join(line.split()) for line in shown(BUSY).splitlines()]

    assert "w1 2 host:7" in lines
    assert "w2 1 gone" in lines


def test_what_needs_somebody_is_said_with_its_reason() -> None:
    text = shown(BUSY)

    assert "1 failed" in text
    assert "2 parked" in text
    assert "r:1: its worker died 5 times" in text
    assert "the oldest that is not done began 2 h ago" in text
    assert "done per second: 12.3" in text


def test_nothing_is_said_to_be_nothing() -> None:
    assert "nothing waits, queues or runs" in shown(Census(lanes={}))


def test_machines_are_told_the_same() -> None:
    assert facts(BUSY) == {
        "lanes": {"acme": {"waiting": 2000, "running": 3}, "idle": {}},
        "paused": ["idle"],
        "workers": {"w1": 2, "w2": 1},
        "alive": {"w1": "host:7"},
        "rate": 12.34,
        "waiting": 2000,
        "due": "2026-01-01T12:00:00Z",
        "oldest": "2026-01-01T10:00:00Z",
        "failed": 1,
        "parked": 2,
        "reasons": {"r:1": "its worker died 5 times"},
        "open": 2003,
    }


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (172_800, "2 d")],
)
def test_a_length_of_time_has_one_unit(seconds: float, said: str) -> None:
    assert length(seconds) == said
