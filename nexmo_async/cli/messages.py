"""`nexmo-async messages`: what each channel carries, in each generation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from nexmo_async.cli import output
from nexmo_async.models.message import KINDS
from nexmo_async.wire.content import KINDS as WORDS
from nexmo_async.wire.flat import NAMES
from nexmo_async.wire.limits import CARRIES

if TYPE_CHECKING:
    from collections.abc import Iterator


def messages(
    *,
    every: Annotated[
        bool, typer.Option("--list", help="List them all; that is also the default.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List what each channel carries, in each generation.

    The list is made of the very tables that messages are held against.

    Example: nexmo-async messages --json
    """
    rows = list(_rows()) if every else []
    if json:
        for row in rows:
            output.as_json(row)
        return
    table = Table("channel", "content", "message_type", *CARRIES, box=None)
    for row in rows:
        named = (str(row[key]) for key in ("class", "content", "message_type"))
        marks = ("yes" if repr(api) in repr(row["api"]) else "·" for api in CARRIES)
        table.add_row(*named, *marks)
    output.out.print(table)


def _rows() -> Iterator[dict[str, object]]:
    for channel, kind in KINDS.items():
        for content, word in WORDS.items():
            carried: list[str] = [
                api
                for api, channels in CARRIES.items()
                if content in channels.get(channel, ())
            ]
            if carried:
                yield {
                    "class": kind.__name__,
                    "channel": NAMES.get(channel, channel),
                    "content": content.__name__,
                    "message_type": word,
                    "api": carried,
                }
