"""What the nested generations accept: beta (2018) and v0.1, messages and workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox import document, rules
from nexmo_async.sandbox.checks import LOCALE as LOCALE_FORM
from nexmo_async.sandbox.checks import (
    an_object,
    either,
    length,
    list_of,
    matching,
    number,
    object_of,
    one_of,
    url,
    whole,
)
from nexmo_async.sandbox.problem import Problem, Violation
from nexmo_async.sandbox.rules import Field, equals, optional
from nexmo_async.sandbox.store import Draft
from nexmo_async.sandbox.workflow import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, TypeAlias

    from nexmo_async.sandbox.checks import Check
    from nexmo_async.sandbox.rules import Body

    Generation: TypeAlias = Literal["beta", "v0.1"]
    Table: TypeAlias = tuple[Field, ...]

_ID: Final = length(1, 50)
_NUMBER: Final = number(1, 50)

#: channel -> key and rule of the recipient, key and rule of the sender.
#: A sender may be a name where the country allows it. (Messages v0.1 spec.)
PARTIES: Final[Mapping[str, tuple[str, Check, str, Check]]] = {
    "sms": ("number", _NUMBER, "number", _ID),
    "mms": ("number", _NUMBER, "number", _ID),
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

#: The longest text of each channel. (Messages v0.1 spec.)
LONGEST: Final[Mapping[str, int]] = {
    "sms": 1000,
    "viber_service_msg": 1000,
    "messenger": 640,
    "whatsapp": 4096,
}

#: Kinds of pictures. (Messages v0.1 spec.)
PICTURES: Final[Mapping[str, tuple[str, ...]]] = {
    "mms": ("jpg", "jpeg", "png", "gif"),
    "messenger": ("jpg", "jpeg", "png", "gif"),
    "whatsapp": ("jpg", "jpeg", "png"),
    "viber_service_msg": ("jpg", "jpeg", "png"),
}

#: Channels whose pictures may have a caption. (Messages v0.1 spec.)
CAPTIONED: Final = frozenset({"whatsapp", "mms"})

_STRINGS: Final = list_of(length(0, 4096))
_DEFAULTS: Final = list_of(object_of(default=length(0, 4096)))

#: Template parameters: objects at first, later strings. (Messages beta, v0.1 specs.)
PARAMETERS: Final[Mapping[Generation, Check]] = {
    "beta": _DEFAULTS,
    "v0.1": _STRINGS,
}

#: Longest time to live on Viber, in seconds. (Beta, Dispatch; Messages v0.1 spec.)
VIBER_TTL_SHORT: Final = 86_400
VIBER_TTL_LONG: Final = 259_200

#: Longest client reference. (Messages v0.1 spec.)
CLIENT_REF: Final = 40

#: What a step waits for, and how many seconds. (Workflows beta, Dispatch specs.)
EXPIRY: Final = whole(15, 86_400)
CONDITION: Final = one_of("delivered", "read")

#: Channels that never report `read`, so no step can wait for it. (Dispatch guide.)
NEVER_READ: Final = frozenset({"sms", "mms"})


def refuse(body: Body, api: Generation) -> Problem | None:
    """Why this is no message, if it is none."""
    return _problem(_message(body, api))


def refuse_workflow(body: Body, api: Generation) -> Problem | None:
    """Why this is no workflow, if it is none."""
    found = rules.violations(body, WORKFLOW)
    if not found:
        steps = document.items(body["workflow"]) or []
        for position, step in enumerate(steps):
            found += _step(step, api, position=position, last=len(steps) - 1)
    problem = _problem(found)
    # Here `invalid_parameters` is one object. (Workflows beta, Dispatch specs.)
    return problem and attrs.evolve(problem, only_first=True)


def draft(body: Body, api: Generation) -> Draft:
    """The message that an accepted request asks for."""
    channel = rules.word(body, "to.type") or ""
    to_key, _, from_key, _ = PARTIES[channel]
    ttl = rules.look(body, "message.viber_service_msg.ttl")
    return Draft(
        api=api,
        channel=channel,
        message_type=rules.word(body, "message.content.type") or "",
        to=rules.word(body, f"to.{to_key}") or "",
        sender=rules.word(body, f"from.{from_key}") or "",
        text=rules.word(body, "message.content.text") or "",
        # The 2018 preview knew no client reference and gave none back.
        client_ref=None if api == "beta" else rules.word(body, "client_ref"),
        ttl=ttl if isinstance(ttl, int) and channel in VIBER else None,
        webhook_version="v0.1",
        request=body,
    )


def steps(body: Body, api: Generation) -> list[Step]:
    """The steps that an accepted workflow asks for."""
    found: list[Step] = []
    for item in document.items(body["workflow"]) or []:
        step = document.mapping(item) or {}
        within = rules.look(step, "failover.expiry_time")
        wants_read = rules.word(step, "failover.condition_status") == "read"
        found.append(
            Step(
                draft(step, api),
                "read" if wants_read else "delivered",
                within if isinstance(within, int) else None,
            )
        )
    return found


#: Channels whose options stand under their own name.
VIBER: Final = frozenset({"viber_service_msg"})

#: The outside of a message. (Messages v0.1 spec.)
ENVELOPE: Final[Table] = (
    Field("to", an_object),
    Field("from", an_object),
    Field("message", an_object),
    Field("message.content", an_object),
)

#: The outside of a workflow. (Dispatch spec.)
WORKFLOW: Final[Table] = (
    Field("template", one_of("failover")),
    Field("workflow", list_of(an_object, least=1)),
)


def _options(channel: str, *, viber_ttl: int) -> Table:
    """The channel's own options, from the Messages v0.1 spec."""
    tables: Mapping[str, Table] = {
        "messenger": (
            optional("message.messenger", an_object),
            optional(
                "message.messenger.category",
                one_of("response", "update", "message_tag"),
            ),
            Field(
                "message.messenger.tag",
                length(1, 100),
                equals("message.messenger.category", "message_tag"),
            ),
        ),
        "viber_service_msg": (
            optional("message.viber_service_msg", an_object),
            optional(
                "message.viber_service_msg.category",
                one_of("transaction", "promotion"),
            ),
            optional("message.viber_service_msg.ttl", whole(30, viber_ttl)),
            optional("message.viber_service_msg.type", length(1, 50)),
        ),
        "whatsapp": (
            Field(
                "message.whatsapp",
                an_object,
                equals("message.content.type", "template"),
            ),
            Field(
                "message.whatsapp.locale",
                matching(LOCALE_FORM, "a language such as en-GB"),
                equals("message.content.type", "template"),
            ),
            optional("message.whatsapp.policy", one_of("deterministic")),
        ),
    }
    return tables.get(channel, ())


