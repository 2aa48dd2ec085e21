"""What files say, read without a command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.main import get_command

from nexmo_async.cli import settings
from nexmo_async.cli.bulk import app as bulk
from nexmo_async.errors import ConfigurationError

ACCOUNT = "NEXMO_API_KEY=abcd1234\nNEXMO_API_SECRET=hidden\n"
SHARED = '[tool.nexmo-async]\napi-key = "shared12"\n'
BASIC = {"NEXMO_API_KEY": "k", "NEXMO_API_SECRET": "s"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository of its own, so that nothing above it counts."""
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_no_file_says_nothing(folder: Path) -> None:
    assert settings.read(folder, {}) == settings.Settings()


def test_a_dotenv_sets_what_the_environment_leaves_open(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)

    found = settings.read(folder, {"NEXMO_API_KEY": "mine"})

    assert found.values == {"NEXMO_API_SECRET": "hidden"}


def test_a_variable_that_is_empty_is_open(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)

    assert settings.read(folder, {"NEXMO_API_KEY": ""}).values == {
        "NEXMO_API_KEY": "abcd1234",
        "NEXMO_API_SECRET": "hidden",
    }


def test_another_name_for_the_same_counts_as_said(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)

    assert "NEXMO_API_KEY" not in settings.read(folder, {"VONAGE_API_KEY": "x"}).values


def test_what_belongs_to_others_is_left_alone(folder: Path) -> None:
    (folder / ".env").write_text("DATABASE_URL=postgresql://\nexport NEXMO_API_KEY=k")

    assert settings.read(folder, {}).values == {"NEXMO_API_KEY": "k"}


def test_a_dotenv_comes_before_toml(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)
    (folder / "pyproject.toml").write_text(SHARED)

    assert settings.read(folder, {}).values["NEXMO_API_KEY"] == "abcd1234"


def test_our_own_toml_comes_before_that_of_the_project(folder: Path) -> None:
    (folder / "nexmo-async.toml").write_text('api-key = "own12345"')
    (folder / "pyproject.toml").write_text(SHARED)

    assert settings.read(folder, {}).values == {"NEXMO_API_KEY": "own12345"}


def test_each_value_says_which_file_it_came_from(folder: Path) -> None:
    (folder / ".env").write_text("NEXMO_API_SECRET=hidden")
    (folder / "pyproject.toml").write_text(SHARED)
    below = folder / "src"
    below.mkdir()

    assert settings.read(below, {}).origins == {
        "NEXMO_API_KEY": os.path.join("..", "pyproject.toml"),  # noqa: PTH118  as it is shown
        "NEXMO_API_SECRET": os.path.join("..", ".env"),  # noqa: PTH118  the same
    }


def test_above_the_repository_nothing_is_read(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)
    inner = folder / "inner"
    (inner / ".git").mkdir(parents=True)

    assert settings.read(inner, {}).values == {}


@pytest.mark.skipif(os.name == "nt", reason="no folder is known to be in no checkout")
def test_outside_of_a_repository_only_this_folder_is_read() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outside:
        folder = Path(outside)
        (folder / ".env").write_text(ACCOUNT)
        below = folder / "below"
        below.mkdir()

        assert settings.read(below, {}).values == {}
        assert settings.read(folder, {}).values["NEXMO_API_SECRET"] == "hidden"


def test_a_project_that_does_not_know_us_is_passed_by(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(SHARED)
    below = folder / "part"
    below.mkdir()
    (below / "pyproject.toml").write_text("[project]\nname = 'part'\n")

    assert settings.read(below, {}).values == {"NEXMO_API_KEY": "shared12"}


def test_a_path_is_meant_from_the_file_that_names_it(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.nexmo-async]\nprivate-key-path = "keys/private.key"\n'
    )
    below = folder / "src"
    below.mkdir()

    key = settings.read(below, {}).values["NEXMO_APPLICATION_PRIVATE_KEY_PATH"]

    assert key == str(folder / "keys/private.key")


