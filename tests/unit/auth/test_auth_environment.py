from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from nexmo_async.auth import environment
from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.client import Nexmo
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
KEY_NAMES = ("NEXMO_API_KEY", "VONAGE_API_KEY")
SECRET_NAMES = ("NEXMO_API_SECRET", "VONAGE_API_SECRET")
APPLICATION_NAMES = ("NEXMO_APPLICATION_ID", "VONAGE_APPLICATION_ID")
PRIVATE_KEY_NAMES = (
    "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
    "VONAGE_APPLICATION_PRIVATE_KEY_PATH",
    "VONAGE_APPLICATION_PRIVATE_KEY",
    "VONAGE_PRIVATE_KEY_PATH",
    "VONAGE_PRIVATE_KEY",
)


@pytest.mark.parametrize(("key", "secret"), [*product(KEY_NAMES, SECRET_NAMES)])
def test_a_key_and_its_secret_go_by_any_names(key: str, secret: str) -> None:
    found = environment.read({key: "abcd1234", secret: "secret"})

    assert isinstance(found.credentials, Basic)
    assert found.credentials.header == "Basic YWJjZDEyMzQ6c2VjcmV0"


@pytest.mark.parametrize(
    ("application", "key"), [*product(APPLICATION_NAMES, PRIVATE_KEY_NAMES)]
)
def test_an_application_and_its_key_go_by_any_names(
    application: str, key: str, private_pem: str
) -> None:
    found = environment.read({application: APPLICATION, key: private_pem})

    assert isinstance(found.credentials, Jwt)
    assert found.credentials.application_id == APPLICATION


def test_the_private_key_may_be_the_path_of_a_file(
    private_pem: str, tmp_path: Path
) -> None:
    path = tmp_path / "private.key"
    path.write_text(private_pem)
    env = {
        "NEXMO_APPLICATION_ID": APPLICATION,
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": str(path),
    }

    assert isinstance(environment.read(env).credentials, Jwt)


def test_an_application_is_taken_before_a_key(private_pem: str) -> None:
    env = {
        "NEXMO_API_KEY": "abcd1234",
        "NEXMO_API_SECRET": "secret",
        "VONAGE_APPLICATION_ID": APPLICATION,
        "VONAGE_PRIVATE_KEY": private_pem,
    }

    assert isinstance(environment.read(env).credentials, Jwt)


def test_half_an_application_does_not_hide_a_whole_pair() -> None:
    env = {
        "NEXMO_API_KEY": "abcd1234",
        "NEXMO_API_SECRET": "secret",
        "NEXMO_APPLICATION_ID": APPLICATION,
    }

    assert isinstance(environment.read(env).credentials, Basic)


def test_the_old_name_is_taken_before_the_new_one() -> None:
    env = {
        "NEXMO_API_KEY": "old",
        "VONAGE_API_KEY": "new",
        "NEXMO_API_SECRET": "secret",
    }

    assert repr(environment.read(env).credentials) == "Basic(api_key='old')"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        *((name, "NEXMO_API_SECRET") for name in KEY_NAMES),
        *((name, "NEXMO_API_KEY") for name in SECRET_NAMES),
        *((name, "NEXMO_APPLICATION_PRIVATE_KEY_PATH") for name in APPLICATION_NAMES),
        *((name, "NEXMO_APPLICATION_ID") for name in PRIVATE_KEY_NAMES),
    ],
)
def test_the_missing_half_is_named(given: str, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{missing}: is not set") as caught:
        environment.read({given: "something-secret"})

    assert "something-secret" not in str(caught.value)


@pytest.mark.parametrize("env", [{}, {"NEXMO_API_KEY": ""}, {"PATH": "/bin"}])
def test_nothing_at_all_says_what_to_set(env: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="holds no credentials") as caught:
        environment.read(env)

    assert "Set NEXMO_APPLICATION_ID and NEXMO_APPLICATION_PRIVATE_KEY_PATH" in str(
        caught.value
    )


def test_a_sandbox_is_found_by_its_address() -> None:
    env = {
        "NEXMO_API_KEY": "abcd1234",
        "NEXMO_API_SECRET": "secret",
        "NEXMO_BASE_URL": "http://127.0.0.1:8080",
    }

    assert repr(Nexmo.from_env(env)) == (
        "<Nexmo Basic(api_key='abcd1234') api=v1 http://127.0.0.1:8080>"
    )


def test_options_win_over_variables() -> None:
    env = {
        "NEXMO_API_KEY": "abcd1234",
        "NEXMO_API_SECRET": "secret",
        "NEXMO_BASE_URL": "http://127.0.0.1:8080",
    }

    nexmo = Nexmo.from_env(env, api="beta", base_url="http://localhost:1")

    assert repr(nexmo) == (
        "<Nexmo Basic(api_key='abcd1234') api=beta http://localhost:1>"
    )
