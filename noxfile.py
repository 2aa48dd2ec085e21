"""Everything that is checked, and how. `nox -l` lists it; CI calls nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from itertools import takewhile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests", "lint", "typing", "floors"]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
NEWEST = PYTHONS[-1]

#: A program that enters each room at the door.
EVERY_NAME = "import nexmo_async as n; print(*(getattr(n, name) for name in n.__all__))"

#: A program that fails if an index would show links to files, or pictures, of the tree.
SHOWN = (
    "import importlib.metadata as m, re; text = m.metadata('nexmo-async').json; "
    r"exit(re.search(r'\]\((?!https?:|#).*|<picture', text['description']))"
)

#: Tests look at the installed wheel, not at the tree.
WHEEL = {"PYTHONSAFEPATH": "1", "NEXMO_ASYNC_TESTS_THE_WHEEL": "1"}


#: As pip does: else each program that a test starts would compile all it imports.
os.environ.setdefault("UV_COMPILE_BYTECODE", "1")


def show_pyenv_versions() -> None:
    """Let nox find the Pythons that pyenv keeps out of sight."""
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    found = [str(path) for path in sorted(root.glob("3.*/bin"))]
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), *found])


show_pyenv_versions()

#: The newest Python that this machine has.
NEWEST_HERE = next((it for it in reversed(PYTHONS) if shutil.which(f"python{it}")), "")

#: Whole programs that are run, and killed: on one Python, the newest, as what they show
#: is of the system.
PROGRAMS = ("tests/chaos", "tests/examples")


def group(name: str) -> list[str]:
    """The packages of a dependency group."""
    return list(nox.project.dependency_groups(PROJECT, name))


def install_wheel(session: nox.Session, *groups: str) -> None:
    """Build the wheel and install it with all extras: the tree itself is not tested."""
    folder = session.create_tmp()
    if session.venv_backend == "uv":
        session.install("pip")  # which uv leaves out
    session.run_install(
        *("python", "-m", "pip", "wheel", ".", "--quiet", "--no-deps", "-w", folder),
        silent=True,
    )
    (wheel,) = Path(folder).glob("*.whl")
    wanted = [name for each in groups for name in group(each)]
    session.install(f"nexmo-async[all] @ {wheel.resolve().as_uri()}", *wanted)
    wheel.unlink()


def pytest(session: nox.Session, *arguments: str) -> None:
    """Run tests on the installed wheel."""
    session.run(
        "pytest",
        *(session.posargs or arguments),
        env=WHEEL,
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all tests, on each Python; whole programs on the newest."""
    install_wheel(session, "test", "floors")
    left_out = () if session.python == NEWEST_HERE else PROGRAMS
    # As they are listed: what takes longest comes early, the many small ones fill up.
    pytest(
        session,
        *("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"),
        *(f"--ignore={folder}" for folder in left_out),
    )


@nox.session(python=NEWEST)
def thorough(session: nox.Session) -> None:
    """Try twenty times as many examples of what may come from outside."""
    install_wheel(session, "test")
    more = ("--hypothesis-profile", "thorough")
    pytest(session, "-n", "2", *more, "tests/contract", "tests/unit")


@nox.session(python=NEWEST)
def contract(session: nox.Session) -> None:
    """Hold every implementation, and every body, against what it must obey."""
    install_wheel(session, "test")
    pytest(session, "tests/contract")


@nox.session(python=NEWEST)
def fuzz(session: nox.Session) -> None:
    """Spoil a million webhooks: none may raise anything but a PayloadError."""
    install_wheel(session)
    arguments = session.posargs or ["1000000"]
    session.run("python", "tests/fuzz/fuzz_webhooks.py", *arguments)
    session.run("python", "tests/fuzz/fuzz_sandbox.py")


@nox.session(python=NEWEST)
def random(session: nox.Session) -> None:
    """Let 100,000 workflows run through whatever may happen: every promise is kept."""
    install_wheel(session, "test")
    count = session.posargs[0] if session.posargs else "100000"
    tests = "tests/unit/workflows/test_random_runs.py"
    session.run("pytest", tests, env=WHEEL | {"NEXMO_ASYNC_RANDOM_RUNS": count})


@nox.session(python=NEWEST)
def chaos(session: nox.Session) -> None:
    """Kill a job of 20,000 items 200 times: none is lost, none is sent twice."""
    install_wheel(session, "test")
    session.env.update(NEXMO_ASYNC_KILLS="200", NEXMO_ASYNC_ITEMS="20000")
    pytest(session, "-s", "tests/chaos")


@nox.session(python=NEWEST)
def examples(session: nox.Session) -> None:
    """Run the README and the examples as a newcomer would."""
    install_wheel(session, "test")
    pytest(session, "tests/examples")


@nox.session(python=NEWEST)
def browser(session: nox.Session) -> None:
    """Use the sandbox's page in the system's Chromium."""
    install_wheel(session, "test", "browser")
    pytest(session, "-n", "2", "tests/browser")


@nox.session(python=NEWEST)
def clients(session: nox.Session) -> None:
    """Write anew what each client sends and what the sandbox says."""
    install_wheel(session, "test")
    session.run("python", "tests/system/vendor_page.py", "docs/clients.md")


