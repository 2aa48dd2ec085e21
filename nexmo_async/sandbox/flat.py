"""What v1 accepts: a flat message, and a list of others to fall back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import document, rules
from nexmo_async.sandbox.checks import (
    LOCALE,
    SCOPED_USER,
    an_object,
    digits,
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
from nexmo_async.sandbox.rules import Field, equals, optional, present
from nexmo_async.sandbox.store import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from nexmo_async.sandbox.checks import Check
    from nexmo_async.sandbox.rules import Body

    Table: TypeAlias = tuple[Field, ...]

_NUMBER: Final = number(7, 15)
_ID: Final = length(1, 50)
_PERSON: Final = either(_NUMBER, matching(SCOPED_USER, "a number"))

#: channel -> rule of the recipient, rule of the sender. A sender of SMS may be a
#: name, one of MMS a short code. (Messages v1 spec.)
PARTIES: Final[Mapping[str, tuple[Check, Check]]] = {
    "sms": (_NUMBER, _ID),
    "whatsapp": (_PERSON, _PERSON),
    "messenger": (_ID, _ID),
    "viber_service": (_NUMBER, _ID),
}


def _text(most: int) -> Table:
    return (Field("text", length(1, most)),)


def _media(
    kind: str,
    *endings: str,
    caption: bool = False,
    name: int | None = None,
) -> Table:
    """A file that lies at a URL, with or without words below it."""
    return (
        Field(kind, an_object),
        Field(f"{kind}.url", url(endings=endings)),
        *((optional(f"{kind}.caption", length(1, 3000)),) if caption else ()),
        *(() if name is None else (optional(f"{kind}.name", length(1, name)),)),
    )


_TEMPLATE: Final[Table] = (
    Field("template", an_object),
    Field("template.name", length(1, 512)),
    optional("template.parameters", list_of(length(0, 4096))),
)

_VIBER_VIDEO: Final[Table] = (
    *_media("video", "mp4", "3gpp", "3gp", "mov", "m4v", caption=True),
    Field("video.thumb_url", url(most=1000)),
    Field("viber_service", an_object),
    Field("viber_service.duration", digits(1, 600)),
    Field("viber_service.file_size", digits(1, 200)),
)

#: What Viber takes as a file. (Messages v1 spec.)
_VIBER_FILES: Final = (
    *("doc", "docx", "rtf", "dot", "dotx", "odt", "odf", "fodt", "txt", "info"),
    *("pdf", "xps", "pdax", "eps", "xls", "xlsx", "ods", "fods", "csv"),
    *("xlsm", "xltx"),
)

#: channel -> message type -> the rules of the content. A new channel, or a new type,
#: is a new row. (Messages v1 spec, 1.20.)
CARRIES: Final[Mapping[str, Mapping[str, Table]]] = {
    "sms": {"text": _text(3200)},
    "whatsapp": {
        "text": _text(4096),
        "image": _media("image", "jpg", "jpeg", "png", caption=True),
        "audio": _media("audio", "aac", "m4a", "amr", "mp3", "opus"),
        "video": _media("video", "mp4", "3gpp", "3gp", caption=True),
        "file": _media("file", caption=True, name=240),
        "template": _TEMPLATE,
        "custom": (Field("custom", an_object),),
    },
    "messenger": {
        "text": _text(640),
        "image": _media("image", "jpg", "jpeg", "png", "gif"),
        "audio": _media("audio", "mp3"),
        "video": _media("video", "mp4"),
        "file": _media("file"),
    },
    "viber_service": {
        "text": _text(1000),
        "image": _media("image", "jpg", "jpeg", "png", caption=True),
        "video": _VIBER_VIDEO,
        "file": _media("file", *_VIBER_FILES, name=25),
    },
}

_ACTION: Final = object_of(url=url(), text=length(1, 30))

#: channel -> the rules of its own options. (Messages v1 spec, 1.20.)
OPTIONS: Final[Mapping[str, Table]] = {
    "sms": (
        optional("ttl", whole(20, 604_800)),
        optional("sms", an_object),
        optional("sms.encoding_type", one_of("text", "unicode", "auto")),
        optional("sms.content_id", length(1, 100)),
        optional("sms.entity_id", length(1, 100)),
        optional("sms.pool_id", length(1, 100)),
    ),
    "whatsapp": (
        Field("whatsapp", an_object, equals("message_type", "template")),
        Field(
            "whatsapp.locale",
            matching(LOCALE, "a language such as en_GB"),
            equals("message_type", "template"),
        ),
        optional("whatsapp.policy", one_of("deterministic")),
        optional("context", an_object),
        optional("context.message_uuid", length(1, 200)),
    ),
    "messenger": (
        optional("messenger", an_object),
        optional("messenger.category", one_of("response", "update", "message_tag")),
        Field(
            "messenger.tag",
            length(1, 100),
            equals("messenger.category", "message_tag"),
        ),
    ),
    "viber_service": (
        optional("viber_service", an_object),
        optional("viber_service.category", one_of("transaction", "promotion")),
        optional("viber_service.ttl", whole(30, 259_200)),
        optional("viber_service.type", length(1, 50)),
    ),
}

#: The rules of a button below a Viber message: texts and pictures only, and a
#: picture needs words as well. (Messages v1 spec.)
ACTIONS: Final[Mapping[str, Table]] = {
    "text": (optional("viber_service.action", _ACTION),),
    "image": (
        optional("viber_service.action", _ACTION),
        Field("image.caption", length(1, 3000), present("viber_service.action")),
    ),
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
    "sms": ("Invalid channel parameters", "messages#1110"),
    "ttl": ("Invalid channel parameters", "messages#1110"),
    "whatsapp": ("Invalid channel parameters", "messages#1110"),
    "messenger": ("Invalid channel parameters", "messages#1110"),
    "viber_service": ("Invalid channel parameters", "messages#1110"),
}
USUAL_TITLE: Final = ("Invalid params", "messages#1150")


def refuse(body: Body) -> Problem | None:
    """Why this is no message, if it is none."""
    found = [*_message(body), *_failover(body)]
    if not found:
        return None
    first = found[0]
    part = first.name.rpartition("].")[2].partition(".")[0]
    title, anchor = TITLES.get(part, USUAL_TITLE)
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
    channel = rules.word(body, "channel") or ""
    kind = rules.word(body, "message_type") or ""
    ttl = rules.look(body, TTL_AT.get(channel, "ttl"))
    version = rules.word(body, "webhook_version")
    return Draft(
        api="v1",
        channel=channel,
        message_type=kind,
        to=rules.word(body, "to") or "",
        sender=rules.word(body, "from") or "",
        text=rules.word(body, "text") or "",
        encoding=rules.word(body, "sms.encoding_type"),
        client_ref=rules.word(body, "client_ref"),
        ttl=ttl if isinstance(ttl, int) and channel in HAS_TTL else None,
        # Not taken over by the messages to fall back to: nothing says that they are.
        webhook_url=rules.word(body, "webhook_url"),
        webhook_version="v0.1" if version == "v0.1" else "v1",
        request=body,
    )


#: Channels with a time to live, and where it stands if not on top. (Messages v1 spec.)
HAS_TTL: Final = frozenset({"sms", "mms", "rcs", "viber_service"})
TTL_AT: Final[Mapping[str, str]] = {"viber_service": "viber_service.ttl"}


def _message(body: Body, within: str = "") -> list[Violation]:
    which = Field("channel", one_of(*CARRIES))
    found = rules.violations(body, (which,), within=within)
    if found:
        return found
    channel = rules.word(body, "channel") or ""
    carries = CARRIES[channel]
    to_check, from_check = PARTIES[channel]
    kind = rules.word(body, "message_type") or ""
    table: Table = (
        Field("message_type", one_of(*carries)),
        Field("to", to_check),
        Field("from", from_check),
        *COMMON,
        *carries.get(kind, ()),
        *OPTIONS[channel],
        *(ACTIONS.get(kind, ()) if channel == "viber_service" else ()),
    )
    return rules.violations(body, table, within=within)


def _failover(body: Body) -> list[Violation]:
    found = rules.violations(body, (optional("failover", list_of(an_object)),))
    for position, item in enumerate(document.items(body.get("failover")) or []):
        inner = document.mapping(item)
        if inner is None:
            continue
        here = f"failover[{position}]."
        found += _message(inner, here)
        if "failover" in inner:
            found.append(Violation(f"{here}failover", "is not for a fallback."))
    return found
