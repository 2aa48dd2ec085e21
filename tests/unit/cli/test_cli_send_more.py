"""`nexmo-async send` over the newer channels."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

MAIL = ["--to", "daisy@example.com", "--from", "shop@example.org", "--text", "Hello"]
PHONE = ["--to", "447700900000", "--from", "ACME", "--text", "Hello"]


async def send(arguments: list[str], box: Sandbox | None = None) -> Result:
    """Run the command beside the loop, as another process would."""
    env = {"NEXMO_API_KEY": "", "NEXMO_API_SECRET": ""}
    if box is not None:
        env = {
            "NEXMO_BASE_URL": box.base_url,
            "NEXMO_API_KEY": box.api_key,
            "NEXMO_API_SECRET": box.api_secret,
        }
    runner = CliRunner()
    return await asyncio.to_thread(runner.invoke, app, ["send", *arguments], env=env)


WAYS = {
    "email": [*MAIL, "--subject", "Hi"],
    "rcs": PHONE,
    "mms": ["--to", "447700900000", "--from", "12345", "--image", "https://a.example"],
}


@pytest.mark.parametrize(("channel", "arguments"), WAYS.items(), ids=WAYS)
async def test_send_takes_a_newer_channel(
    box: Sandbox, channel: str, arguments: list[str]
) -> None:
    result = await send([*arguments, "--channel", channel], box)

    assert result.exit_code == 0
    assert [sent.channel for sent in box.messages()] == [channel]


async def test_an_email_needs_a_subject() -> None:
    result = await send([*MAIL, "--channel", "email"])

    assert result.exit_code == 1
    assert "subject: is needed for an email: give --subject" in result.stderr


async def test_a_subject_goes_with_email_only() -> None:
    result = await send([*PHONE, "--subject", "Hi"])

    assert result.exit_code == 1
    assert "subject: goes with email, not with sms" in result.stderr
