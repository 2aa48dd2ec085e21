"""What a run sends with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nexmo_async.models.message import Message


class Taken(Protocol):
    """A message that Nexmo has taken."""

    @property
    def message_uuid(self) -> str:
        """Nexmo's id of it."""
        ...


class Mail(Protocol):
    """Sends messages, and takes them back. `Messages` is one."""

    async def send(self, message: Message, /) -> Taken:
        """Return once it is accepted; an unknown outcome is raised at once."""
        ...

    async def revoke(self, message: str, /) -> None:
        """Ask the network not to deliver the message with this uuid."""
        ...
