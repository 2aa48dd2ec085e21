"""Options of a command out of a TOML file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path


def read(path: Path, known: AbstractSet[str]) -> dict[str, Any]:
    """The options that a file sets, by the names that the command has for them.

    Dashes and underscores are one. `personas` may be a table of scripts by number, as
    well as the name of a file.

    Args:
        path: The file.
        known: What the command's options are called.

    Raises:
        ValueError: The file is no TOML, or names an option that there is not.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise ValueError(f"{path} is no TOML: {why}") from None
    options = {name.replace("-", "_"): value for name, value in told.items()}
    for name in options.keys() - known:
        names = ", ".join(sorted(each for each in known if not each.startswith("_")))
        raise ValueError(f"{path}: {name} is none of {names}")
    scripts = options.get("personas")
    if isinstance(scripts, dict):
        del options["personas"]
        table = cast("dict[str, object]", scripts)
        written = [f"{number}={table[number]}" for number in table]
        options["persona"] = [*written, *options.get("persona", ())]
    return options