@pytest.mark.parametrize("name", ["api-secret", "api_secret", "signature-secret"])
@pytest.mark.parametrize("file", ["nexmo-async.toml", "pyproject.toml"])
def test_a_secret_in_toml_is_refused_and_not_shown(
    folder: Path, file: str, name: str
) -> None:
    table = "[tool.nexmo-async]\n" if file == "pyproject.toml" else ""
    (folder / file).write_text(f'{table}{name} = "hidden"\n')

    with pytest.raises(ConfigurationError, match="is a secret") as caught:
        settings.read(folder, {})

    assert "hidden" not in str(caught.value)
    assert ".env" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("api-key = ", "is no TOML"),
        ('apikey = "a"', "apikey"),
        ("api-key = 7", "api-key"),
    ],
    ids=["no TOML", "no such key", "no string"],
)
def test_a_wrong_line_of_toml_is_named_with_its_file(
    folder: Path, text: str, said: str
) -> None:
    (folder / "nexmo-async.toml").write_text(text)

    with pytest.raises(ConfigurationError, match=said) as caught:
        settings.read(folder, {})

    assert "nexmo-async.toml" in str(caught.value)


def test_a_dotenv_that_is_no_text_is_said(folder: Path) -> None:
    (folder / ".env").write_bytes(b"NEXMO_API_KEY=\xff\xfe")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        settings.read(folder, {})


def test_a_file_may_not_lead_the_credentials_of_the_environment_away(
    folder: Path,
) -> None:
    (folder / ".env").write_text("NEXMO_BASE_URL=https://collector.example.com")

    with pytest.raises(ConfigurationError, match=r"collector\.example\.com"):
        settings.read(folder, BASIC)


def test_nor_may_an_option_in_a_file(folder: Path) -> None:
    toml = '[send]\nbase-url = "https://collector.example.com"\n'
    (folder / "nexmo-async.toml").write_text(toml)

    with pytest.raises(ConfigurationError, match=r"nexmo-async\.toml: base_url"):
        settings.read(folder, BASIC)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8090",
        "http://localhost:8090",
        "https://api-eu.vonage.com",
        "https://api.nexmo.com",
    ],
)
def test_a_file_may_lead_them_to_a_sandbox_here_or_to_nexmo(
    folder: Path, url: str
) -> None:
    (folder / ".env").write_text(f"NEXMO_BASE_URL={url}")

    assert settings.read(folder, BASIC).values == {"NEXMO_BASE_URL": url}


def test_a_file_may_lead_its_own_credentials_anywhere(folder: Path) -> None:
    url = "https://collector.example.com"
    (folder / ".env").write_text(f"{ACCOUNT}NEXMO_BASE_URL={url}")

    assert settings.read(folder, {}).values["NEXMO_BASE_URL"] == url


def test_the_settings_are_gone_when_the_command_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXMO_API_KEY", "")
    monkeypatch.delenv("NEXMO_API_SECRET", raising=False)
    values = {"NEXMO_API_KEY": "k", "NEXMO_API_SECRET": "s"}
    with settings.Settings(values).applied():
        during = {name: os.environ[name] for name in values}

    assert during == values
    assert os.environ["NEXMO_API_KEY"] == ""
    assert "NEXMO_API_SECRET" not in os.environ


def test_settings_show_no_value() -> None:
    values = {"NEXMO_API_SECRET": "hidden"}

    assert "hidden" not in repr(settings.Settings(values, options=values))


def test_options_are_called_as_on_the_line() -> None:
    told = {"send": {"from": "ACME", "quiet-hours": "21:00-08:00"}}

    assert settings.fitted(get_command(bulk), told, "bulk") == {
        "send": {"sender": "ACME", "quiet_hours": "21:00-08:00"}
    }


@pytest.mark.parametrize(
    "told",
    [{"sned": {"from": "ACME"}}, {"send": {"form": "ACME"}}, {"send": {"file": "a"}}],
    ids=["no such command", "no such option", "an argument"],
)
def test_an_option_that_there_is_not_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="is none of"):
        settings.fitted(get_command(bulk), told, "bulk")


def test_without_its_library_a_dotenv_says_what_to_install(folder: Path) -> None:
    (folder / ".env").write_text(ACCOUNT)
    code = (
        "import sys; sys.modules['dotenv'] = None; "
        "from nexmo_async.__main__ import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "messages"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert 'pip install "nexmo-async[cli]"' in result.stderr
