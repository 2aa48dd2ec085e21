"""What files say where the environment is silent: `.env`, and TOML.

Only the command line reads them; the library reads the environment alone.
"""

from __future__ import annotations

import os
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import attrs

from nexmo_async.auth import environment
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

#: Variables of ours begin so; what else stands in a `.env` belongs to others.
OURS: Final = ("NEXMO_", "VONAGE_")

#: What TOML may set for all commands. Tables set the options of the command they name.
KEYS: Final[Mapping[str, str]] = {
    "application_id": "NEXMO_APPLICATION_ID",
    "private_key_path": "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
    "api_key": "NEXMO_API_KEY",
    "base_url": "NEXMO_BASE_URL",
}

#: What it may not: such files are shared with everybody who reads the code.
SECRETS: Final[Mapping[str, str]] = {
    "api_secret": "NEXMO_API_SECRET",
    "signature_secret": "NEXMO_SIGNATURE_SECRET",
    "private_key": "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
}

#: Hosts to which a file may lead credentials that it does not hold itself.
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_THEIRS: Final = (".nexmo.com", ".vonage.com")


@attrs.frozen
class Settings:
    """What the files say.

    Attributes:
        values: By variable, what the environment leaves open.
        origins: By variable, the file that says it.
        options: By command, what its options are if the line does not say.
        source: The TOML file; empty if there is none.
    """

    values: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    origins: Mapping[str, str] = attrs.field(factory=dict[str, str])
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    source: str = ""

    @contextmanager
    def applied(self) -> Generator[None]:
        """As if the environment said it as well."""
        before = {name: os.environ.get(name) for name in self.values}
        os.environ.update(self.values)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def read(folder: Path, env: Mapping[str, str]) -> Settings:
    """What the files of a folder say, or the nearest ones above it.

    It is looked for up to the folder that holds `.git`; without one, in this folder
    alone. `.env` comes before TOML, `nexmo-async.toml` before `pyproject.toml`.

    Args:
        folder: Where the command was called.
        env: The environment, which comes before all files.

    Raises:
        ConfigurationError: A file cannot be read, holds what it may not, or would
            lead the credentials of the environment somewhere else.
    """
    folders = list(_folders(folder))
    file, table = _table(folders)
    source = "" if file is None else os.path.relpath(file, folder)
    said, options = _parted(table, source)
    dotenv = next((it / ".env" for it in folders if (it / ".env").is_file()), None)
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    if dotenv is not None:
        _take(_variables(dotenv), dotenv, (values, env))
        origins = dict.fromkeys(values, os.path.relpath(dotenv, folder))
    if file is not None:
        _take(said, file, (values, env))
    settings = Settings(
        values, dict.fromkeys(values, source) | origins, options, source
    )
    _stay(settings, env)
    return settings


def fitted(command: Any, told: Mapping[str, Any], where: str) -> dict[str, Any]:  # noqa: ANN401  click's own types are private to Typer
    """Options as a command calls them, out of a table that calls them as people do.

    Args:
        command: The command, or one that holds others.
        told: What the table says. Dashes and underscores are one.
        where: What to call the table.

    Raises:
        ConfigurationError: There is no such option.
    """
    inner = getattr(command, "commands", {})
    names = {
        spelling.lstrip("-").replace("-", "_"): each.name
        for each in command.params
        if each.param_type_name == "option"
        for spelling in each.opts
    }
    fits: dict[str, Any] = {}
    for written, value in told.items():
        name = written.replace("-", "_")
        if written in inner and isinstance(value, dict):
            below = cast("dict[str, Any]", value)
            fits[written] = fitted(inner[written], below, f"{where}.{written}")
        elif name in names:
            fits[names[name]] = value
        else:
            problem = f"is none of {', '.join(sorted({*names, *inner}))}"
            raise ConfigurationError(f"{where}.{written}", problem)
    return fits


def _folders(folder: Path) -> Iterator[Path]:
    """This one, and those above it that belong to the same repository."""
    above = [folder, *folder.parents]
    root = next((it for it in above if (it / ".git").exists()), folder)
    yield from above[: above.index(root) + 1]


def _variables(file: Path) -> dict[str, str]:
    try:
        from dotenv import dotenv_values  # noqa: PLC0415  only where there is a file
    except ModuleNotFoundError:
        advice = 'Install it: pip install "nexmo-async[cli]"'
        raise ConfigurationError(str(file), "needs python-dotenv", advice) from None
    try:
        found = dotenv_values(file)
    except (OSError, UnicodeDecodeError) as why:
        raise ConfigurationError(str(file), f"cannot be read: {why}") from None
    return {
        name: value for name, value in found.items() if value and name.startswith(OURS)
    }


def _table(folders: list[Path]) -> tuple[Path | None, dict[str, Any]]:
    """The nearest file of TOML that speaks to us, and what it says."""
    for folder in folders:
        own, shared = folder / "nexmo-async.toml", folder / "pyproject.toml"
        if own.is_file():
            return own, _toml(own)
        if shared.is_file():
            ours = _toml(shared).get("tool", {}).get("nexmo-async")
            if isinstance(ours, dict):
                return shared, cast("dict[str, Any]", ours)
    return None, {}


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise ConfigurationError(str(file), f"is no TOML: {why}") from None


def _parted(
    table: Mapping[str, Any], file: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """The variables that a table sets, and the options of commands."""
    values: dict[str, str] = {}
    options: dict[str, Any] = {}
    for written, value in table.items():
        name = written.replace("-", "_")
        if name in SECRETS:
            advice = f"Put {SECRETS[name]} into .env, and keep that to yourself."
            raise ConfigurationError(f"{file}: {written}", "is a secret", advice)
        if isinstance(value, dict):
            options[written] = cast("dict[str, Any]", value)
        elif name in KEYS and isinstance(value, str):
            values[KEYS[name]] = value
        else:
            problem = f"is no string for one of {', '.join(KEYS)}"
            raise ConfigurationError(f"{file}: {written}", problem)
    return values, options


def _take(
    found: Mapping[str, str],
    file: Path,
    before: tuple[dict[str, str], Mapping[str, str]],
) -> None:
    """Add what nobody said before, under this name or another for the same."""
    values, env = before
    for name, value in found.items():
        same = next(
            (it for it in environment.VARIABLES.values() if name in it), (name,)
        )
        if not any(env.get(each) or values.get(each) for each in same):
            values[name] = _from(file.parent, name, value)


def _from(folder: Path, name: str, value: str) -> str:
    """A path is meant from the file that names it."""
    return str(folder / Path(value).expanduser()) if name.endswith("_PATH") else value


def _stay(settings: Settings, env: Mapping[str, str]) -> None:
    """Refuse to lead somebody's credentials where a stranger's file says."""
    if not any(environment.first(of, env) for of in ("api_secret", "private_key")):
        return
    said = settings.values.get("NEXMO_BASE_URL", "")
    origin = settings.origins.get("NEXMO_BASE_URL", settings.source)
    for url in (said, *_addresses(settings.options)):
        host = urlsplit(url).hostname or ""
        if host and host not in _HERE and not host.endswith(_THEIRS):
            problem = f"would send the credentials of your environment to {host}"
            advice = "If you want that, set NEXMO_BASE_URL in the environment."
            raise ConfigurationError(f"{origin}: base_url", problem, advice)


def _addresses(options: Mapping[str, Any]) -> Iterator[str]:
    """Where the options of any command would send."""
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _addresses(cast("dict[str, Any]", value))
        elif name.replace("-", "_") == "base_url":
            yield str(value)
