from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jwt
import pytest
from typer.testing import CliRunner, Result

from nexmo_async.cli.main import app
from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


def inspect(token: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["token", "inspect", *options], input=token)


@pytest.fixture
def claims() -> dict[str, object]:
    now = int(SystemClock().wall())
    return {"application_id": "a", "iat": now, "exp": now + 900}


def test_create_is_what_token_does_alone(tmp_path: Path, private_pem: str) -> None:
    path = tmp_path / "private.key"
    path.write_text(private_pem)
    env = {
        "NEXMO_APPLICATION_ID": "12345678-90ab-4def-8234-567890abcdef",
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": str(path),
    }
    for command in (["token"], ["token", "create"]):
        made = CliRunner().invoke(app, command, env=env).stdout.strip()

        assert jwt.get_unverified_header(made)["alg"] == "RS256"


def test_a_missing_application_is_one_sentence() -> None:
    env = {"NEXMO_APPLICATION_ID": "", "VONAGE_APPLICATION_ID": ""}
    result = CliRunner().invoke(app, ["token"], env=env)

    assert result.exit_code == 1
    assert "NEXMO_APPLICATION_ID" in result.stderr


def test_a_token_is_told_claim_by_claim(
    private_key: RSAPrivateKey, claims: dict[str, object]
) -> None:
    result = inspect(jwt.encode(claims, private_key, "RS256"))

    assert result.exit_code == 0
    assert "application_id a" in result.stdout
    assert "good for" in result.stdout


def test_an_expired_token_ends_with_code_1(
    private_key: RSAPrivateKey, claims: dict[str, object]
) -> None:
    result = inspect(jwt.encode({**claims, "exp": 1000}, private_key, "RS256"))

    assert result.exit_code == 1
    assert "expired" in result.stdout


def test_a_token_without_an_end_lives_fifteen_minutes(
    private_key: RSAPrivateKey, claims: dict[str, object]
) -> None:
    del claims["exp"]
    result = inspect(jwt.encode(claims, private_key, "RS256"), "--json")

    assert 890 < json.loads(result.stdout)["seconds_left"] <= 900


def test_the_word_bearer_may_stand_before_it(
    private_key: RSAPrivateKey, claims: dict[str, object]
) -> None:
    assert inspect("Bearer " + jwt.encode(claims, private_key, "RS256")).exit_code == 0


@pytest.mark.parametrize("text", ["", "a.b", "é.b.c", "e30.W10.x", "e30.@@@.x"])
def test_what_is_no_token_is_said_to_be_none(text: str) -> None:
    result = inspect(text)

    assert result.exit_code == 1
    assert "token" in result.stderr


def test_a_file_that_is_missing_is_one_sentence() -> None:
    result = CliRunner().invoke(app, ["token", "inspect", "nowhere.jwt"])

    assert result.exit_code == 1
    assert "nowhere.jwt" in result.stderr
