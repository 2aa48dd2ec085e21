"""What a nested message holds: beta (2018) and v0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from nexmo_async.sandbox.rules.checks import (
    LOCALE,
    an_object,
    either,
    length,
    matching,
    one_of,
    some_text,
    url,
    whole,
)
from nexmo_async.sandbox.rules.content import CAPTION
from nexmo_async.sandbox.rules.table import Field, Many, equals, never, optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.rules.checks import Check
    from nexmo_async.sandbox.rules.table import Body, Table

Generation: TypeAlias = Literal["beta", "v0.1"]
#: How template parameters are written: objects at first, later strings. Dispatch
#: documents the old form, and passes on what messages accept.
Spelling: TypeAlias = Literal["objects", "strings", "both"]

#: The longest text of each channel. (Messages v0.1 spec.)
LONGEST: Final[Mapping[str, int]] = {
    "sms": 1000,
    "viber_service_msg": 1000,
    "messenger": 640,
    "whatsapp": 4096,
}

#: channel -> kind -> where such a file may lie; others lie anywhere.
#: (Messages v0.1 spec.)
FILES: Final[Mapping[str, Mapping[str, Check]]] = {
    "mms": {"image": url("jpg", "jpeg", "png", "gif")},
    "messenger": {
        "image": url("jpg", "jpeg", "png", "gif"),
        "audio": url("mp3"),
        "video": url("mp4"),
    },
    "whatsapp": {
        "image": url("jpg", "jpeg", "png"),
        "audio": url("aac", "m4a", "amr", "mp3", "opus"),
        "video": url("mp4", "3gpp", "3gp"),
        "file": url("pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx"),
    },
    "viber_service_msg": {"image": url("jpg", "jpeg", "png")},
}

#: Where words may stand below a picture or a file. (Messages v0.1 spec.)
CAPTIONED: Final = frozenset(
    {
        ("whatsapp", "image"),
        ("mms", "image"),
        ("whatsapp", "file"),
        ("messenger", "file"),
    }
)

_PARAMETER: Final = length(0, 4096)

#: Spelling -> what one parameter is.
PARAMETERS: Final[Mapping[Spelling, Check]] = {
    "objects": an_object,
    "strings": _PARAMETER,
    "both": either(_PARAMETER, an_object),
}


def content(channel: str, kind: str, spelling: Spelling) -> Table:
    """The rules of the content itself."""
    here = f"message.content.{kind}"
    if kind == "text":
        return (Field(here, length(1, LONGEST[channel])),)
    if kind == "custom":
        return (Field(here, an_object),)
    if kind == "template":
        return (
            Field(here, an_object),
            Field(f"{here}.name", length(1, 512)),
            Many(
                f"{here}.parameters",
                PARAMETERS[spelling],
                inside=_default,
                needed=never,
            ),
        )
    caption = (channel, kind) in CAPTIONED
    return (
        Field(here, an_object),
        Field(f"{here}.url", FILES[channel].get(kind, url())),
        *((optional(f"{here}.caption", CAPTION),) if caption else ()),
    )


def options(channel: str, *, viber_ttl: int) -> Table:
    """The rules of the channel's own options."""
    here = f"message.{channel}"
    tables: Mapping[str, Table] = {
        "messenger": (
            optional(here, an_object),
            optional(f"{here}.category", one_of("response", "update", "message_tag")),
            Field(f"{here}.tag", some_text, equals(f"{here}.category", "message_tag")),
        ),
        "viber_service_msg": (
            optional(here, an_object),
            optional(f"{here}.category", one_of("transaction", "promotion")),
            optional(f"{here}.ttl", whole(30, viber_ttl)),
            optional(f"{here}.type", some_text),
        ),
        "whatsapp": (
            Field(here, an_object, _A_TEMPLATE),
            Field(
                f"{here}.locale",
                matching(LOCALE, "a language such as en-GB"),
                _A_TEMPLATE,
            ),
            optional(f"{here}.policy", one_of("deterministic")),
        ),
    }
    return tables.get(channel, ())


_A_TEMPLATE: Final = equals("message.content.type", "template")


def _default(_: Body) -> Table:
    """The rules of a parameter that is an object."""
    return (Field("default", _PARAMETER),)
