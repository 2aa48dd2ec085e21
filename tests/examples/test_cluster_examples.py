"""The files that run a cluster: what they call exists, and takes these options."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

from nexmo_async.cli import exits, main
from nexmo_async.durable.working import PATIENCE

FOLDER: Final = Path(__file__).parents[2] / "examples/cluster"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "compose.yaml").read_text("utf-8")
)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]


def unit() -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(FOLDER / "nexmo-worker@.service", "utf-8")
    return read


def calls() -> dict[str, list[str]]:
    """All that is called, without the program's own name."""
    found = {name: one["command"] for name, one in SERVICES.items() if "command" in one}
    (pruning,) = re.findall(
        r"nexmo-async ([^;]+);", SERVICES["prune"]["entrypoint"][-1]
    )
    found["prune"] = shlex.split(pruning)
    started = unit()["Service"]["ExecStart"].replace("%H", "host").replace("%i", "1")
    program, *found["unit"] = shlex.split(started)
    assert program.endswith("/nexmo-async")
    return found


@pytest.mark.parametrize("name", ["worker-1", "worker-2", "status", "prune", "unit"])
def test_a_command_exists_with_all_its_options(name: str) -> None:
    room, command, *words = calls()[name]
    group: Any = main.loaded(room)
    made = group.commands[command].make_context(
        command, [*words, "--database", "postgresql://host/name"]
    )

    assert made.params["database"] == "postgresql://host/name"


def test_each_worker_has_an_id_of_its_own_and_all_have_one_rate() -> None:
    workers = [words for words in calls().values() if "worker" in words]
    ids = [words[words.index("--id") + 1] for words in workers]

    assert len(workers) == 3
    assert len(set(ids)) == 3
    assert "local" not in ids
    assert {words[words.index("--rate") + 1] for words in workers} == {"27"}


def test_a_worker_is_asked_for_its_health_where_it_tells_of_it() -> None:
    for name in ("worker-1", "worker-2"):
        words = SERVICES[name]["command"]
        port = words[words.index("--health") + 1]

        assert f"127.0.0.1:{port}" in SERVICES[name]["healthcheck"]["test"][-1]


def test_whoever_works_waits_for_the_database_and_has_its_address() -> None:
    for name in set(SERVICES) - {"db"}:
        assert SERVICES[name]["depends_on"] == {"db": {"condition": "service_healthy"}}
        assert "@db/nexmo" in SERVICES[name]["environment"]["NEXMO_DATABASE"]


def test_a_worker_gets_longer_to_stop_than_it_takes() -> None:
    assert SERVICES["worker-1"]["stop_grace_period"] == "45s"
    assert unit()["Service"]["TimeoutStopSec"] == "45"
    assert PATIENCE < 45


def test_no_secret_is_written_down() -> None:
    text = "".join(path.read_text("utf-8") for path in FOLDER.iterdir())

    assert re.findall(r"API_SECRET(?:=|: )(?!\.\.\.|\$\{)\S", text) == []


def test_the_settings_of_a_directory_are_options_of_the_worker(tmp_path: Path) -> None:
    text = (FOLDER / "nexmo-async.toml").read_text("utf-8")
    settings = tomllib.loads(text)["cluster"]["worker"]
    (tmp_path / "nexmo-async.toml").write_text(text)
    group: Any = main.loaded("cluster")
    options = {word for it in group.commands["worker"].params for word in it.opts}

    assert {f"--{name}" for name in settings} <= options


def test_the_settings_of_a_directory_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FOLDER / "nexmo-async.toml").read_text("utf-8")
    (tmp_path / "nexmo-async.toml").write_text(text.replace("8080", "99999"))
    monkeypatch.chdir(tmp_path)
    words = ["cluster", "worker", "--database", "postgresql://host/name"]
    result = CliRunner().invoke(main.app, words)

    assert result.exit_code == exits.WRONG_USE  # so it was heeded
    assert "65535" in result.output
