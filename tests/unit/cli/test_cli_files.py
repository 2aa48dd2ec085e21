"""Settings out of files, as the commands take them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.auth.environment import VARIABLES
from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from pathlib import Path

    from nexmo_async.sandbox import Sandbox

SMS = ("--to", "447700900000", "--text", "Hello")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are called, by somebody whose environment is empty."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for names in VARIABLES.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    return tmp_path


async def called(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


def account(box: Sandbox) -> str:
    return (
        f"NEXMO_API_KEY={box.api_key}\nNEXMO_API_SECRET={box.api_secret}\n"
        f"NEXMO_BASE_URL={box.base_url}\n"
    )


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def test_a_message_goes_with_the_credentials_of_a_dotenv(
    box: Sandbox, folder: Path
) -> None:
    await asyncio.to_thread(write, folder / ".env", account(box))
    result = await called("send", *SMS, "--from", "ACME")

    assert result.exit_code == 0, result.output
    assert [sent.sender for sent in box.messages()] == ["ACME"]


async def test_an_option_may_stand_in_a_file(box: Sandbox, folder: Path) -> None:
    toml = '[tool.nexmo-async.send]\nfrom = "ACME"\nchannel = "viber"\n'
    await asyncio.to_thread(write, folder / ".env", account(box))
    await asyncio.to_thread(write, folder / "pyproject.toml", toml)
    await called("send", *SMS)
    await called("send", *SMS, "--channel", "sms", "--from", "OTHER")

    assert [(it.channel, it.sender) for it in box.messages()] == [
        ("viber_service", "ACME"),
        ("sms", "OTHER"),
    ]


async def test_the_doctor_says_which_file_a_value_came_from(
    box: Sandbox, folder: Path
) -> None:
    await asyncio.to_thread(write, folder / ".env", account(box))
    result = await called("doctor", "--offline", "--json")
    found = {one["check"]: one["said"] for one in json.loads(result.stdout)["findings"]}

    assert found["NEXMO_API_SECRET"] == "is set by .env"
    assert found["NEXMO_BASE_URL"] == "is set by .env"
    assert box.api_secret not in result.output


@pytest.mark.parametrize("command", ["send", "doctor", "messages"])
async def test_a_wrong_file_is_a_sentence(folder: Path, command: str) -> None:
    toml = f'api-secret = "hidden"\n[{command}]\n'
    await asyncio.to_thread(write, folder / "nexmo-async.toml", toml)
    result = await called(command)

    assert result.exit_code == 1
    assert "nexmo-async.toml: api-secret: is a secret" in result.stderr
    assert "hidden" not in result.output


async def test_help_is_shown_whatever_the_files_say(folder: Path) -> None:
    await asyncio.to_thread(write, folder / "nexmo-async.toml", "= no TOML")

    assert (await called("send", "--help")).exit_code == 0


async def test_the_wrong_name_of_an_option_is_told_with_its_command(
    folder: Path,
) -> None:
    await asyncio.to_thread(write, folder / "nexmo-async.toml", "[send]\nform = 'A'")
    result = await called("send", *SMS)

    assert result.exit_code == 1
    assert "nexmo-async.toml: send.form: is none of" in result.stderr
