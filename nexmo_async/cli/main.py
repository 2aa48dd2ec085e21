"""All commands, and what exit codes mean. A command is loaded when it is called."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from nexmo_async.cli.exits import EPILOG

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where each command lives, and what its help says in one line. Those that hold more
#: than one have an `app`, the others a function of their own name.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": (
        "demo",
        "Watch messages and a failover travel through the sandbox and back.",
    ),
    "send": ("send", "Send one message and print the id that Nexmo gives it."),
    "bulk": ("bulk", "Many messages from a file, none twice, none forgotten."),
    "workflow": ("workflow", "Attempts in a row, until one arrives."),
    "cluster": ("cluster", "Runs that outlive this process."),
    "webhook": ("webhook", "What Nexmo calls you with."),
    "sandbox": ("sandbox", "Imitate the service on this machine until Ctrl-C."),
    "messages": (
        "messages",
        "List what each channel carries, in each generation.",
    ),
    "token": ("bearer", "Bearer tokens, for curl and the like."),
    "doctor": (
        "doctor",
        "Look for what keeps messages from being sent, and say what helps.",
    ),
}


#: What asks for help. Then no file is read, which might be what help is needed with.
HELP: Final = ("-h", "--help")


class OnDemand(TyperGroup):
    """Shows every command, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  click's own types are private to Typer
        """Put the command in the place of its line, and its settings beside it."""
        name = args[0]
        if name in COMMANDS:
            self.commands[name] = loaded(name)
            if not ctx.resilient_parsing and not set(HELP) & set(args):
                _settle(ctx, name, self.commands[name])
        return super().resolve_command(ctx, args)


app: Final = typer.Typer(
    name="nexmo-async",
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": list(HELP)},
    epilog=EPILOG,
)


def loaded(name: str) -> Any:  # noqa: ANN401  as above
    """One of the commands, with all that it takes."""
    room, _ = COMMANDS[name]
    module = import_module(f"nexmo_async.cli.{room}")
    shelf = typer.Typer(rich_markup_mode="rich", add_completion=False)
    # Two, since a shelf of one would be that command itself.
    shelf.command("-")(_later)
    if hasattr(module, "app"):
        shelf.add_typer(module.app, name=name)
    else:
        shelf.command(name)(getattr(module, room))
    return get_group(shelf).commands[name]


def _settle(ctx: Any, name: str, command: Any) -> None:  # noqa: ANN401  as above
    """Read what files say, for this command and while it runs."""
    from nexmo_async.cli import output, settings  # noqa: PLC0415  help needs neither

    with output.errors_as_sentences():
        found = settings.read(Path.cwd(), os.environ)
        told = found.options.get(name, {})
        fits = settings.fitted(command, told, f"{found.source}: {name}")
    ctx.obj = found
    ctx.default_map = {name: fits}
    ctx.with_resource(found.applied())


def _show_version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it so
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  it takes 30 ms

        typer.echo(f"nexmo-async {version('nexmo-async')}")
        raise typer.Exit


def _later() -> None:
    """Stand for a command that is not loaded yet."""


for _name, (_, _summary) in COMMANDS.items():
    app.command(_name, help=_summary)(_later)


@app.callback()
def nexmo_async(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Send messages that have to arrive, through Nexmo (Vonage).

    Example: nexmo-async demo
    """
