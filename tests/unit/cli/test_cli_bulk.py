from __future__ import annotations

import asyncio
import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from nexmo_async.sandbox import Sandbox

    Bulk = Callable[..., Awaitable[Result]]

SEND = ["send", "people.csv", "--sender", "ACME", "--text", "Hi {name}"]
GO = [*SEND, "--job", "spring", "--yes"]
PRICES = "country,channel,price,currency\n*,*,0.05,EUR\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def read(path: Path) -> str:
    return path.read_text()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    rows = "".join(f"4477009{number:05},Ana\n" for number in range(40))
    return write(tmp_path / "people.csv", f"to,name\n{rows}")


@pytest.fixture
def bulk(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: Path
) -> Bulk:
    """Run a command beside the loop, in a directory with `people.csv`."""
    assert people.exists()
    monkeypatch.chdir(tmp_path)
    env = {
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_SIGNATURE_SECRET": box.signature_secret,
    }

    async def call(*words: str, **more: Any) -> Result:  # noqa: ANN401  of the runner
        everything = ["bulk", *words]
        return await asyncio.to_thread(
            CliRunner().invoke, app, everything, env=env, **more
        )

    return call


def results(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


async def test_each_row_is_sent_and_stands_in_the_results(
    bulk: Bulk, box: Sandbox, tmp_path: Path
) -> None:
    result = await bulk(*GO)
    rows = results(tmp_path / "spring-results.csv")

    assert result.exit_code == 0, result.output
    assert len(box.messages()) == 40
    assert {row["message_uuid"] for row in rows} == {
        sent.message_uuid for sent in box.messages()
    }
    assert {row["outcome"] for row in rows} == {"sent"}
    assert sorted(int(row["line"]) for row in rows) == list(range(2, 42))
    assert "<svg" in read(tmp_path / "spring-report.html")


async def test_the_same_job_again_sends_nothing(bulk: Bulk, box: Sandbox) -> None:
    await bulk(*GO)
    result = await bulk(*GO)

    assert result.exit_code == 0
    assert len(box.messages()) == 40


async def test_a_job_is_resumed_by_its_name_alone(
    bulk: Bulk, box: Sandbox, people: Path, tmp_path: Path
) -> None:
    await bulk(*GO, "--result", "r.jsonl")
    write(people, read(people) + "447700900999,Zoe\n")
    result = await bulk("resume", "spring")

    assert result.exit_code == 0, result.output
    assert len(box.messages()) == 41
    told = [json.loads(line) for line in read(tmp_path / "r.jsonl").splitlines()]
    assert len(told) == 41
    assert "447700900999" in {row["to"] for row in told}


async def test_status_tells_how_a_job_stands(bulk: Bulk) -> None:
    await bulk(*GO)
    result = await bulk("status", "spring", "--json")
    shown = await bulk("status", "spring")

    told = json.loads(result.stdout)
    assert (told["ok"], told["unknown"], told["pid"]) == (40, 0, None)
    assert "Sent" in shown.stdout


async def test_a_report_can_be_written_again(bulk: Bulk, tmp_path: Path) -> None:
    await bulk(*GO)
    result = await bulk("report", "spring", "--out", "again.html")

    assert result.stdout.strip() == "again.html"
    assert "Job spring" in read(tmp_path / "again.html")


async def test_a_dry_run_counts_and_sends_nothing(bulk: Bulk, box: Sandbox) -> None:
    result = await bulk(*SEND, "--job", "x", "--dry-run", "--limit", "10/s", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["messages"], told["seconds"], box.messages()) == (40, 3.0, [])


async def test_without_a_yes_nothing_is_sent(bulk: Bulk, box: Sandbox) -> None:
    result = await bulk(*SEND, "--job", "x", input="n\n")

    assert result.exit_code == 1
    assert "Send 40 messages?" in result.stderr
    assert "sms" in result.stderr
    assert box.messages() == []


async def test_where_nobody_answers_it_is_said_how_to_go_on(
    bulk: Bulk, box: Sandbox
) -> None:
    result = await bulk(*SEND, "--job", "x", input="")

    assert result.exit_code == 1
    assert "--yes sends without asking" in result.stderr
    assert box.messages() == []


async def test_bad_rows_are_kept_and_the_rest_is_sent(
    bulk: Bulk, box: Sandbox, people: Path, tmp_path: Path
) -> None:
    write(people, "to,name\n0770,Ana\n447700900001,Bea\n")
    result = await bulk(*GO)
    [kept] = results(tmp_path / "spring-rejects.csv")

    assert result.exit_code == 4
    assert "line 2, to: begins with 0" in result.stderr
    assert (kept["to"], kept["rejected_line"]) == ("0770", "2")
    assert len(box.messages()) == 1


async def test_a_refused_message_is_an_exit_code_and_a_reason(
    bulk: Bulk, people: Path, tmp_path: Path
) -> None:
    write(people, f"to,name\n447700900001,{'x' * 1500}\n")
    result = await bulk(*GO, "--api", "v0.1")
    [row] = results(tmp_path / "spring-results.csv")

    assert result.exit_code == 4, result.output
    assert row["outcome"] == "failed"
    assert row["reason"]


async def test_a_cap_without_prices_cannot_be_held(
    bulk: Bulk, box: Sandbox, tmp_path: Path
) -> None:
    result = await bulk(*GO, "--cap", "1EUR")

    assert result.exit_code == 1
    assert "cannot be held for 40 messages without a price" in result.stderr
    assert box.messages() == []
    assert not (tmp_path / "spring.db").exists()


async def test_a_spend_cap_stops_the_job_and_more_of_it_goes_on(
    bulk: Bulk, box: Sandbox, tmp_path: Path
) -> None:
    write(tmp_path / "prices.csv", PRICES)
    first = await bulk(*GO, "--cap", "1EUR", "--prices", "prices.csv")
    sent = len(box.messages())
    second = await bulk("resume", "spring", "--cap", "5EUR")

    assert (first.exit_code, sent) == (5, 20)
    assert "1.00 EUR of 1.00 EUR spent" in first.stderr
    assert (second.exit_code, len(box.messages())) == (0, 40)


async def test_a_workflow_runs_for_each_row(
    bulk: Bulk, box: Sandbox, people: Path, tmp_path: Path
) -> None:
    write(people, "to,code\n447700900001,64873\n")
    step = 'sender = "ACME"\ncontent = "Your code is {code}."\n'
    write(
        tmp_path / "otp.toml",
        f'patience = 5\n[[steps]]\nchannel = "sms"\n{step}until = "delivered"\n'
        f'within = 5\n[[steps]]\nchannel = "sms"\n{step}',
    )
    words = ["send", "people.csv", "--workflow", "otp.toml", "--job", "w", "--yes"]
    result = await bulk(*words, "--listen", "0")

    assert result.exit_code == 0, result.output
    assert [sent.to for sent in box.messages()] == ["447700900001"]


async def test_a_message_can_stand_in_a_file(
    bulk: Bulk, box: Sandbox, people: Path, tmp_path: Path
) -> None:
    write(people, "to,name\n447700900001,Bea\n")
    picture = '[content]\ntype = "image"\nurl = "https://example.com/{name}.png"\n'
    write(tmp_path / "m.toml", f'channel = "rcs"\nsender = "ACME"\n{picture}')
    words = ["send", "people.csv", "--message", "m.toml", "--job", "m", "--yes"]
    result = await bulk(*words)

    assert result.exit_code == 0, result.output
    assert [sent.channel for sent in box.messages()] == ["rcs"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--text", "Hi {nmae}"], "line 1: names no column 'nmae'"),
        (["--text", "{name.x}"], "names no column; write {{ or }}"),
        (["--text", "Hi", "--workflow", "otp.toml"], "is more than one"),
        ([], "content: is missing"),
        (["--text", "Hi", "--limit", "fast"], "write it as 30/s"),
        (["--text", "Hi", "--cap", "lots"], "no sum such as 20EUR"),
        (["--text", "Hi", "--prices", "no.csv"], "cannot be read"),
        (["--message", "no.toml"], "cannot be read"),
    ],
)
async def test_what_cannot_work_is_said_before_anything_is_sent(
    bulk: Bulk, box: Sandbox, words: list[str], problem: str
) -> None:
    given = ["send", "people.csv", "--sender", "ACME", "--job", "x", "--yes"]
    result = await bulk(*given, *words)

    assert result.exit_code == 1
    assert problem in result.stderr.replace("\n", " ")
    assert box.messages() == []


