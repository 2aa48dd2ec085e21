"""Every block of the documentation runs, page by page, against the sandbox."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Pages do as well, and not on a loop.
from nexmo_async import Nexmo, WebhookApp
from nexmo_async.sandbox import chaos, life, serve
from nexmo_async.sandbox.personas import MAGIC

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nexmo_async.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/pages"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\w+).*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: How a block may be marked: these run, those only show what something looks like.
RUN = {"python", "console"}
SHOW = {"text", "json", "toml", "yaml", "ini"}

#: Commands that change the machine, or stay until Ctrl-C: other tests run them.
NOT_HERE = re.compile(
    r"pip install|python3? -m venv|nox |uvicorn |docker |systemctl |export |git clone|"
    r"nexmo-async (sandbox|webhook listen|cluster|demo)\b"
)


def blocks(page: Path, language: str) -> list[str]:
    found = BLOCK.findall(page.read_text("utf-8"))
    return [text for marked, text in found if marked == language]


def commands(page: Path) -> list[str]:
    lines = "".join(blocks(page, "console")).replace("\\\n", "").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def named(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.fixture
async def nexmo(box: Sandbox, env: dict[str, str]) -> AsyncIterator[Nexmo]:
    """The open client that the pages speak of, its receipts fed by a webhook."""
    async with Nexmo.from_env(env) as client:
        app = WebhookApp(client.receipts, {box.api_key: box.signature_secret})
        async with serve(app) as box.status_url:
            box.inbound_url = box.status_url
            yield client


WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]
WITH_COMMANDS = [page for page in PAGES if not all(map(NOT_HERE.match, commands(page)))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=named)
async def test_the_python_of_a_page_runs(page: Path, nexmo: Nexmo) -> None:
    names: dict[str, Any] = {"__name__": "docs", "nexmo": nexmo}
    for count, text in enumerate(blocks(page, "python"), 1):
        where = f"{named(page)}, block {count}"
        code = compile(text, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(code, names)  # noqa: S307  our own pages
        if inspect.isawaitable(done):
            await done


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
async def test_the_commands_of_a_page_end_well(
    page: Path, nexmo: Nexmo, env: dict[str, str], tmp_path: Path
) -> None:
    del nexmo  # its webhook is what the sandbox calls
    for file in (ROOT / "examples").glob("*.*"):
        shutil.copy(file, tmp_path)
    for command in commands(page):
        if NOT_HERE.match(command):
            continue
        program, *arguments = shlex.split(command)
        assert program == "nexmo-async", command
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "nexmo_async", *arguments),
            cwd=tmp_path,
            env=os.environ | env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await started.communicate()

        assert started.returncode == 0, f"{command}\n{said.decode()}"


@pytest.mark.parametrize("page", [DOCS / "tutorial.md", ROOT / "README.md"])
def test_numbers_of_the_sandbox_play_the_parts_that_are_told(page: Path) -> None:
    told = dict(
        re.findall(r"`(44\d+)` (?:is|stays)\s+(\w{6})", page.read_text("utf-8"))
    )

    assert {number: MAGIC[number][:6] for number in told} == told
    assert len(told) == 2


def test_the_page_of_the_sandbox_tells_all_scripts_and_rules() -> None:
    page = (DOCS / "reference/sandbox.md").read_text("utf-8")

    assert {life.GRAMMAR in page, chaos.GRAMMAR in page} == {True}
    assert dict(re.findall(r"^\| `(44\d+)` \| `(.+)` \|$", page, re.MULTILINE)) == MAGIC


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_each_block_is_run_or_marked_as_one_that_only_shows(page: Path) -> None:
    fences = re.findall(r"^```(\w*)", page.read_text("utf-8"), re.MULTILINE)

    assert len(fences) % 2 == 0
    assert set(fences[::2]) <= RUN | SHOW
    assert set(fences[1::2]) <= {""}