@nox.session(python=NEWEST)
def screenshots(session: nox.Session) -> None:
    """Take the pictures of the README anew."""
    install_wheel(session, "browser")
    folder = Path("docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    session.run("python", "tests/browser/screenshots.py", str(folder))


@nox.session(python=NEWEST)
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install(*group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(python=NEWEST)
def typing(session: nox.Session) -> None:
    """Check types, as the oldest and the newest Python see them; none is missing."""
    session.env["UV_COMPILE_BYTECODE"] = "0"  # what is installed is read, not run
    install_wheel(session, "typing")
    for version in (PYTHONS[0], NEWEST):
        session.run("mypy", "--python-version", version)
        session.run("pyright", "--pythonversion", version)
    session.run("pyright", "--verifytypes", "nexmo_async", "--ignoreexternal")


@nox.session(python=NEWEST)
def floors(session: nox.Session) -> None:
    """Look down, never up, never sideways."""
    session.install("-e", ".[all]", *group("floors"))
    session.run("lint-imports")


@nox.session(python=NEWEST)
def bench(session: nox.Session) -> None:
    """Measure: `nox -s bench -- encode` answers one question, without a name all."""
    install_wheel(session, "bench")
    given = session.posargs
    names = list(takewhile(lambda word: not word.startswith("-"), given))
    options = given[len(names) :]
    names = names or sorted(
        path.stem.removeprefix("bench_") for path in Path("benchmarks").glob("bench_*")
    )
    for name in names:
        session.run("python", f"benchmarks/bench_{name}.py", *options)


@nox.session(python=NEWEST)
def soak(session: nox.Session) -> None:
    """Send 200,000 messages while things fail and tasks are cancelled."""
    install_wheel(session)
    for library in ("aiohttp", "httpx"):
        session.run(
            *("python", "benchmarks/soak.py", "--library", library, *session.posargs)
        )


@nox.session(python=PYTHONS)
def build(session: nox.Session) -> None:
    """Build sdist and wheel twice, check them, and install each with nothing else."""
    session.install("build", "twine", "check-wheel-contents")
    first, again = (made(session, name) for name in ("first", "again"))
    if [digest(file) for file in first] != [digest(file) for file in again]:
        session.error("two builds of the same tree differ")
    session.run("twine", "check", "--strict", *map(str, first))
    session.run("check-wheel-contents", *(str(f) for f in first if f.suffix == ".whl"))
    for file in first:
        clean = file.parent / f"clean-{file.suffix[1:]}"
        session.run("python", "-m", "venv", "--clear", str(clean))
        python = str(next(p for p in clean.glob("*/python*") if p.is_file()))
        session.run(python, "-m", "pip", "install", "--quiet", str(file), external=True)
        session.run(python, "-c", EVERY_NAME, external=True)
        session.run(python, "-c", SHOWN, external=True)


@nox.session(python=NEWEST)
def bom(session: nox.Session) -> None:
    """List what an installation with all extras consists of (CycloneDX, JSON)."""
    session.install("cyclonedx-bom>=5")
    clean = Path(session.create_tmp()) / "clean"
    session.run("python", "-m", "venv", "--clear", str(clean))
    python = str(next(p for p in clean.glob("*/python*") if p.is_file()))
    session.run(*(python, "-m", "pip", "install", "--quiet", ".[all]"), external=True)
    listed = str(Path("dist/nexmo-async.cdx.json").resolve())
    Path("dist").mkdir(exist_ok=True)
    session.run("cyclonedx-py", "environment", python, "--output-file", listed)


@nox.session(python=PYTHONS[0])
def oldest(session: nox.Session) -> None:
    """Run the demo on the oldest version of each dependency that is promised to do."""
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [PROJECT["project"]["dependencies"], *extras.values()]
    named = {name for names in wanted for name in names if ">=" in name}
    session.install(*sorted(re.sub(r">=([^,]+).*", r"==\1", name) for name in named))
    session.install("--no-deps", ".")
    session.run("python", "-c", EVERY_NAME)
    session.run("nexmo-async", "--help", silent=True)
    session.run("nexmo-async", "demo", silent=True)


def made(session: nox.Session, name: str) -> list[Path]:
    """The sdist and the wheel, freshly built."""
    folder = Path(session.create_tmp()) / name
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(folder), silent=True)
    return sorted(folder.iterdir())


def digest(file: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@nox.session(python=NEWEST)
def docs(session: nox.Session) -> None:
    """Build the documentation; a broken link or a missing name fails."""
    session.install("-e", ".[all]", *group("docs"))
    session.run(
        *("mkdocs", "build", "--strict", "--config-file", "docs/mkdocs.yml"),
        env={"NO_MKDOCS_2_WARNING": "1"},
    )


@nox.session(python=NEWEST)
def cluster(session: nox.Session) -> None:
    """Watch 2,000 failovers outlive a worker; then kill all that can die, everywhere.

    `nox -s cluster -- story` shows the first alone, `-- matrix` runs the second.
    """
    install_wheel(session, "test")
    session.env["NEXMO_ASYNC_CLUSTER"] = "1"
    if session.posargs != ["matrix"]:
        session.run("python", "tests/chaos/cluster_story.py")
    if session.posargs != ["story"]:
        session.run("pytest", "-s", "tests/chaos/test_cluster_matrix.py", env=WHEEL)
        session.env["NEXMO_ASYNC_BULK_ITEMS"] = "20000"
        session.run("pytest", "-s", "tests/chaos/test_cluster_bulk.py", env=WHEEL)


@nox.session(python=NEWEST)
def demo(session: nox.Session) -> None:
    """Watch thirty messages and a failover travel through the sandbox."""
    install_wheel(session)
    session.run("nexmo-async", "demo", *session.posargs)