@pytest.mark.parametrize("option", ["--result", "--rejects", "--report"])
@pytest.mark.parametrize(
    ("path", "problem"),
    [("people.csv", "recipients"), ("no/x.csv", "folder"), (".", "is a folder")],
)
async def test_what_cannot_be_written_is_said_before_anything_is_sent(
    bulk: Bulk, people: Path, option: str, path: str, problem: str
) -> None:
    before = read(people)
    result = await bulk(*GO, option, path)

    assert result.exit_code == 1
    assert problem in result.output
    assert "Nothing was sent" in result.output
    assert read(people) == before


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [("more.csv", "Hi {name}", "people.csv"), ("people.csv", "Yo", "other words")],
)
async def test_a_job_takes_no_other_file_or_words_than_it_would_be_resumed_with(
    bulk: Bulk, people: Path, name: str, text: str, problem: str
) -> None:
    write(people.with_name("more.csv"), "to,name\n447700900999,Bea\n")
    assert (await bulk(*GO)).exit_code == 0
    options = ["--sender", "ACME", "--text", text, "--job", "spring", "--yes"]
    result = await bulk("send", name, *options)

    assert result.exit_code == 1
    assert problem in result.stderr
    assert "Nothing was sent" in result.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--job", "a/b"], "is no name"),
        (["--job", "x", "--quiet-hours", "25:00-08:00"], "is no time"),
        (["--job", "x", "--quiet-hours", "21:00-08:00", "--zone", "Mars"], "no time"),
    ],
)
async def test_a_dry_run_says_what_could_not_be_sent(
    bulk: Bulk, words: list[str], problem: str
) -> None:
    result = await bulk(*SEND, *words, "--dry-run")

    assert result.exit_code == 1
    assert problem in result.stderr


