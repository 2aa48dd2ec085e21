from __future__ import annotations

import asyncio
import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app
from nexmo_async.clock import FastClock
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OTP = Path(__file__).parents[3] / "examples/otp.toml"
NOT_THERE = "1300 The recipient is not on the provider's network"
PLAY = "whatsapp: deliver; viber: reject 1300; sms: deliver"


def called(*words: str) -> Result:
    return CliRunner().invoke(app, ["workflow", *words])


@pytest.fixture(scope="module")
def shown() -> Result:
    """One whole run of the example: a minute in a second."""
    options = ["--to", "447700900000", "--sandbox", "--persona", PLAY]
    return called("run", str(OTP), *options, "--speed", "60")


def test_a_run_tells_each_step_as_it_happens(shown: Result) -> None:
    told = [line.split(maxsplit=2)[1:] for line in shown.stdout.splitlines()[:-1]]

    assert shown.exit_code == 0, shown.output
    assert told == [
        ["whatsapp", "sent"],
        ["whatsapp", "accepted"],
        ["whatsapp", "on its way (submitted)"],
        ["whatsapp", "on its way (delivered)"],
        ["whatsapp", "time is up"],
        ["viber", "sent"],
        ["viber", "accepted"],
        ["viber", "on its way (submitted)"],
        ["viber", f"failed (rejected) {NOT_THERE}"],
        ["sms", "sent"],
        ["sms", "accepted"],
        ["sms", "on its way (submitted)"],
        ["sms", "reached (delivered)"],
    ]


def test_the_last_line_says_who_was_reached_where_when_and_at_what_cost(
    shown: Result,
) -> None:
    last = shown.stdout.splitlines()[-1]

    assert last.startswith("447700900000 was reached on sms after ")
    assert last.endswith(" s at 0.0333 EUR")


