"""The shell asks the command line how a line may go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "nexmo-async"
needs_bash = pytest.mark.skipif(
    not PROGRAM.exists() or shutil.which("bash") is None,
    reason="there is no bash, or the program is not installed beside Python",
)


def asked(words: str, at: int, cwd: Path | None = None) -> list[str]:
    """What bash is told when Tab is pressed at the end of a line."""
    env = {
        "_NEXMO_ASYNC_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(at),
    }
    code = "from nexmo_async.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = ['nexmo-async']; {code}"],
        capture_output=True,
        text=True,
        env=os.environ | env,
        cwd=cwd,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_a_command_is_completed() -> None:
    assert asked("nexmo-async do", 1) == ["doctor"]


def test_a_command_inside_of_another_is_completed() -> None:
    assert asked("nexmo-async bulk re", 2) == ["resume", "report"]


def test_an_option_is_completed_of_a_command_that_is_loaded_for_it() -> None:
    assert asked("nexmo-async send --te", 2) == ["--text", "--template"]


def test_an_option_is_completed_of_a_command_inside_of_another() -> None:
    assert asked("nexmo-async workflow run --sa", 3) == ["--sandbox"]


def test_a_choice_is_completed() -> None:
    assert asked("nexmo-async send --channel w", 3) == ["whatsapp"]


def test_a_file_of_settings_that_is_wrong_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "nexmo-async.toml").write_text("= no TOML")

    assert asked("nexmo-async token in", 2, tmp_path) == ["inspect"]


def bash(script: str, home: Path) -> str:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"HOME": str(home), "PATH": path, "SHELL": "/bin/bash"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_bash
def test_what_is_shown_completes_once_bash_reads_it(tmp_path: Path) -> None:
    press = "COMP_WORDS=(nexmo-async sand); COMP_CWORD=1; _nexmo_async_completion "
    script = f'eval "$(nexmo-async --show-completion)"; {press} nexmo-async; '

    assert bash(f"{script} echo ${{COMPREPLY[@]}}", tmp_path) == "sandbox\n"


@needs_bash
def test_installing_it_writes_to_the_files_of_bash(tmp_path: Path) -> None:
    bash("nexmo-async --install-completion; true", tmp_path)
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]

    assert any("_nexmo_async_completion" in text for text in written)