async def test_a_job_that_was_killed_before_its_first_word_is_begun_again(
    bulk: Bulk, box: Sandbox, tmp_path: Path
) -> None:
    write(tmp_path / "spring.db", "")

    assert (await bulk(*GO)).exit_code == 0
    assert len(box.messages()) == 40


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such disk")
@pytest.mark.parametrize("name", ["result", "report"])
async def test_a_full_disk_for_a_file_beside_it_does_not_hide_what_was_sent(
    bulk: Bulk, box: Sandbox, tmp_path: Path, name: str
) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    result = await bulk(*GO, f"--{name}", "full")

    assert result.exit_code == 5, result.output
    assert "not written" in result.output
    assert "Sent" in result.output
    assert len(box.messages()) == 40


async def test_the_rejects_of_a_job_do_not_lose_themselves(
    bulk: Bulk, people: Path
) -> None:
    rejects = write(people.with_name("spring-rejects.csv"), read(people))
    words = ["send", rejects.name, *SEND[2:], "--job", "spring", "--dry-run"]
    result = await bulk(*words)

    assert result.exit_code == 1
    assert "--rejects" in result.output
    assert read(rejects) == read(people)


async def test_an_unknown_job_cannot_be_resumed(bulk: Bulk) -> None:
    result = await bulk("resume", "nobody")

    assert result.exit_code == 1
    assert "nobody.db" in result.stderr


async def test_help_says_what_the_exit_codes_mean(bulk: Bulk) -> None:
    result = await bulk("send", "--help")

    assert "5 stopped before the end" in " ".join(result.stdout.split())
