"""What PATCH may do to a message: a table of channel, direction and status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from nexmo_async.sandbox.problem import Problem
from nexmo_async.sandbox.rules import table
from nexmo_async.sandbox.rules.checks import a_boolean, an_object, one_of
from nexmo_async.sandbox.rules.flat import invalid
from nexmo_async.sandbox.rules.table import Field, optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.rules.table import Body, Table

Direction: TypeAlias = Literal["inbound", "outbound"]

_TYPING: Final[Table] = (
    optional("replying_indicator", an_object),
    Field("replying_indicator.show", a_boolean),
    Field("replying_indicator.type", one_of("text")),
)

#: channel and direction -> status -> what may stand beside it.
#: (Messages v1 spec, 1.20.)
UPDATES: Final[Mapping[tuple[str, Direction], Mapping[str, Table]]] = {
    ("whatsapp", "inbound"): {"read": _TYPING},
    ("rcs", "inbound"): {"read": ()},
    ("rcs", "outbound"): {"revoked": ()},
}

#: All statuses that a message can be given.
STATUSES: Final = ("read", "revoked")

#: Seconds after which a message cannot be revoked any more. (RCS guide.)
REVOKE_WITHIN: Final = 86_400.0


def refuse(body: Body, channel: str, direction: Direction) -> Problem | None:
    """Why this cannot be done to such a message, if it cannot.

    Args:
        body: The request.
        channel: What carried the message, by its plain name.
        direction: Whether the account sent it or somebody else.
    """
    possible = UPDATES.get((channel, direction))
    if possible is None:
        return unsupported(f"Nothing can be done to {direction} messages of {channel}.")
    if found := table.violations(body, (Field("status", one_of(*STATUSES)),)):
        return invalid(found)
    status = table.word(body, "status") or ""
    if status not in possible:
        return unsupported(f"No {direction} message of {channel} can be {status}.")
    if found := table.violations(body, possible[status]):
        return invalid(found)
    return None


def replying(body: Body, channel: str) -> bool:
    """Does an accepted update show that a reply is being written?"""
    knows = UPDATES.get((channel, "inbound"), {}).get("read") == _TYPING
    return knows and table.look(body, "replying_indicator.show") is True


def unsupported(detail: str) -> Problem:
    """The channel has no such operation. The type is empty in the spec."""
    return Problem(status=422, type="", title="Operation not supported", detail=detail)
