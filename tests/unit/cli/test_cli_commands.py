from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import jwt
import pytest
from typer.testing import CliRunner

from nexmo_async.cli.main import COMMANDS as LISTED
from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

APPLICATION = "12345678-90ab-4def-8234-567890abcdef"
COMMANDS = sorted(LISTED)


@pytest.fixture
def key_file(tmp_path: Path, private_pem: str) -> Path:
    path = tmp_path / "private.key"
    path.write_text(private_pem)
    return path


@pytest.fixture
def sandbox() -> Iterator[subprocess.Popen[str]]:
    """The command itself, on a free port, until the test is over."""
    command = [sys.executable, "-m", "nexmo_async", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def first_lines(process: subprocess.Popen[str]) -> list[str]:
    """What the sandbox prints until it has said how to call it."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("curl "):
        lines.append(process.stdout.readline().strip())
    return lines


def exported(lines: list[str]) -> dict[str, str]:
    words = [shlex.split(line)[1] for line in lines if line.startswith("export ")]
    return dict(word.split("=", 1) for word in words)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0


def test_without_a_command_the_help_is_shown() -> None:
    result = CliRunner().invoke(app, [])

    assert all(command in result.output for command in COMMANDS)


def test_the_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert result.stdout.strip() == f"nexmo-async {version('nexmo-async')}"


def test_without_its_extra_the_command_line_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['typer'] = None; "
        "from nexmo_async.__main__ import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert 'pip install "nexmo-async[cli]"' in result.stderr


def test_token_prints_a_token_of_the_application(
    key_file: Path, private_key: RSAPrivateKey
) -> None:
    arguments = ["--application-id", APPLICATION, "--key", str(key_file)]
    result = CliRunner().invoke(app, ["token", *arguments, "--ttl", "60"])
    claims = jwt.decode(
        result.stdout.strip(), private_key.public_key(), algorithms=["RS256"]
    )

    assert claims["application_id"] == APPLICATION
    assert claims["exp"] - claims["iat"] == 60


def test_token_reads_the_environment(key_file: Path) -> None:
    env = {
        "NEXMO_APPLICATION_ID": APPLICATION,
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": str(key_file),
    }
    result = CliRunner().invoke(app, ["token"], env=env)

    assert result.exit_code == 0
    assert result.stdout.count(".") == 2


def test_token_says_what_is_wrong_with_a_key(tmp_path: Path) -> None:
    path = tmp_path / "empty.key"
    path.write_text("")
    arguments = ["--application-id", APPLICATION, "--key", str(path)]
    result = CliRunner().invoke(app, ["token", *arguments])

    assert result.exit_code == 1
    assert "-----BEGIN PRIVATE KEY-----" in result.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_curl_line_of_the_sandbox_works_as_pasted(
    sandbox: subprocess.Popen[str],
) -> None:
    line = first_lines(sandbox)[-1]
    answer = subprocess.run(shlex.split(line), capture_output=True, check=True)

    assert list(json.loads(answer.stdout)) == ["message_uuid"]


def test_the_exports_of_the_sandbox_are_all_that_send_needs(
    sandbox: subprocess.Popen[str],
) -> None:
    env = exported(first_lines(sandbox))
    send = ["send", "--to", "447700900000", "--from", "ACME", "--text", "Hello"]
    result = CliRunner().invoke(app, send, env=env)

    assert result.exit_code == 0, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_key_of_the_sandbox_is_for_its_owner_only(
    sandbox: subprocess.Popen[str],
) -> None:
    env = exported(first_lines(sandbox))
    key = Path(env["NEXMO_APPLICATION_PRIVATE_KEY_PATH"])

    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_the_key_of_the_sandbox_goes_away_with_it(
    sandbox: subprocess.Popen[str], asked: signal.Signals
) -> None:
    env = exported(first_lines(sandbox))
    sandbox.send_signal(asked)
    code = sandbox.wait(timeout=60)

    assert code == 0
    assert not Path(env["NEXMO_APPLICATION_PRIVATE_KEY_PATH"]).parent.exists()


def test_a_port_that_is_taken_is_said(sandbox: subprocess.Popen[str]) -> None:
    env = exported(first_lines(sandbox))
    port = env["NEXMO_BASE_URL"].rpartition(":")[2]
    result = CliRunner().invoke(app, ["sandbox", "--port", port])

    assert result.exit_code == 1
    assert f"port {port}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--persona", "447700900000"], "has no '='"),
        (["--persona", "447700900000=dance"], "outcome"),
    ],
    ids=["no script", "no such script"],
)
def test_a_persona_that_makes_no_sense_shows_the_grammar(
    arguments: list[str], sentence: str
) -> None:
    result = CliRunner().invoke(app, ["sandbox", "--port", "0", *arguments])

    assert result.exit_code == 1
    assert sentence in result.stderr


@pytest.mark.parametrize("command", sorted(LISTED))
def test_the_list_of_commands_says_what_the_command_says(command: str) -> None:
    help_of = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})

    assert LISTED[command][1] in help_of.output


def test_the_help_loads_no_command() -> None:
    code = (
        "import sys; from nexmo_async.cli.main import app; app(['--help'], "
        "standalone_mode=False); print([m for m in sys.modules if 'cli.' in m])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == str(
        ["nexmo_async.cli.exits", "nexmo_async.cli.main"]
    )


def test_the_sandbox_tells_machines_its_address_and_keys_in_one_line() -> None:
    command = [sys.executable, "-m", "nexmo_async", "sandbox", "--port", "0", "--json"]
    env = os.environ | {
        "NEXMO_SANDBOX_API_SECRET": "hidden from the list of processes",
        "NEXMO_SANDBOX_SIGNATURE_SECRET": "this as well",
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as box:
        assert box.stdout is not None
        told = json.loads(box.stdout.readline())
        send = ["send", "--to", "447700900000", "--from", "ACME", "--text", "Hello"]
        result = CliRunner().invoke(app, send, env=told["env"])
        box.terminate()

    assert result.exit_code == 0, result.stderr
    assert told["url"] == told["env"]["NEXMO_BASE_URL"]
    assert told["env"]["NEXMO_SIGNATURE_SECRET"] == "this as well"
