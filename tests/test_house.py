"""The rules of the house that a test can hold."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nexmo_async

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ROOMS = ROOT / "nexmo_async"
MODULES = sorted(ROOMS.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = [ROOT / "noxfile.py", *sorted(ROOT.glob("benchmarks/*.py"))]

#: Which files may import which library. Nothing else may.
ONE_ROOM = {
    "aiohttp": {"sandbox/post.py", "transport/aiohttp.py"},
    "cryptography": {"auth/jwt.py", "sandbox/auth.py"},
    "dbos": {
        "durable/asking.py",
        "durable/dbos.py",
        "durable/enqueuing.py",
        "durable/working.py",
    },
    "dotenv": {"cli/settings.py"},
    "httpcore": {
        "transport/httpx.py",
        "transport/lanes.py",
        "transport/stream.py",
    },
    "httpx": {"transport/httpx.py"},
    "jwt": {
        "auth/jwt.py",
        "sandbox/auth.py",
        "sandbox/callbacks.py",
    },
    "opentelemetry": {"observe/otel.py"},
    "orjson": {"wire/codec.py"},
    "phonenumbers": {"bulk/preflight/numbering.py"},
    "prometheus_client": {"observe/prometheus.py"},
    "psycopg": {"durable/bulk/tables.py", "durable/leases.py"},
    "pyarrow": {"bulk/source/arrow.py"},
    "redis": {"receipts/redis.py"},
    "sqlalchemy": {"durable/asking.py", "durable/enqueuing.py"},
    "tenacity": {"transport/retry.py"},
    "time": {"clock.py"},
    "uvicorn": {"sandbox/server.py"},
}

#: Packages whose names are handed out when they are asked for.
DOORS = (
    "nexmo_async",
    "nexmo_async.models",
    "nexmo_async.testing",
    "nexmo_async.workflows",
)

#: What the front door must not load: a program pays for what it uses.
LATER = (
    "aiohttp",
    "cryptography",
    "dbos",
    "httpx",
    "jwt",
    "opentelemetry",
    "prometheus_client",
    "psycopg",
    "redis",
    "rich",
    "sqlalchemy",
    "starlette",
    "typer",
    "uvicorn",
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def source(path: Path) -> str:
    return path.read_text()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(source(path))


@cache
def imports(path: Path) -> set[str]:
    """The libraries that a module needs when it runs."""
    found: set[str] = set()

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(tree_of(path))
    return found


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with the lines of its body."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_a_file_has_at_most_400_lines() -> None:
    files = [*MODULES, *TESTS, *SCRIPTS]
    lines = {name(path): len(source(path).splitlines()) for path in files}

    assert {file: count for file, count in lines.items() if count > 400} == {}


def test_a_function_has_at_most_40_lines_of_body() -> None:
    lines = {
        f"{name(path)} {function}": count
        for path in MODULES
        for function, count in bodies(path)
    }

    assert {place: count for place, count in lines.items() if count > 40} == {}


def test_a_module_says_what_it_is() -> None:
    assert [name(p) for p in MODULES if not ast.get_docstring(tree_of(p))] == []


@pytest.mark.parametrize("library", sorted(ONE_ROOM))
def test_a_library_is_imported_in_its_rooms_only(library: str) -> None:
    users = {
        path.relative_to(ROOMS).as_posix()
        for path in MODULES
        if library in imports(path)
    }

    assert users == ONE_ROOM[library]


def test_only_the_clock_reads_time_or_sleeps() -> None:
    reads = re.compile(
        r"asyncio\.(?:sleep|timeout)\(|datetime\.(?:now|utcnow)\(|date\.today\("
    )
    found = {name(path): reads.findall(source(path)) for path in MODULES}

    assert {file for file, calls in found.items() if calls} == {"nexmo_async/clock.py"}


def test_no_test_sleeps() -> None:
    sleeps = re.compile(r"(?:time|asyncio)\.sleep\((?!0\))")
    found = {
        name(path): sleeps.findall(source(path))
        for path in TESTS
        if path != Path(__file__)
    }

    assert {file: calls for file, calls in found.items() if calls} == {}


def test_no_room_is_called_after_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "types", "misc"}

    assert [path for path in MODULES if vague & {path.stem, *path.parts}] == []


def test_the_tests_are_no_package() -> None:
    assert [path for path in TESTS if path.name == "__init__.py"] == []


def test_files_of_tests_have_names_of_their_own() -> None:
    counted = Counter(path.name for path in TESTS if path.stem != "conftest")

    assert [name for name, count in counted.items() if count > 1] == []


def test_conftest_has_at_most_80_lines() -> None:
    assert len((ROOT / "tests/conftest.py").read_text().splitlines()) <= 80


def test_the_door_is_sorted_complete_and_small() -> None:
    door = nexmo_async.__all__

    assert len(door) <= 30
    assert door == sorted(set(door))
    assert dir(nexmo_async) == door
    assert all(hasattr(nexmo_async, name) for name in door)


@pytest.mark.parametrize("package", DOORS)
def test_a_door_shows_checkers_what_it_finds_when_it_runs(package: str) -> None:
    door = importlib.import_module(package)
    tree = tree_of(Path(door.__file__ or ""))
    seen = {
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "nexmo_async.door"
        for name in node.names
    }
    found = {f"{room}.{name}" for room, names in rooms(tree) for name in names}

    assert {name for name in seen if name.startswith("nexmo_async.")} == found
    assert dir(door) == sorted(n.rpartition(".")[2] for n in found)
    assert dir(door) == sorted(set(door.__all__))
    assert all(hasattr(door, name) for name in door.__all__)


def rooms(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """What is written in the call of a door."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (call,) = (node for node in calls if getattr(node.func, "id", "") == "door")
    yield from eval(ast.unparse(call.args[1])).items()  # noqa: S307  our own source


