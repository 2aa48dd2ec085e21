"""What a bulk is made of: messages and workflows, and the rows they came from."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from functools import lru_cache
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
        said = "".join(_apart(_said(step.message)) for step in message.steps)
    else:
        said = _said(message)
    return blake2b(said.encode(), digest_size=_SIZE).hexdigest()


def reference(job: str, key: str) -> str:
    """The client_ref of an item: the same each time, 32 characters."""
    digest = _begun(job).copy()
    digest.update(key.encode())
    return digest.hexdigest()


@lru_cache(maxsize=16)
def _begun(job: str) -> blake2b:
    return blake2b(_apart(job).encode(), digest_size=_SIZE)


def _said(message: Message) -> str:
    return f"{message.channel} {_apart(message.to)}{message.content!r}"


def _apart(text: str) -> str:
    """Written so that it does not run into what follows, whatever is in it."""
    return f"{len(text)} {text}"
