"""A webhook's event in one line for people, and as plain data for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from nexmo_async.cli import output
from nexmo_async.models.inbound import Inbound
from nexmo_async.models.receipt import Receipt

if TYPE_CHECKING:
    from nexmo_async.webhooks.parse import Event


def line(event: Event) -> Text:
    """What happened, to whom, on which channel."""
    if isinstance(event, Receipt):
        failed = f" {event.code or ''} {event.reason}".rstrip()
        words = f" {event.channel} to {event.to} {event.message_uuid}{failed}"
        return Text.assemble(output.status(event.status), words)
    if isinstance(event, Inbound):
        said = event.text or event.url or event.type
        words = f" {event.channel} from {event.sender}: {said}"
        return Text.assemble(("inbound", "cyan"), words)
    words = f" workflow {event.workflow_uuid}"
    return Text.assemble(output.status(event.status), words)


def kind(event: Event) -> str:
    """Which kind of webhook it was."""
    return type(event).__name__.lower()
