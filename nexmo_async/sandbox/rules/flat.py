"""What v1 accepts: a flat message, and a list of others to fall back to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import Problem, Violation
from nexmo_async.sandbox.records import Draft
from nexmo_async.sandbox.rules import table
from nexmo_async.sandbox.rules.checks import length, one_of, url
from nexmo_async.sandbox.rules.email import EMAIL
from nexmo_async.sandbox.rules.messenger import MESSENGER
from nexmo_async.sandbox.rules.phone import MMS, SMS
from nexmo_async.sandbox.rules.rcs import RCS
from nexmo_async.sandbox.rules.table import Field, Many, never, optional
from nexmo_async.sandbox.rules.viber import VIBER
from nexmo_async.sandbox.rules.whatsapp import WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nexmo_async.sandbox.rules.table import Body, Channel, Table

#: All that v1 knows. A new channel is a new row. (Messages v1 spec, 1.20.)
CHANNELS: Final[Mapping[str, Channel]] = {
    "sms": SMS,
    "mms": MMS,
    "rcs": RCS,
    "whatsapp": WHATSAPP,
    "messenger": MESSENGER,
    "viber_service": VIBER,
    "email": EMAIL,
}

#: What every message may carry. (Messages v1 spec.)
COMMON: Final[Table] = (
    optional("client_ref", length(1, 100)),
    optional("webhook_url", url()),
    optional("webhook_version", one_of("v0.1", "v1")),
)

#: Where in the request the mistake is -> title and anchor. These anchors are an old
#: numbering, not that of the webhooks; 110 is how the service spells it.
#: (Messages v1 spec, samples of 422.)
TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "channel": ("Unsupported channel", "messages#1100"),
    "message_type": ("Invalid message type", "messages#1140"),
    "to": ("Invalid recipient", "messages#110"),
    "from": ("Invalid sender", "messages#1120"),
    "client_ref": ("Invalid client reference", "messages#1060"),
    **dict.fromkeys(
        (*CHANNELS, "ttl", "trusted_recipient"),
        ("Invalid channel parameters", "messages#1110"),
    ),
}
USUAL_TITLE: Final = ("Invalid params", "messages#1150")

#: The first name of a path, after the place in the list of fallbacks.
_PART: Final = re.compile(r"(?:failover\[[0-9]+\]\.)?([a-z_]+)")


def refuse(body: Body) -> Problem | None:
    """Why this is no message, if it is none."""
    found = [*_message(body), *_failover(body)]
    return invalid(found) if found else None


def invalid(found: Sequence[Violation]) -> Problem:
    """The refusal of v1; its title says where the first mistake is."""
    first = found[0]
    part = _PART.match(first.name)
    title, anchor = TITLES.get(part[1] if part else "", USUAL_TITLE)
    return Problem(
        status=422,
        type=f"https://developer.vonage.com/api-errors/{anchor}",
        title=title,
        detail=f"{first.name} {first.reason}",
        violations=tuple(found),
    )


def drafts(body: Body) -> list[Draft]:
    """The message that an accepted request asks for, and those to fall back to."""
    following = document.items(body.get("failover")) or []
    bodies = [body, *(document.mapping(item) or {} for item in following)]
    return [_draft(each) for each in bodies]


def _draft(body: Body) -> Draft:
    channel = table.word(body, "channel") or ""
    kind = table.word(body, "message_type") or ""
    ttl = table.look(body, TTL_AT.get(channel, "ttl"))
    version = table.word(body, "webhook_version")
    return Draft(
        api="v1",
        channel=channel,
        message_type=kind,
        to=table.word(body, "to") or "",
        sender=table.word(body, "from") or "",
        text=table.word(body, "text") or "",
        encoding=table.word(body, "sms.encoding_type"),
        client_ref=table.word(body, "client_ref"),
        ttl=ttl if isinstance(ttl, int) and channel in HAS_TTL else None,
        # Not taken over by the messages to fall back to: nothing says that they are.
        webhook_url=table.word(body, "webhook_url"),
        webhook_version="v0.1" if version == "v0.1" else "v1",
        request=body,
    )


#: Channels with a time to live, and where it stands if not on top. (Messages v1 spec.)
HAS_TTL: Final = frozenset({"sms", "mms", "rcs", "viber_service"})
TTL_AT: Final[Mapping[str, str]] = {"viber_service": "viber_service.ttl"}


def _rules(channel: Channel, kind: str) -> Table:
    return (
        Field("message_type", one_of(*channel.carries)),
        Field("to", channel.to),
        Field("from", channel.sender),
        *COMMON,
        *channel.carries.get(kind, ()),
        *channel.options,
    )


#: Which rules hold is asked first.
_WHICH: Final[Table] = (Field("channel", one_of(*CHANNELS)),)

#: Channel and message type -> all rules of such a message.
_TABLES: Final[Mapping[tuple[str, str], Table]] = {
    (name, kind): _rules(channel, kind)
    for name, channel in CHANNELS.items()
    for kind in channel.carries
}


def _message(body: Body, within: str = "") -> list[Violation]:
    if found := table.violations(body, _WHICH, within=within):
        return found
    name = table.word(body, "channel") or ""
    kind = table.word(body, "message_type") or ""
    rules = _TABLES.get((name, kind)) or _rules(CHANNELS[name], kind)
    return table.violations(body, rules, within=within)


def _failover(body: Body) -> list[Violation]:
    found = table.violations(body, (Many("failover", needed=never),))
    if found:
        return found
    for position, item in enumerate(document.items(body.get("failover")) or []):
        inner = document.mapping(item) or {}
        here = f"failover[{position}]."
        found += _message(inner, here)
        if "failover" in inner:
            found.append(Violation(f"{here}failover", "is not for a fallback."))
    return found
