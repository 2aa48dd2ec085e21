"""What somebody may write to the account, as the webhooks can tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.problem import Violation
from nexmo_async.sandbox.rules import table
from nexmo_async.sandbox.rules.checks import (
    a_list,
    an_object,
    length,
    one_of,
    some_text,
)
from nexmo_async.sandbox.rules.table import Field, optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.records import Api
    from nexmo_async.sandbox.rules.checks import Check
    from nexmo_async.sandbox.rules.table import Body, Table

_OLD: Final[Mapping[str, tuple[str, ...]]] = {
    "sms": ("text",),
    "mms": ("image",),
    "whatsapp": (
        *("text", "image", "audio", "video", "file", "location", "template"),
        "unsupported",
    ),
    "messenger": (
        *("text", "image", "audio", "video", "file", "location", "unsupported"),
    ),
    "viber": ("text", "unsupported"),
}

#: generation -> channel -> types of messages that people write.
#: (Messages beta, v0.1 and v1 specs, inbound webhooks.)
KINDS: Final[Mapping[Api, Mapping[str, tuple[str, ...]]]] = {
    "beta": _OLD,
    "v0.1": _OLD,
    "v1": {
        "sms": ("text",),
        "mms": ("text", "image", "vcard", "audio", "video", "file", "content"),
        "rcs": (
            *("text", "image", "video", "audio", "file", "vcard", "location"),
            *("reply", "button"),
        ),
        "whatsapp": (
            *("text", "image", "video", "file", "audio", "location", "contacts"),
            *("reply", "button", "order", "sticker", "reaction", "unsupported"),
        ),
        "messenger": ("text", "image", "video", "file", "audio", "unsupported"),
        "viber": ("text", "image", "video", "file"),
    },
}

_OLD_EXTRAS: Final[Mapping[str, Mapping[str, Check]]] = {
    "sms": {"sms": an_object, "usage": an_object},
}

#: generation -> channel -> what may stand around the content. (The same specs.)
EXTRAS: Final[Mapping[Api, Mapping[str, Mapping[str, Check]]]] = {
    "beta": _OLD_EXTRAS,
    "v0.1": _OLD_EXTRAS,
    "v1": {
        "sms": {"sms": an_object, "usage": an_object, "origin": an_object},
        "mms": {"mms": an_object, "origin": an_object},
        "rcs": {"context_status": one_of("none")},
        "whatsapp": {
            "profile": an_object,
            "context_status": one_of("none", "available", "unavailable"),
            "context": an_object,
            "provider_message": some_text,
            "whatsapp": an_object,
        },
        "viber": {"context": an_object},
    },
}

#: Types whose content is a list.
LISTS: Final = frozenset({"contacts", "content"})

#: What is said of every message.
ENVELOPE: Final[Table] = (
    optional("api", one_of(*KINDS)),
    Field("channel", one_of(*PLAIN)),
    Field("from", length(1, 200)),
    Field("to", length(1, 200)),
)


def generation(body: Body) -> Api:
    """Which API tells of it."""
    match body.get("api"):
        case "beta":
            return "beta"
        case "v0.1":
            return "v0.1"
        case _:
            return "v1"


def violations(body: Body) -> list[Violation]:
    """Everything that the webhooks could not tell."""
    if found := table.violations(body, ENVELOPE):
        return found
    api = generation(body)
    plain = PLAIN[table.word(body, "channel") or ""]
    kinds = KINDS[api].get(plain)
    if kinds is None:
        return [Violation("channel", f"has nothing inbound on {api}.")]
    if found := table.violations(body, (optional("type", one_of(*kinds)),)):
        return found
    content = _content(table.word(body, "type") or "text")
    extras = EXTRAS[api].get(plain, {})
    around = tuple(optional(name, check) for name, check in extras.items())
    known = {rule.path for rule in (*ENVELOPE, *content, *around)} | {"type"}
    return [
        *table.violations(body, (*content, *around)),
        *(
            Violation(name, f"is not part of what {plain} tells on {api}.")
            for name in body
            if name not in known
        ),
    ]


def _content(kind: str) -> Table:
    if kind == "text":
        return (Field("text", length(1, 4096)),)
    if kind == "unsupported":
        return ()
    return (optional(kind, a_list if kind in LISTS else an_object),)
