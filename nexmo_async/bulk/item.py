"""What a bulk is made of: messages and workflows, and the rows they came from."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from hashlib import blake2b
from typing import Final, TypeAlias

import attrs

from nexmo_async.models.message import Message
from nexmo_async.models.workflow import Workflow

#: Bytes of a key that is made up, and of a reference: 32 characters as text, since no
#: generation takes more than 40 in a client_ref.
_SIZE: Final = 16


@attrs.frozen
class Item:
    """A message or workflow with what tells it from the others of its job.

    Args:
        message: What to send.
        key: Its name within the job, such as a customer's number. Empty: it is made of
            recipient and body, so that the same text to the same person is a double.
        line: Where it stood in the file it came from, counted from 1.
    """

    message: Message | Workflow
    key: str = ""
    line: int | None = None


@attrs.frozen
class BadRow:
    """A row that is no message. It becomes a failed result, and the rest goes on.

    Args:
        line: Where it stood in the file, counted from 1.
        column: The column concerned; empty if it is the whole row.
        problem: What is wrong with it, in words.
        row: The row as it was read.
    """

    line: int
    column: str
    problem: str
    row: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


#: What may be sent in bulk, all at hand or as it comes.
Items: TypeAlias = (
    Iterable[Message | Workflow | Item | BadRow]
    | AsyncIterable[Message | Workflow | Item | BadRow]
)


def key_of(message: Message | Workflow) -> str:
    """A name made of recipient and body: two that are equal have the same one."""
    if isinstance(message, Workflow):
        parts = (part for step in message.steps for part in _said(step.message))
        return _digest(tuple(parts))
    return _digest(_said(message))


def reference(job: str, key: str) -> str:
    """The client_ref of an item: the same each time, 32 characters."""
    return _digest((job, key))


def _said(message: Message) -> tuple[str, ...]:
    return message.channel, message.to, repr(message.content)


def _digest(parts: tuple[str, ...]) -> str:
    # Written so that no two tuples look alike, whatever is in them.
    return blake2b(repr(parts).encode(), digest_size=_SIZE).hexdigest()
