"""The command itself, as a program of its own, with each of its options."""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import ssl
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from nexmo_async.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FLAT: Final = {
    "channel": "sms",
    "message_type": "text",
    "to": "447700900000",
    "from": "447700900001",
    "text": "hi",
}

CONFIG: Final = """
port = 0
api-key = "abcd1234"
api_secret = ["the old one", "the new one"]
status-url = "http://127.0.0.1:9/status"
chaos = ["503 100% to 447700900009"]
frozen = true
keep = 2

[personas]
447700900003 = "reject 1300"
"4917*" = "silent"
"""


@contextmanager
def started(*options: str | Path) -> Iterator[dict[str, str]]:
    """What a sandbox with these options exports, while it runs."""
    command = [sys.executable, "-m", "nexmo_async", "sandbox", "--port", "0"]
    with subprocess.Popen(
        [*command, *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told: dict[str, str] = {"pid": str(process.pid)}
        for line in process.stdout:
            if not line.startswith("export "):
                break
            name, _, value = shlex.split(line)[1].partition("=")
            told[name] = value
        assert "NEXMO_BASE_URL" in told, process.stderr and process.stderr.read()
        try:
            yield told
        finally:
            process.terminate()
            process.communicate(timeout=60)


def client(told: Mapping[str, str], **settings: Any) -> httpx.Client:  # noqa: ANN401 - of httpx
    login = (told["NEXMO_API_KEY"], told["NEXMO_API_SECRET"])
    usual = {"base_url": told["NEXMO_BASE_URL"], "auth": login, "trust_env": False}
    return httpx.Client(**{**usual, **settings})


def asked(told: Mapping[str, str], path: str) -> Any:  # noqa: ANN401 - JSON
    with client(told) as api:
        return api.get(f"/_sandbox{path}").raise_for_status().json()


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One sandbox of a file, in which one option is set on the line as well."""
    path = tmp_path_factory.mktemp("config") / "sandbox.toml"
    path.write_text(CONFIG)
    with started("--config", path, "--api-key", "chosen00") as told:
        yield told


def test_a_file_sets_the_options(configured: dict[str, str]) -> None:
    info = asked(configured, "/info")

    assert info["status_url"] == "http://127.0.0.1:9/status"
    assert info["clock"]["frozen"] is True


def test_an_option_on_the_line_comes_before_the_file(
    configured: dict[str, str],
) -> None:
    assert configured["NEXMO_API_KEY"] == "chosen00"


@pytest.mark.parametrize(
    ("secret", "status"),
    [("the old one", 202), ("the new one", 202), ("another", 401)],
)
def test_each_secret_of_a_file_opens(
    configured: dict[str, str], secret: str, status: int
) -> None:
    with client(configured, auth=("chosen00", secret)) as api:
        assert api.post("/v1/messages", json=FLAT).status_code == status


def test_a_file_may_have_a_table_of_personas(configured: dict[str, str]) -> None:
    assert asked(configured, "/personas")["personas"] == {
        "447700900003": "reject 1300",
        "4917*": "silent",
    }


def test_chaos_is_asked_for_in_a_file(configured: dict[str, str]) -> None:
    with client(configured) as api:
        answer = api.post("/v1/messages", json={**FLAT, "to": "447700900009"})

    assert answer.status_code == 503


def test_so_many_messages_are_kept(configured: dict[str, str]) -> None:
    with client(configured) as api:
        for _ in range(3):
            api.post("/v1/messages", json=FLAT)

    assert asked(configured, "/messages")["total"] == 2


def test_a_sandbox_that_starts_again_has_what_it_had(tmp_path: Path) -> None:
    """On a frozen clock: no time has passed for it."""
    options = ("--db", tmp_path / "box.db", "--frozen", "--persona", "4477*=silent")
    with started(*options) as told, client(told) as api:
        api.post("/v1/messages", json=FLAT)
        api.post("/_sandbox/clock", json={"advance": "1h"})
        before = asked(told, "/messages"), asked(told, "/clock")

    with started(*options) as again:
        assert (asked(again, "/messages"), asked(again, "/clock")) == before
        assert before[0]["messages"][0]["status"] == "submitted"
        assert again["NEXMO_API_SECRET"] == told["NEXMO_API_SECRET"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_sandbox_that_was_killed_starts_again(tmp_path: Path) -> None:
    db = tmp_path / "box.db"
    with started("--db", db) as told:
        subprocess.run(["kill", f"-{signal.SIGKILL:d}", told["pid"]], check=True)

    with started("--db", db) as again, client(again) as api:
        assert api.post("/v1/messages", json=FLAT).status_code == 202


def test_https_and_a_token_for_the_controls(tmp_path: Path) -> None:
    options = ("--tls-dir", tmp_path / "tls", "--control-token", "open sesame")
    with started(*options) as told:
        trust = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
        with client(told, verify=trust) as api:
            sent = api.post("/v1/messages", json=FLAT)
            stranger = api.get("/_sandbox/messages")
            knows = {"Authorization": "Bearer open sesame"}
            friend = api.get("/_sandbox/messages", headers=knows, auth=lambda r: r)

    assert told["NEXMO_BASE_URL"].startswith("https://")
    assert (sent.status_code, stranger.status_code) == (202, 401)
    assert friend.json()["total"] == 1


def test_a_seed_makes_the_same_sandbox_each_time(tmp_path: Path) -> None:
    """The key as well: what was signed yesterday is still good."""
    seen: list[tuple[object, ...]] = []
    for _ in range(2):
        with started("--seed", "spring") as told, client(told) as api:
            key = Path(told["NEXMO_APPLICATION_PRIVATE_KEY_PATH"]).read_text()
            uuid = api.post("/v1/messages", json=FLAT).json()["message_uuid"]
            names = ("NEXMO_API_KEY", "NEXMO_API_SECRET", "NEXMO_APPLICATION_ID")
            seen.append((key, uuid, *(told[name] for name in names)))

    assert seen[0] == seen[1]
    assert list(tmp_path.iterdir()) == []


def test_the_pace_the_rates_and_the_people_are_chosen(
    tmp_path: Path, private_key: RSAPrivateKey
) -> None:
    people, key = tmp_path / "people.json", tmp_path / "public.key"
    people.write_text(json.dumps({"1": "silent", "2": "slow"}))
    key.write_bytes(
        private_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
    )
    options = ("--personas", people, "--persona", "2=read", "--public-key", key)
    with started("--speed", "60", "--realistic", *options) as told:
        clock, limits = asked(told, "/clock"), asked(told, "/limits")
        personas = asked(told, "/personas")["personas"]

    assert (clock["speed"], clock["frozen"]) == (60, False)
    assert (limits["realistic"], limits["account"]) == (True, 30)
    assert personas == {"1": "silent", "2": "read"}
    assert "NEXMO_APPLICATION_PRIVATE_KEY_PATH" not in told


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--chaos", "dance 10%"], "is no fault"),
        (["--speed", "0"], "must be above 0"),
        (["--keep", "0"], "Invalid value for '--keep'"),
        (["--db", "/no/where/box.db"], "cannot open /no/where/box.db"),
        (["--public-key", __file__], "public_key is no public key in PEM"),
        (["--personas", __file__], "is no JSON"),
        (["--config", __file__], "is no TOML"),
    ],
)
def test_what_makes_no_sense_is_said(options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(
        app, ["sandbox", "--port", "0", *options], env={"COLUMNS": "400"}
    )

    assert result.exit_code in (1, 2)
    assert sentence in result.stderr


def test_a_file_with_an_unknown_option_names_those_that_there_are(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text("prot = 8090")
    result = CliRunner().invoke(
        app, ["sandbox", "--config", str(path)], env={"COLUMNS": "400"}
    )

    assert result.exit_code == 2
    assert "prot is none of api_key" in result.stderr


def test_a_file_of_another_version_is_a_sentence(tmp_path: Path) -> None:
    db = tmp_path / "box.db"
    with sqlite3.connect(db) as file:
        file.execute(f"PRAGMA application_id = {0x6E786D73}")
        file.execute("PRAGMA user_version = 99")
        file.execute("CREATE TABLE message (number INTEGER)")
    file.close()
    result = CliRunner().invoke(app, ["sandbox", "--port", "0", "--db", str(db)])

    assert result.exit_code == 1
    assert "has format 99, this sandbox reads format 1" in result.stderr


def test_the_help_has_an_example_and_every_option() -> None:
    result = CliRunner().invoke(app, ["sandbox", "--help"], env={"COLUMNS": "200"})

    assert "Example: nexmo-async sandbox --port 8090" in result.stdout
    for option in ("db", "keep", "config", "tls-dir", "seed", "speed", "frozen"):
        assert f"--{option} " in result.stdout
