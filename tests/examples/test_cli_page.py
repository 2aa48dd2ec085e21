"""The page about the command line says what the command line says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from nexmo_async.auth.environment import VARIABLES
from nexmo_async.cli import settings
from nexmo_async.cli.main import COMMANDS, loaded

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pages/reference/cli.md").read_text("utf-8")


def test_the_page_is_as_its_program_writes_it() -> None:
    written = runpy.run_path(str(DOCS / "cli_page.py"))["written"]

    assert written(PAGE) == PAGE, "run: python docs/cli_page.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_names_each_command_and_its_options(name: str) -> None:
    _, _, part = PAGE.partition(f"\n## nexmo-async {name}\n")
    told = part.partition("\n## ")[0]
    command = loaded(name)
    parts = [command, *getattr(command, "commands", {}).values()]
    options = {opt for each in parts for it in each.params for opt in it.opts}
    named = set(re.findall(r"`(--[\w-]+)`", told))

    assert {it for it in options if it.startswith("--")} - {"--help"} <= named


def test_the_page_names_each_variable_and_its_name_in_toml() -> None:
    told, _, _ = PAGE.partition("<!--")

    assert all(f"`{names[0]}`" in told for names in VARIABLES.values())
    assert all(f"`{key.replace('_', '-')}`" in told for key in settings.KEYS)
