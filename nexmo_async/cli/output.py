"""How the command line speaks: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console
from rich.text import Text

from nexmo_async.cli.exits import NOT_DONE, UNKNOWN
from nexmo_async.errors import NexmoError, Sent

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

out: Final = Console(highlight=False)
err: Final = Console(stderr=True, highlight=False)

#: How the process ends, by whether the message left.
EXIT: Final[Mapping[Sent, int]] = {"no": NOT_DONE, "maybe": UNKNOWN, "yes": NOT_DONE}

#: One colour for each fate of a message.
COLOURS: Final[Mapping[str, str]] = {
    "submitted": "yellow",
    "delivered": "green",
    "read": "bright_green",
    "rejected": "red",
    "undeliverable": "red",
    "silent": "dim",
    "completed": "green",
}


def status(word: str, extra: str = "") -> Text:
    """A status in its colour."""
    return Text(f"{word} {extra}".strip(), style=COLOURS.get(word, ""))


def as_json(facts: Mapping[str, object]) -> None:
    """One line of JSON, for machines; in ASCII where not all letters can be told."""
    is_wide = (sys.stdout.encoding or "").lower().startswith("utf")
    typer.echo(json.dumps(facts, ensure_ascii=not is_wide))


@contextmanager
def errors_as_sentences() -> Generator[None]:
    """Show an error as a sentence, and end with its exit code.

    Those of the system are for people as well: a file that cannot be written, a
    database that is away.
    """
    try:
        yield
    except NexmoError as why:
        _say(str(why))
        raise typer.Exit(EXIT[why.sent]) from None
    except BrokenPipeError:  # whoever read has seen enough
        raise
    except OSError as why:
        _say(f"{why.filename}: {why.strerror}" if why.filename else str(why))
        raise typer.Exit(NOT_DONE) from None


def _say(sentence: str) -> None:
    err.print(Text.assemble(("error ", "bold red"), sentence), soft_wrap=True)
