from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from nexmo_async.sandbox import Sandbox

NOBODY = "http://127.0.0.1:9"
NOTHING = dict.fromkeys(
    (
        "NEXMO_API_KEY",
        "NEXMO_API_SECRET",
        "NEXMO_APPLICATION_ID",
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
        "NEXMO_SIGNATURE_SECRET",
    ),
    "",
)


async def doctor(env: dict[str, str], *options: str) -> Result:
    run = CliRunner().invoke
    return await asyncio.to_thread(
        run, app, ["doctor", *options], env={**NOTHING, **env}
    )


def account(box: Sandbox) -> dict[str, str]:
    return {
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
    }


def found(result: Result) -> dict[str, dict[str, str]]:
    return {one["check"]: one for one in json.loads(result.stdout)["findings"]}


async def test_an_empty_environment_ends_with_code_1() -> None:
    assert (await doctor({}, "--offline")).exit_code == 1


@pytest.mark.parametrize("name", NOTHING)
async def test_an_empty_environment_is_told_each_name_it_lacks(name: str) -> None:
    assert name in (await doctor({}, "--offline")).stdout


async def test_an_empty_environment_is_told_how_to_begin_without_an_account() -> None:
    assert "nexmo-async sandbox" in (await doctor({}, "--offline")).output


async def test_half_an_account_is_told_of_the_other_half_alone() -> None:
    result = await doctor({"NEXMO_API_KEY": "abcd1234"}, "--offline")

    assert "1 wrong" in result.output
    assert "nexmo-async sandbox" not in result.output


async def test_a_pipe_that_cannot_spell_an_arrow_gets_the_rest() -> None:
    doctor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nexmo_async", "doctor", "--offline"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | NOTHING | {"PYTHONIOENCODING": "cp1252"},
    )
    said, complaint = await doctor.communicate()

    assert "? Set it to the key of your account" in " ".join(said.decode().split())
    assert b"Traceback" not in complaint


async def test_a_good_account_is_ready_to_send(box: Sandbox) -> None:
    result = await doctor(account(box))

    assert result.exit_code == 0
    assert "ready to send" in result.stdout


async def test_asking_whether_the_login_is_good_sends_no_message(box: Sandbox) -> None:
    result = await doctor(account(box), "--json")

    assert found(result)["login"]["verdict"] == "fine"
    assert box.messages() == []


async def test_a_wrong_secret_is_found(box: Sandbox) -> None:
    result = await doctor({**account(box), "NEXMO_API_SECRET": "other"}, "--json")

    assert result.exit_code == 1
    assert found(result)["login"]["verdict"] == "wrong"


async def test_the_clock_is_compared_with_theirs(box: Sandbox) -> None:
    result = await doctor(account(box), "--json")

    assert found(result)["clock"]["verdict"] == "fine"


async def test_nobody_there_is_wrong_and_has_a_cure() -> None:
    result = await doctor({"NEXMO_BASE_URL": NOBODY}, "--json")

    assert found(result)["reach"]["verdict"] == "wrong"
    assert "NEXMO_BASE_URL" in found(result)["reach"]["cure"]


async def test_an_address_that_is_none_is_wrong() -> None:
    result = await doctor({"NEXMO_BASE_URL": "sandbox"}, "--json")

    assert found(result)["reach"]["verdict"] == "wrong"


async def test_offline_asks_nobody() -> None:
    result = await doctor({"NEXMO_BASE_URL": NOBODY}, "--offline", "--json")

    assert "reach" not in found(result)


async def test_a_key_that_cannot_be_read_is_wrong() -> None:
    env = {
        "NEXMO_APPLICATION_ID": "12345678-90ab-4def-8234-567890abcdef",
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": "nowhere.key",
    }
    result = await doctor(env, "--offline", "--json")

    assert "nowhere.key" in found(result)["credentials"]["said"]


async def test_a_secret_is_never_shown(box: Sandbox) -> None:
    result = await doctor(account(box), "--json")

    assert box.api_secret not in result.output
