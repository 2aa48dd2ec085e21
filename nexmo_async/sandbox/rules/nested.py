"""What a nested message is: beta (2018) and v0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.problem import Problem
from nexmo_async.sandbox.records import Draft
from nexmo_async.sandbox.rules import table
from nexmo_async.sandbox.rules.checks import an_object, length, number, one_of
from nexmo_async.sandbox.rules.nested_content import content, options
from nexmo_async.sandbox.rules.table import Field, optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nexmo_async.sandbox.problem import Violation
    from nexmo_async.sandbox.rules.checks import Check
    from nexmo_async.sandbox.rules.nested_content import Generation, Spelling
    from nexmo_async.sandbox.rules.table import Body, Table

_ID: Final = length(1, 50)
_NUMBER: Final = number(1, 50)

#: channel -> key and rule of the recipient, key and rule of the sender.
#: A sender may be a name where the country allows it. (Messages v0.1 spec.)
PARTIES: Final[Mapping[str, tuple[str, Check, str, Check]]] = {
    "sms": ("number", _NUMBER, "number", _ID),
    "mms": ("number", _NUMBER, "number", _NUMBER),
    "whatsapp": ("number", _NUMBER, "number", _NUMBER),
    "messenger": ("id", _ID, "id", _ID),
    "viber_service_msg": ("number", _NUMBER, "id", _ID),
}

_MEDIA: Final = ("text", "image", "audio", "video", "file")

#: generation -> channel -> what it carries. (Messages beta and v0.1 specs.)
CARRIES: Final[Mapping[Generation, Mapping[str, tuple[str, ...]]]] = {
    "beta": {
        "sms": ("text",),
        "whatsapp": ("text", "template"),
        "messenger": (*_MEDIA, "template", "custom"),
        "viber_service_msg": ("text", "image", "template"),
    },
    "v0.1": {
        "sms": ("text",),
        "mms": ("image",),
        "whatsapp": (*_MEDIA, "template", "custom"),
        "messenger": (*_MEDIA, "custom"),
        "viber_service_msg": ("text", "image", "template", "custom"),
    },
}

#: Template parameters were objects before they were strings. (Beta and v0.1 specs.)
SPELLINGS: Final[Mapping[Generation, Spelling]] = {"beta": "objects", "v0.1": "strings"}

#: Longest time to live on Viber, in seconds. (Beta, Dispatch; Messages v0.1 spec.)
VIBER_TTL_SHORT: Final = 86_400
VIBER_TTL_LONG: Final = 259_200

#: Longest client reference. (Messages v0.1 spec.)
CLIENT_REF: Final = 40

#: The outside of a message. (Messages v0.1 spec.)
ENVELOPE: Final[Table] = (
    Field("to", an_object),
    Field("from", an_object),
    Field("message", an_object),
    Field("message.content", an_object),
)


def refuse(body: Body, api: Generation) -> Problem | None:
    """Why this is no message, if it is none."""
    return problem(violations(body, api))


def draft(body: Body, api: Generation) -> Draft:
    """The message that an accepted request asks for."""
    channel = table.word(body, "to.type") or ""
    to_key, _, from_key, _ = PARTIES[channel]
    ttl = table.look(body, "message.viber_service_msg.ttl")
    return Draft(
        api=api,
        channel=channel,
        message_type=table.word(body, "message.content.type") or "",
        to=table.word(body, f"to.{to_key}") or "",
        sender=table.word(body, f"from.{from_key}") or "",
        text=table.word(body, "message.content.text") or "",
        # The 2018 preview knew no client reference and gave none back.
        client_ref=None if api == "beta" else table.word(body, "client_ref"),
        ttl=ttl if isinstance(ttl, int) and channel == "viber_service_msg" else None,
        webhook_version="v0.1",
        request=body,
    )


def violations(
    body: Body, api: Generation, *, within: str = "", in_workflow: bool = False
) -> list[Violation]:
    """Everything that is wrong with a message, on its own or in a workflow."""
    if found := table.violations(body, ENVELOPE, within=within):
        return found
    carries = CARRIES[api]
    to_type = Field("to.type", one_of(*carries))
    if found := table.violations(body, (to_type,), within=within):
        return found
    channel = table.word(body, "to.type") or ""
    to_key, to_check, from_key, from_check = PARTIES[channel]
    kind = table.word(body, "message.content.type") or ""
    rules: Table = (
        Field(f"to.{to_key}", to_check),
        Field("from.type", one_of(channel)),
        Field(f"from.{from_key}", from_check),
        Field("message.content.type", one_of(*carries[channel])),
        *(() if api == "beta" else (optional("client_ref", length(1, CLIENT_REF)),)),
    )
    if kind in carries[channel]:
        spelling = "both" if in_workflow else SPELLINGS[api]
        rules = (*rules, *content(channel, kind, spelling))
    if not (api == "beta" and channel == "whatsapp"):
        long = api == "v0.1" and not in_workflow
        most = VIBER_TTL_LONG if long else VIBER_TTL_SHORT
        rules = (*rules, *options(channel, viber_ttl=most))
    return table.violations(body, rules, within=within)


def problem(found: Sequence[Violation]) -> Problem | None:
    """The refusal of these generations, from their specs."""
    if not found:
        return None
    return Problem(
        status=400,
        type="https://www.nexmo.com/messages/Errors#InvalidParams",
        title="Invalid Parameters",
        detail=f"{found[0].name} {found[0].reason}",
        violations=tuple(found),
    )
