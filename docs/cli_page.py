"""Write what the commands say of themselves into the page about them.

python docs/cli_page.py
"""  # noqa: INP001  a program of the docs, no package

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from nexmo_async.cli import exits, main

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parent / "pages/reference/cli.md"

#: Below this line everything is written by this program.
MARK: Final = "<!-- Below, everything is written by docs/cli_page.py. -->\n"


def written(page: str) -> str:
    """The page with its second half made anew."""
    above, _, _ = page.partition(MARK)
    return "\n".join([above + MARK, *_codes(), *_commands()]) + "\n"


def _codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| code | what it says |\n|---|---|"
    for code, meaning in exits.MEANINGS.items():
        yield f"| {code} | {meaning} |"


def _commands() -> Iterator[str]:
    for name in main.COMMANDS:
        yield from _command(main.loaded(name), f"nexmo-async {name}", 2)


def _command(command: Any, name: str, level: int) -> Iterator[str]:  # noqa: ANN401  click's own types are private to Typer
    said, _, example = (command.help or "").partition("Example:")
    yield f"\n{'#' * level} {name}\n"
    yield said.strip()
    if example:
        yield f"\n```text\n$ {' '.join(example.split())}\n```"
    params = [each for each in command.params if each.name != "help"]
    if params:
        yield "\n| option | what it is |\n|---|---|"
    for each in params:
        yield f"| {_spelled(each)} | {_meant(each)} |"
    for below, inner in getattr(command, "commands", {}).items():
        yield from _command(inner, f"{name} {below}", 3)


def _spelled(param: Any) -> str:  # noqa: ANN401  as above
    if param.param_type_name == "argument":
        return f"`{param.name.upper()}`"
    return ", ".join(f"`{each}`" for each in (*param.opts, *param.secondary_opts))


def _meant(param: Any) -> str:  # noqa: ANN401  as above
    facts = [param.help or ""]
    choices = _choices(param)
    if choices:
        facts.append(f"One of {', '.join(choices)}.")
    if param.default not in (None, False, (), []) and not callable(param.default):
        facts.append(f"Default: `{param.default}`.")
    if param.envvar:
        names = [param.envvar] if isinstance(param.envvar, str) else param.envvar
        facts.append(f"Else {', '.join(f'`{name}`' for name in names)}.")
    if param.required:
        facts.append("Needed.")
    return " ".join(fact for fact in facts if fact).replace("|", "\\|")


def _choices(param: Any) -> list[str]:  # noqa: ANN401  as above
    told = getattr(param, "type_descriptor", None)
    if told is None:  # Typer before 0.27 says it as click does
        return list(getattr(param.type, "choices", ()))
    allowed = (told.annotation, *get_args(told.annotation))
    each = (get_args(it) for it in allowed if get_origin(it) is Literal)
    return [str(choice) for choices in each for choice in choices]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
