"""Reading a list of recipients for the demonstration."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.cli.brought import brought
from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.content import Text
from nexmo_async.models.message import Message, Messenger, Sms, Viber, WhatsApp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

COLUMNS: Final = ("name", "channel", "to", "persona", "text")

#: Who writes, on each channel.
SENDERS: Final[Mapping[str, tuple[type[Message], str]]] = {
    "sms": (Sms, "ACME"),
    "whatsapp": (WhatsApp, "447700900990"),
    "messenger": (Messenger, "107083064136738"),
    "viber": (Viber, "22353"),
}


@attrs.frozen
class Recipient:
    """One row: who, the message, and how the sandbox shall play this person."""

    name: str
    message: Message
    persona: str


def read(path: Path | None) -> list[Recipient]:
    """The recipients of a CSV file, or of the one that comes with the package.

    Raises:
        ConfigurationError: The file, or a row of it, cannot be used; it says which.
    """
    source = path or brought("recipients.csv")
    rows = csv.DictReader(io.StringIO(_text(source), newline=""))
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        problem = f"has no column {', '.join(sorted(missing))}"
        raise ConfigurationError(str(source), problem)
    return [_recipient(row, f"{source}, line {rows.line_num}") for row in rows]


def _text(source: Path | Traversable) -> str:
    try:
        return source.read_bytes().decode("utf-8-sig")
    except OSError as why:
        problem = f"cannot be read: {why.strerror}"
    except UnicodeDecodeError:
        problem = "is not written in UTF-8"
    raise ConfigurationError(str(source), problem, "Give another with --recipients.")


def _recipient(row: Mapping[str, str | None], where: str) -> Recipient:
    kind = SENDERS.get(row["channel"] or "")
    if kind is None:
        problem = f"{row['channel']!r} is none of {', '.join(SENDERS)}"
        raise ConfigurationError(f"{where}, channel", problem)
    channel, sender = kind
    try:
        text = Text(row["text"] or "")
        message = channel(to=row["to"] or "", sender=sender, content=text)
    except MessageError as why:
        raise ConfigurationError(f"{where}, {why.field}", why.problem) from None
    return Recipient(row["name"] or message.to, message, row["persona"] or "")
