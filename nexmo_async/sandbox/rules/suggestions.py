"""What a person may tap below an RCS message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox.rules.checks import (
    DEGREES,
    DIALLED,
    MOMENT,
    length,
    matching,
    one_of,
    some_text,
    url,
)
from nexmo_async.sandbox.rules.table import Field, Many, never, optional, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.sandbox.rules.table import Body, Table

_MOMENT: Final = matching(MOMENT, "a moment such as 2026-01-01T14:00:00Z")
_DEGREES: Final = matching(DEGREES, "degrees in a string, such as 51.5")
_FALLBACK: Final = optional("fallback_url", url())

#: The spec demands it of those that open or create something; the service's own
#: libraries leave it out, so it is not demanded here.
_DESCRIPTION: Final = optional("description", length(1, 500))

#: Kind -> what it needs besides its words. (Messages v1 spec, 1.20.)
KINDS: Final[Mapping[str, Table]] = {
    "reply": (),
    "dial": (
        Field("phone_number", matching(DIALLED, "a telephone number")),
        _FALLBACK,
    ),
    "view_location": (
        Field("latitude", _DEGREES),
        Field("longitude", _DEGREES),
        Field("pin_label", some_text),
        _FALLBACK,
    ),
    "share_location": (),
    "open_url": (Field("url", url()), _DESCRIPTION),
    "open_url_in_webview": (
        Field("url", url()),
        _DESCRIPTION,
        optional("view_mode", one_of("FULL", "TALL", "HALF")),
    ),
    "create_calendar_event": (
        Field("start_time", _MOMENT),
        Field("end_time", _MOMENT),
        Field("title", length(1, 100)),
        _DESCRIPTION,
        _FALLBACK,
    ),
}


def suggestions(path: str, most: int) -> Many:
    """Up to so many of them."""
    return Many(path, inside=_suggestion, most=most, needed=never)


def _suggestion(member: Body) -> Table:
    return (
        Field("type", one_of(*KINDS)),
        Field("text", length(1, 25)),
        Field("postback_data", some_text),
        *KINDS.get(word(member, "type") or "", ()),
    )
