"""What holds for every command, whatever it does."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from nexmo_async.cli import exits, main, output
from nexmo_async.cli.main import COMMANDS, app

if TYPE_CHECKING:
    from collections.abc import Iterator

    Command = Any  # click's own types are private to Typer

ROOM = Path(main.__file__).parent
FILES = ("people.csv", "otp.toml", "received/00001.http")

#: Commands that do not answer in JSON: what they print is itself the answer, a page, a
#: drawing or a token, or is made for people to watch.
NO_JSON = {
    "demo",
    "bulk report",
    "cluster worker",
    "token",
    "token create",
    "workflow diagram",
}

#: What must not stand in a list of processes.
SECRET = re.compile(r"secret|token|password|database")


def walk(command: Command, name: str) -> Iterator[tuple[str, Command]]:
    inner = getattr(command, "commands", {})
    if not inner or getattr(command, "invoke_without_command", False):
        yield name, command
    for each, below in inner.items():
        yield from walk(below, f"{name} {each}")


ALL = dict(pair for name in COMMANDS for pair in walk(main.loaded(name), name))


def example_of(command: Command) -> str:
    _, found, example = (command.help or "").partition("Example:")
    return " ".join(example.split()) if found else ""


def lines(example: str) -> Iterator[list[str]]:
    """The calls in an example, be they in a pipe or inside of another program's."""
    inner = re.findall(r"\$\(nexmo-async ([^)]*)\)", example)
    piped = example.split(" | ") if example.startswith("nexmo-async ") else []
    for call in inner or [each.removeprefix("nexmo-async ") for each in piped]:
        yield shlex.split(call)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for file in FILES:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path


def test_all_commands_are_walked_through() -> None:
    assert len(ALL) >= 19
    assert {"send", "bulk resume", "cluster sweep", "token", "token inspect"} <= set(
        ALL
    )


@pytest.mark.parametrize("name", ALL)
def test_the_help_of_a_command_has_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    assert re.search(rf"Example: .*nexmo-async {name}\b", shown.output)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.usefixtures("folder")
def test_the_example_of_a_command_can_be_called(name: str) -> None:
    calls = list(lines(example_of(ALL[name])))

    assert calls
    for words in calls:
        called = max(
            (it for it in ALL if words[: len(it.split())] == it.split()), key=len
        )
        ALL[called].make_context(called, words[len(called.split()) :])


@pytest.mark.parametrize("name", sorted(set(ALL) - NO_JSON))
def test_a_command_answers_machines_in_json(name: str) -> None:
    assert "--json" in {each for it in ALL[name].params for each in it.opts}


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is(name: str) -> None:
    silent = [it.name for it in ALL[name].params if not getattr(it, "help", "")]

    assert silent == []


@pytest.mark.parametrize("name", ALL)
def test_a_secret_can_be_given_by_the_environment(name: str) -> None:
    bare = [
        it.name
        for it in ALL[name].params
        if SECRET.search(it.name) and it.param_type_name == "option" and not it.envvar
    ]

    assert bare == []


def exit_codes(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Exit":
            yield from node.args


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_a_command_ends_with_codes_of_the_table(path: Path) -> None:
    module = importlib.import_module(f"nexmo_async.cli.{path.stem}")
    for code in exit_codes(path):
        numbers = [it for it in ast.walk(code) if isinstance(it, ast.Constant)]
        named = [
            it.id
            for it in ast.walk(code)
            if isinstance(it, ast.Name) and it.id.isupper()
        ]

        assert [it for it in numbers if isinstance(it.value, int)] == []
        for name in set(named) - {"EXIT"}:
            assert getattr(module, name) == getattr(exits, name)


def test_the_table_says_what_each_code_means() -> None:
    codes = {value for name, value in vars(exits).items() if isinstance(value, int)}

    assert codes == set(exits.MEANINGS)


@pytest.mark.parametrize("words", [[], ["bulk", "send"], ["bulk", "resume"]])
def test_the_codes_stand_under_the_help(words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "400"})

    assert exits.EPILOG in shown.output


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["send", "--nonsense"], ["bulk", "nonsense"], ["send", "--to"]],
)
def test_wrong_use_has_a_code_of_its_own(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == exits.WRONG_USE


@pytest.mark.parametrize(
    "words",
    [
        ["sandbox", "--port"],
        ["webhook", "listen", "--port"],
        ["workflow", "run", "otp.toml", "--listen"],
        ["bulk", "send", "people.csv", "--job", "a", "--listen"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("folder")
def test_a_port_that_there_is_not_is_wrong_use(words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "99999"])

    assert result.exit_code == exits.WRONG_USE
    assert "99999" in result.output or "65535" in result.output


def test_a_database_that_is_away_is_a_sentence() -> None:
    nowhere = "postgresql://127.0.0.1:9/nexmo"
    result = CliRunner().invoke(app, ["cluster", "status", "--database", nowhere])

    assert result.exit_code == exits.NOT_DONE
    assert result.stderr.startswith("error ")


def test_a_file_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    missing = folder / "no/such/folder.html"
    with pytest.raises(typer.Exit) as ended, output.errors_as_sentences():
        missing.write_text("")

    assert ended.value.exit_code == exits.NOT_DONE


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    with pytest.raises(BrokenPipeError), output.errors_as_sentences():
        raise BrokenPipeError


def test_a_workflow_that_is_no_text_is_a_sentence(folder: Path) -> None:
    (folder / "otp.toml").write_bytes(b"\xff")
    result = CliRunner().invoke(app, ["workflow", "plan", "otp.toml"])

    assert result.exit_code == exits.NOT_DONE
    assert "is not written in UTF-8" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["demo", "--speed", "1"], exits.INTERRUPTED),
        (["webhook", "listen", "--port", "0"], exits.DONE),
        (["sandbox", "--port", "0"], exits.DONE),
    ],
    ids=["what is not done", "what waits for it", "what serves until then"],
)
def test_ctrl_c_ends_a_command_without_a_traceback(words: list[str], code: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "nexmo_async", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()

    assert running.returncode == code, rest
    assert first
    assert "Traceback" not in rest
