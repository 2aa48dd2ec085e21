"""All commands, and what their exit codes mean."""

from __future__ import annotations

from typing import Annotated

import typer

from nexmo_async.cli import (
    bearer,
    demo,
    doctor,
    messages,
    output,
    sandbox,
    send,
    webhook,
    workflow,
)

app = typer.Typer(
    name="nexmo-async",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 nothing was sent · 2 wrong use · 3 outcome unknown",
)
app.command()(demo.demo)
app.command()(send.send)
app.command()(messages.messages)
app.command()(sandbox.sandbox)
app.command()(doctor.doctor)
app.add_typer(bearer.app, name="token")
app.add_typer(workflow.app, name="workflow")
app.add_typer(webhook.app, name="webhook")


def _show_version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it so
    if wanted:
        output.version()
        raise typer.Exit


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
    """Send messages that have to arrive, through Nexmo (Vonage)."""
