"""SMS and MMS: what a telephone has always taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    a_boolean,
    an_object,
    number,
    one_of,
    some_text,
    url,
    whole,
)
from nexmo_async.sandbox.rules.content import CAPTION, ID, NUMBER, media, text
from nexmo_async.sandbox.rules.table import (
    Channel,
    Field,
    Many,
    never,
    optional,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.rules.checks import Check
    from nexmo_async.sandbox.rules.table import Body, Table

#: A sender of MMS may be a short code of the USA. (Messages v1 spec.)
_SENDER: Final = number(3, 15)

#: SMS. A sender may be a name where the country allows it. (Messages v1 spec, 1.20.)
SMS: Final = Channel(
    to=NUMBER,
    sender=ID,
    carries={"text": text(3200)},
    options=(
        optional("ttl", whole(20, 604_800)),
        optional("trusted_recipient", a_boolean),
        optional("sms", an_object),
        optional("sms.encoding_type", one_of("text", "unicode", "auto")),
        optional("sms.content_id", some_text),
        optional("sms.entity_id", some_text),
        optional("sms.pool_id", some_text),
    ),
)

#: Kind of attachment -> where it may lie. One ending is spelled `3pg` in the spec.
ATTACHMENTS: Final[Mapping[str, Check]] = {
    "image": url("jpg", "jpeg", "png", "gif", "bmp"),
    "vcard": url("vcf"),
    "audio": url("mp3", "amr", "midi", "mid", "wav", "ac3"),
    "video": url("mp4", "3gp", "3gpp", "3pg", "avi", "mpg"),
    "file": url(),
}


def _attachment(member: Body) -> Table:
    """The rules of one attachment among several."""
    return (
        Field("type", one_of(*ATTACHMENTS)),
        Field("url", ATTACHMENTS.get(word(member, "type") or "", url())),
        optional("caption", CAPTION),
    )


#: MMS, alone or to a group. (Messages v1 spec, 1.20.)
MMS: Final = Channel(
    to=NUMBER,
    sender=_SENDER,
    carries={
        "text": text(),
        **{
            kind: media(kind, address, caption=True)
            for kind, address in ATTACHMENTS.items()
        },
        "content": (Many("content", inside=_attachment, least=1),),
    },
    options=(
        optional("ttl", whole(300, 259_200)),
        optional("trusted_recipient", a_boolean),
        optional("mms", an_object),
        Many("mms.participants", NUMBER, least=1, needed=never),
    ),
)
