from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli import recipients
from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = Path(__file__).parents[3] / "examples/recipients.csv"
HEADER = "name,channel,to,persona,text\n"


@pytest.fixture(scope="module")
def shown() -> Result:
    """One whole demonstration, with ten minutes in half a second."""
    command = ["demo", "--recipients", str(LIST), "--speed", "1200"]
    return CliRunner().invoke(app, command)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "people.csv"
        path.write_text(text)
        return path

    return write


def test_the_demo_succeeds(shown: Result) -> None:
    assert shown.exit_code == 0, shown.output


def test_the_demo_shows_thirty_recipients(shown: Result) -> None:
    assert "30/30" in shown.stdout
    assert all(person.name in shown.stdout for person in recipients.read(LIST))


def test_the_demo_sums_up_what_arrived(shown: Result) -> None:
    assert "24 of 30 arrived" in shown.stdout


@pytest.mark.parametrize(
    "fate", ["delivered", "read", "not read", "rejected 1300", "undeliverable 1260"]
)
def test_the_demo_shows_each_fate(shown: Result, fate: str) -> None:
    assert fate in shown.stdout


def test_the_failover_of_the_demo_ends_on_the_third_channel(shown: Result) -> None:
    story = shown.stdout.partition("Failover")[2]
    told = [line.split()[2:4] for line in story.splitlines() if " min " in line]

    assert told == [
        ["whatsapp", "submitted"],
        ["whatsapp", "delivered"],
        ["viber", "submitted"],
        ["viber", "rejected"],
        ["sms", "submitted"],
        ["sms", "delivered"],
        ["workflow", "completed"],
    ]


def test_the_failover_of_the_demo_waits_ten_minutes(shown: Result) -> None:
    (line,) = [line for line in shown.stdout.splitlines() if "viber     sub" in line]

    assert line.split()[0].startswith("10:")


def test_the_list_has_thirty_people_on_four_channels() -> None:
    people = recipients.read(LIST)

    assert len(people) == 30
    assert {person.message.channel for person in people} == {
        "messenger",
        "sms",
        "viber",
        "whatsapp",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,channel\n", "has no column persona, text, to"),
        (HEADER + "Ana,fax,447700900000,,Hi\n", "line 2, channel: 'fax' is none of"),
        (HEADER + "Ana,sms,07700900000,,Hi\n", "line 2, to: begins with 0"),
        (HEADER + "Ana,sms,447700900000,,\n", "line 2, text: is empty"),
    ],
    ids=["columns", "channel", "number", "text"],
)
def test_a_bad_row_is_named_by_line_and_column(
    written: Callable[[str], Path], text: str, sentence: str
) -> None:
    path = written(text)
    result = CliRunner().invoke(app, ["demo", "--recipients", str(path)])

    assert result.exit_code == 1
    assert sentence in result.stderr


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nobody.csv"
    result = CliRunner().invoke(app, ["demo", "--recipients", str(missing)])

    assert result.exit_code == 1
    assert "nobody.csv: cannot be read: No such file" in result.stderr


def test_a_list_from_a_spreadsheet_may_begin_with_a_byte_order_mark(
    written: Callable[[str], Path],
) -> None:
    path = written("\ufeff" + HEADER + "Ana,sms,447700900000,silent,Hi\n")

    assert [person.persona for person in recipients.read(path)] == ["silent"]


def test_without_a_list_the_demo_has_its_own() -> None:
    assert recipients.read(None) == recipients.read(LIST)
