"""What the channels allow a business to say, and when. Only asked for if one wants."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import document
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.rules import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.sandbox.records import Draft

#: How long after somebody wrote a business may answer freely. (Channel guides.)
WINDOW: Final = timedelta(hours=24)

#: What a message outside of it is rejected with. (Messages error codes.)
OUTSIDE: Final = 1340

#: Categories of Messenger that need no answer to wait for. (Messages specs.)
MESSENGER_AT_ANY_TIME: Final = frozenset({"update", "message_tag"})


def refusal(draft: Draft, last_heard: datetime | None, now: datetime) -> int | None:
    """The code that a message is rejected with, if the channel does not allow it.

    Args:
        draft: The message.
        last_heard: When the recipient last wrote on this channel.
        now: The moment.
    """
    if last_heard is not None and now - last_heard <= WINDOW:
        return None
    match PLAIN[draft.channel]:
        case "whatsapp" if not _is_template(draft):
            return OUTSIDE
        case "messenger" if _category(draft.request) not in MESSENGER_AT_ANY_TIME:
            return OUTSIDE
        case _:
            return None


def _is_template(draft: Draft) -> bool:
    if draft.message_type == "template":
        return True
    paths = ("custom.type", "message.content.custom.type")
    return any(table.word(draft.request, path) == "template" for path in paths)


def _category(request: Mapping[str, object]) -> str | None:
    inner = document.mapping(request.get("message")) or request
    return table.word(inner, "messenger.category")