def test_what_is_not_at_the_door_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="Telegram"):
        _ = nexmo_async.Telegram


def test_the_door_enters_no_room_before_it_is_asked() -> None:
    code = (
        "import nexmo_async, sys; "
        "sys.exit({m for m in sys.modules if m.startswith('nexmo_async.')} "
        "!= {'nexmo_async.door'})"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """What a program has loaded that asked the door for each name."""
    code = (
        "import nexmo_async as door, sys; "
        "[getattr(door, name) for name in door.__all__]; "
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_a_program_that_asks_for_each_name_loads_the_client(loaded: set[str]) -> None:
    assert "nexmo_async.client" in loaded


@pytest.mark.parametrize("library", LATER)
def test_no_room_at_the_door_loads(library: str, loaded: set[str]) -> None:
    assert library not in loaded


@pytest.mark.skipif(
    "NEXMO_ASYNC_TESTS_THE_WHEEL" not in os.environ, reason="not run through nox"
)
def test_what_is_tested_is_the_wheel() -> None:
    assert "site-packages" in nexmo_async.__file__


def test_every_room_looks_down_never_up_never_sideways() -> None:
    lint = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout


def test_ci_runs_the_very_command_of_the_readme() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci/run").read_text()
    commands = re.findall(r"^python3 -m venv .*$", readme, re.MULTILINE)

    assert [command.rpartition(" ")[2] for command in commands] == ["demo", "tests"]
    assert commands[1] in ci.splitlines()


def test_the_core_needs_five_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = {re.split(r"[<>=!~\[]", it)[0] for it in project["dependencies"]}

    assert needs == {"attrs", "cryptography", "httpx", "PyJWT", "tenacity"}


def test_the_top_level_holds_what_a_visitor_expects() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.partition("/")[0] for line in listed.stdout.splitlines()}

    assert {name for name in top if not name.startswith(".")} <= {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "benchmarks",
        "docs",
        "examples",
        "nexmo_async",
        "noxfile.py",
        "pyproject.toml",
        "tests",
    }
