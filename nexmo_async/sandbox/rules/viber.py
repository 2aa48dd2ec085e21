"""Viber: its options stand in an object of their own, the time to live among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    an_object,
    digits,
    length,
    one_of,
    some_text,
    url,
    whole,
)
from nexmo_async.sandbox.rules.content import CAPTION, ID, NUMBER, media, text
from nexmo_async.sandbox.rules.table import Channel, Field, optional, present

if TYPE_CHECKING:
    from nexmo_async.sandbox.rules.table import Table

#: A button: below texts and pictures only. (Messages v1 spec.)
_ACTION: Final[Table] = (
    optional("viber_service.action", an_object),
    Field("viber_service.action.url", url()),
    Field("viber_service.action.text", length(1, 30)),
)

_IMAGE: Final[Table] = (
    *media("image", url("jpg", "jpeg", "png")),
    # A picture with a button needs words as well.
    Field("image.caption", CAPTION, present("viber_service.action")),
    *_ACTION,
)

_VIDEO: Final[Table] = (
    *media("video", caption=True),
    Field("video.thumb_url", url(most=1000)),
    Field("viber_service", an_object),
    Field("viber_service.duration", digits(1, 600)),
    Field("viber_service.file_size", digits(1, 200)),
)

#: What may be sent as a file. (Messages v1 spec.)
_FILES: Final = (
    *("doc", "docx", "rtf", "dot", "dotx", "odt", "odf", "fodt", "txt", "info"),
    *("pdf", "xps", "pdax", "eps", "xls", "xlsx", "ods", "fods", "csv"),
    *("xlsm", "xltx"),
)

#: Viber. (Messages v1 spec, 1.20.)
VIBER: Final = Channel(
    to=NUMBER,
    sender=ID,
    carries={
        "text": (*text(1000), *_ACTION),
        "image": _IMAGE,
        "video": _VIDEO,
        "file": (
            *media("file", url(*_FILES)),
            optional("file.name", length(1, 25)),
        ),
    },
    options=(
        optional("viber_service", an_object),
        optional("viber_service.category", one_of("transaction", "promotion")),
        optional("viber_service.ttl", whole(30, 259_200)),
        optional("viber_service.type", some_text),
    ),
)