def test_a_workflow_to_begin_with_is_that_of_the_examples(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    result = called("new", str(file))

    assert result.exit_code == 0, result.output
    assert file.read_bytes() == OTP.read_bytes()


def test_a_workflow_that_is_there_already_stays(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("mine")
    result = called("new", str(file))

    assert result.exit_code == 1
    assert "is there already" in result.stderr
    assert file.read_text() == "mine"


def test_who_names_no_recipient_is_told_where_to_name_one() -> None:
    result = called("run", str(OTP))

    assert result.exit_code == 1
    assert "steps[0].to: is missing" in result.stderr
    assert "--to" in result.stderr


def test_nobody_reached_is_an_exit_code() -> None:
    options = ["--to", "447700900000", "--sandbox", "--speed", "120"]
    result = called("run", str(OTP), *options, "--persona", "reject 1022")

    assert result.exit_code == 1
    assert "was not reached: stopped, failed, at no cost" in result.stdout


def test_a_script_that_is_none_is_refused_before_anything_is_sent() -> None:
    options = ["--to", "447700900000", "--sandbox"]
    result = called("run", str(OTP), *options, "--persona", "nonsense")

    assert result.exit_code == 2
    assert "'nonsense' is no rule" in result.stderr
    assert result.stdout == ""


def test_who_is_charged_nothing_is_told_so() -> None:
    options = ["--to", "447700900000", "--sandbox", "--speed", "120"]
    result = called("run", str(OTP), *options, "--persona", "read")

    assert result.stdout.splitlines()[-1].endswith(" s at no cost")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account at a sandbox whose time runs 120 times faster."""
    with ExitStack() as stack:
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        box = Sandbox(clock=FastClock(120))
        loop.run_until_complete(box.__aenter__())
        stack.callback(lambda: loop.run_until_complete(box.__aexit__(None, None, None)))
        running = threading.Thread(target=loop.run_forever)
        running.start()
        stack.callback(running.join)
        stack.callback(lambda: loop.call_soon_threadsafe(loop.stop))
        monkeypatch.delenv("NEXMO_APPLICATION_ID", raising=False)
        monkeypatch.delenv("VONAGE_APPLICATION_ID", raising=False)
        monkeypatch.setenv("NEXMO_BASE_URL", box.base_url)
        monkeypatch.setenv("NEXMO_API_KEY", box.api_key)
        monkeypatch.setenv("NEXMO_API_SECRET", box.api_secret)
        monkeypatch.setenv("NEXMO_SIGNATURE_SECRET", box.signature_secret)
        yield


@pytest.mark.usefixtures("account")
def test_a_run_on_an_account_keeps_the_time_of_its_sandbox() -> None:
    result = called("run", str(OTP), "--to", "447700900000", "--speed", "120")

    assert result.exit_code == 0, result.output
    assert "447700900000 was reached on " in result.stdout


@pytest.mark.usefixtures("account")
def test_an_account_that_sends_no_webhook_is_the_first_guess() -> None:
    options = ["--to", "447700900000", "--speed", "600", "--api", "v0.1"]
    result = called("run", str(OTP), *options)

    assert result.exit_code == 3
    assert "no webhook came to http://127.0.0.1:" in result.stderr


def test_a_plan_says_what_v1_would_lose() -> None:
    result = called("plan", str(OTP), "--api", "v1")

    assert result.exit_code == 0
    assert "server (v1): cannot run it:" in result.stdout
    assert "steps[0].within: v1 failover has no time limit" in result.stdout


def test_a_diagram_is_mermaid() -> None:
    result = called("diagram", str(OTP))

    assert result.stdout.startswith("stateDiagram-v2\n    [*] --> step1\n")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "flow.toml"
        path.write_text(text)
        return str(path)

    return write


def test_a_wrong_key_is_named(written: Callable[[str], str]) -> None:
    text = OTP.read_text().replace("within = 30", 'within = "half a minute"')
    result = called("plan", written(text))

    assert result.exit_code == 1
    assert "steps[1].within: is str, write seconds as a number" in result.stderr


def test_on_a_sandbox_it_needs_no_recipient() -> None:
    result = called("run", str(OTP), "--sandbox", "--speed", "600")

    assert result.exit_code == 0, result.output
    assert "was reached on whatsapp" in result.stdout


def test_without_a_secret_no_webhook_could_be_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NEXMO_SIGNATURE_SECRET", "VONAGE_SIGNATURE_SECRET"):
        monkeypatch.delenv(name, raising=False)
    result = called("run", str(OTP), "--to", "447700900000")

    assert result.exit_code == 1
    assert "NEXMO_SIGNATURE_SECRET: is not set" in result.stderr


@pytest.fixture(scope="module")
def told() -> list[dict[str, object]]:
    """The same run as machines are told of it."""
    options = ["--to", "447700900000", "--sandbox", "--persona", PLAY, "--json"]
    result = called("run", str(OTP), *options, "--speed", "60")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_machines_are_told_of_each_step_in_a_line(
    told: list[dict[str, object]],
) -> None:
    steps = [(it["channel"], it["what"], it["status"]) for it in told[:-1]]

    assert {it["kind"] for it in told[:-1]} == {"happening"}
    assert steps[0] == ("whatsapp", "sent", "")
    assert steps[-1] == ("sms", "reached", "delivered")


def test_the_last_line_for_machines_is_the_result(
    told: list[dict[str, object]],
) -> None:
    last = told[-1]

    assert {name: last[name] for name in ("kind", "to", "outcome", "channel")} == {
        "kind": "result",
        "to": "447700900000",
        "outcome": "reached",
        "channel": "sms",
    }
    assert last["cost"] == [{"price": "0.0333", "currency": "EUR"}]


def test_the_result_for_machines_holds_each_attempt(
    told: list[dict[str, object]],
) -> None:
    attempts = told[-1]["attempts"]

    assert isinstance(attempts, list)
    assert [(it["channel"], it["status"], it["code"]) for it in attempts] == [
        ("whatsapp", "delivered", None),
        ("viber", "rejected", 1300),
        ("sms", "delivered", None),
    ]


def test_a_plan_for_machines_names_each_loss() -> None:
    made = json.loads(called("plan", str(OTP), "--api", "v1", "--json").stdout)

    assert made["engines"] == ["local"]
    assert {
        "field": "steps[0].within",
        "problem": "v1 failover has no time limit",
        "refused": True,
    } in made["losses"]
