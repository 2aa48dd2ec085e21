from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app
from nexmo_async.sandbox import serve

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

SMS = ["send", "--to", "447700900000", "--from", "ACME"]
TEXT = [*SMS, "--text", "Hello"]


async def run(arguments: list[str], env: dict[str, str]) -> Result:
    """Run a command beside the loop, as another process would."""
    everything = {"NEXMO_API_KEY": "", "NEXMO_API_SECRET": "", **env}
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=everything)


def account(box: Sandbox) -> dict[str, str]:
    return {
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
    }


async def test_send_prints_the_id_and_nothing_else(box: Sandbox) -> None:
    result = await run(TEXT, account(box))

    assert result.exit_code == 0
    assert result.stdout.split() == [sent.message_uuid for sent in box.messages()]


async def test_send_answers_machines_in_json(box: Sandbox) -> None:
    result = await run([*TEXT, "--json", "--client-ref", "order-7"], account(box))

    assert json.loads(result.stdout) == {
        "message_uuid": box.messages()[0].message_uuid,
        "client_ref": "order-7",
    }


@pytest.mark.parametrize("api", ["beta", "v0.1", "v1"])
async def test_send_speaks_each_generation(box: Sandbox, api: str) -> None:
    result = await run([*TEXT, "--api", api], account(box))

    assert result.exit_code == 0
    assert [sent.api for sent in box.messages()] == [api]


@pytest.mark.parametrize(
    ("channel", "sender", "content", "kind"),
    [
        ("whatsapp", "447700900001", ["--image", "https://a.example/b.png"], "image"),
        ("whatsapp", "447700900001", ["--audio", "https://a.example/b.mp3"], "audio"),
        ("messenger", "1070830641", ["--video", "https://a.example/b.mp4"], "video"),
        ("messenger", "1070830641", ["--file", "https://a.example/b.pdf"], "file"),
        ("viber", "22353", ["--text", "Hello"], "text"),
        (
            "whatsapp",
            "447700900001",
            ["--template", "ns:code", "--param", "1", "--locale", "en_GB"],
            "template",
        ),
    ],
    ids=["image", "audio", "video", "file", "text", "template"],
)
async def test_send_takes_each_content(
    box: Sandbox, channel: str, sender: str, content: list[str], kind: str
) -> None:
    command = ["send", "--to", "447700900000", "--channel", channel, "--from", sender]
    result = await run([*command, *content], account(box))

    assert (result.exit_code, result.stderr) == (0, "")
    assert [sent.request["message_type"] for sent in box.messages()] == [kind]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (SMS, "content: is missing"),
        ([*TEXT, "--image", "https://a.example/b.png"], "content: is more than one"),
        ([*SMS, "--text", ""], "text: is empty"),
        ([*SMS, "--text", "x" * 5000], "text: has 5000 characters"),
        ([*TEXT, "--locale", "en_GB"], "locale: goes with whatsapp, not with sms"),
        (["send", "--to", "44x", "--from", "A", "--text", "a"], "to: has 'x'"),
    ],
    ids=["no content", "two contents", "empty", "too long", "locale", "letter"],
)
async def test_send_says_what_is_wrong_with_the_message(
    box: Sandbox, arguments: list[str], sentence: str
) -> None:
    result = await run(arguments, account(box))

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Nothing was sent." in result.stderr
    assert box.messages() == []


async def test_send_without_credentials_names_the_variables() -> None:
    result = await run(TEXT, {})

    assert result.exit_code == 1
    assert "NEXMO_APPLICATION_PRIVATE_KEY_PATH" in result.stderr


async def test_send_with_a_wrong_secret_was_not_sent(box: Sandbox) -> None:
    result = await run(TEXT, {**account(box), "NEXMO_API_SECRET": "not-the-secret"})

    assert result.exit_code == 1
    assert "401" in result.stderr
    assert "not-the-secret" not in result.output


async def test_send_ends_with_3_when_nobody_knows_whether_it_was_sent() -> None:
    async def breaks(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    async with serve(breaks) as url:
        env = {
            "NEXMO_BASE_URL": url,
            "NEXMO_API_KEY": "abcd1234",
            "NEXMO_API_SECRET": "secret",
        }
        result = await run(TEXT, env)

    assert result.exit_code == 3
    assert "It may have been sent." in result.stderr
