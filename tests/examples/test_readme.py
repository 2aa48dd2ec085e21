"""Every Python block of the README runs, as it stands, against the sandbox."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from nexmo_async import Basic, Nexmo, Sms, WebhookApp
from nexmo_async.sandbox import serve

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(block: int) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "readme"}
    exec(compile(BLOCKS[block], f"README block {block}", "exec"), names)  # noqa: S102
    return names


def test_the_readme_has_the_blocks_that_are_tested_here() -> None:
    assert len(BLOCKS) == 9


async def test_the_first_screen_sends_a_message(
    box: Sandbox, env: dict[str, str]
) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BLOCKS[0]),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | env,
    )
    said, _ = await program.communicate()

    assert [said.decode().strip()] == [sent.message_uuid for sent in box.messages()]


def test_the_sandbox_shows_a_failover_to_sms(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As it stands, but WhatsApp is waited for half a second."""
    program = BLOCKS[1].replace("within=5)", "within=0.5)", 1)
    exec(compile(program, "README block 1", "exec"), {"__name__": "readme"})  # noqa: S102
    said = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]

    assert "whatsapp time is up" in said
    assert "viber failed" in said
    assert said[-2:] == ["sms reached", "on sms"]


@pytest.mark.usefixtures("env")
async def test_the_web_service_answers_with_what_became_of_the_message(
    box: Sandbox,
) -> None:
    app = run(2)["app"]
    async with serve(app) as url, aiohttp.ClientSession() as session:
        box.status_url = f"{url}/webhooks/"
        async with session.post(f"{url}/sign-up/447700900000") as answer:
            said = await answer.json()

    assert said == {"status": "delivered"}


@pytest.mark.usefixtures("env")
async def test_the_workflow_is_accepted(box: Sandbox) -> None:
    started = await run(3)["chase"]()

    assert started.uuid
    assert [sent.channel for sent in box.messages()] == ["whatsapp"]


async def test_the_workflow_runs_here_as_well(
    box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    auth = Basic(box.api_key, box.api_secret)
    async with Nexmo(auth, base_url=box.base_url) as nexmo:
        secrets = {box.api_key: box.signature_secret}
        async with serve(WebhookApp(nexmo.receipts, secrets)) as url:
            box.status_url = url
            await run(3)["chase_here"](nexmo)

    assert capsys.readouterr().out.splitlines()[-1].startswith("reached whatsapp ")


def test_the_messages_can_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    made = run(4)

    assert capsys.readouterr().out == "unicode 1\n"
    assert len(made["rcs"].content.cards) == 2


def test_an_application_is_tested_as_it_says(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BLOCKS[5])
    result = pytester.runpytest_inprocess(
        *("--strict-markers", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
        *(
            "-o",
            "asyncio_mode=auto",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
        ),
    )

    result.assert_outcomes(passed=2)


@pytest.mark.usefixtures("env")
async def test_limits_observers_and_deadlines_go_together(box: Sandbox) -> None:
    sms = Sms(to="447700900000", sender="ACME", content="Hello")

    await run(6)["send_many"]([sms])

    assert [sent.channel for sent in box.messages()] == ["sms"]


@pytest.mark.usefixtures("env")
async def test_a_file_is_sent_row_by_row(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "to,name\n447700900000,Ana\n447700900001,Bea\n"
    await asyncio.to_thread((tmp_path / "people.csv").write_text, text)
    report = await run(7)["invite"]()

    assert report.is_complete
    assert {sent.to for sent in box.messages()} == {"447700900000", "447700900001"}


@pytest.mark.usefixtures("env")
async def test_a_message_says_where_its_time_went(
    box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(8)["send_and_explain"]()

    [sent] = box.messages()
    title, network, accepted, sums, *_ = capsys.readouterr().out.splitlines()
    assert title == "sms to *********000"
    assert network.endswith("202")
    assert accepted.endswith(f"accepted                  {sent.message_uuid}")
    assert "queued 0.000 s, network " in sums
