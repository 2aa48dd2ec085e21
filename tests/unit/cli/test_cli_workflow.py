from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable

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


def test_nobody_reached_is_an_exit_code() -> None:
    options = ["--to", "447700900000", "--sandbox", "--speed", "120"]
    result = called("run", str(OTP), *options, "--persona", "reject 1022")

    assert result.exit_code == 1
    assert "was not reached: stopped, failed, at no cost" in result.stdout


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


def test_without_a_recipient_the_first_step_says_so() -> None:
    result = called("run", str(OTP), "--sandbox")

    assert result.exit_code == 1
    assert "steps[0].to: is missing" in result.stderr


def test_without_a_secret_no_webhook_could_be_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NEXMO_SIGNATURE_SECRET", "VONAGE_SIGNATURE_SECRET"):
        monkeypatch.delenv(name, raising=False)
    result = called("run", str(OTP), "--to", "447700900000")

    assert result.exit_code == 1
    assert "NEXMO_SIGNATURE_SECRET: is not set" in result.stderr