def _content(channel: str, kind: str, parameters: Check) -> Table:
    """The content itself, from the Messages v0.1 spec."""
    here = f"message.content.{kind}"
    caption = optional(f"{here}.caption", length(1, 3000))
    link = Field(f"{here}.url", url())
    tables: Mapping[str, Table] = {
        "text": (Field(here, length(1, LONGEST.get(channel, 1000))),),
        "image": (
            Field(here, an_object),
            Field(f"{here}.url", url(endings=PICTURES.get(channel, ()))),
            *((caption,) if channel in CAPTIONED else ()),
        ),
        "audio": (Field(here, an_object), link),
        "video": (Field(here, an_object), link),
        "file": (Field(here, an_object), link, caption),
        "template": (
            Field(here, an_object),
            Field(f"{here}.name", length(1, 512)),
            optional(f"{here}.parameters", parameters),
        ),
        "custom": (Field(here, an_object),),
    }
    return tables[kind]


def _message(
    body: Body, api: Generation, *, within: str = "", in_workflow: bool = False
) -> list[Violation]:
    found = rules.violations(body, ENVELOPE, within=within)
    if found:
        return found
    carries = CARRIES[api]
    to_type = Field("to.type", one_of(*carries))
    found = rules.violations(body, (to_type,), within=within)
    if found:
        return found
    channel = rules.word(body, "to.type") or ""
    to_key, to_check, from_key, from_check = PARTIES[channel]
    kinds = one_of(*carries[channel])
    table: Sequence[Field] = (
        Field(f"to.{to_key}", to_check),
        Field("from.type", one_of(channel)),
        Field(f"from.{from_key}", from_check),
        Field("message.content.type", kinds),
        *(() if api == "beta" else (optional("client_ref", length(1, CLIENT_REF)),)),
    )
    kind = rules.word(body, "message.content.type") or ""
    if kind in carries[channel]:
        parameters = PARAMETERS[api]
        if in_workflow:
            # Dispatch documents the old form, and passes on what messages accept.
            parameters = either(_STRINGS, _DEFAULTS)
        table = (*table, *_content(channel, kind, parameters))
    long = api == "v0.1" and not in_workflow
    if not (api == "beta" and channel == "whatsapp"):
        most = VIBER_TTL_LONG if long else VIBER_TTL_SHORT
        table = (*table, *_options(channel, viber_ttl=most))
    return rules.violations(body, table, within=within)


def _step(
    item: object, api: Generation, *, position: int, last: int
) -> list[Violation]:
    step = document.mapping(item) or {}
    here = f"workflow[{position}]."
    found = _message(step, api, within=here, in_workflow=True)
    if position == last:
        if "failover" in step:
            found.append(Violation(f"{here}failover", "is not for the last step."))
        return found
    condition = CONDITION
    if rules.word(step, "to.type") in NEVER_READ:
        condition = one_of("delivered")
    table = (
        Field("failover", an_object),
        Field("failover.expiry_time", EXPIRY),
        Field("failover.condition_status", condition),
    )
    return found + rules.violations(step, table, within=here)


def _problem(found: Sequence[Violation]) -> Problem | None:
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
