"""Channels as they are: what they allow, and how long they take. Only if asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nexmo_async.sandbox import document
from nexmo_async.sandbox.life import PLAIN, Pace
from nexmo_async.sandbox.rules import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nexmo_async.sandbox.dice import Dice
    from nexmo_async.sandbox.records import Draft

#: How long after somebody wrote a business may answer freely. (Channel guides.)
WINDOW: Final = timedelta(hours=24)

#: What a message outside of it is rejected with. (Messages error codes.)
OUTSIDE: Final = 1340

#: Categories of Messenger that need no answer to wait for. (Messages specs.)
MESSENGER_AT_ANY_TIME: Final = frozenset({"update", "message_tag"})


#: Channel -> the median seconds until it is submitted, delivered and read. Nobody
#: publishes these: an order of magnitude, with the long tail that phones have which
#: are switched off and people who are asleep.
MEDIANS: Final[Mapping[str, tuple[float, float, float]]] = {
    "sms": (0.4, 3.0, 0.0),
    "mms": (0.8, 8.0, 0.0),
    "rcs": (0.3, 1.5, 90.0),
    "whatsapp": (0.2, 1.0, 60.0),
    "messenger": (0.2, 1.0, 120.0),
    "viber": (0.2, 1.5, 90.0),
    "email": (1.0, 5.0, 1_800.0),
}

#: How far the seconds of each status lie apart: `exp` of it is one step of the bell.
SPREADS: Final = (0.4, 0.8, 1.2)


def pace(channel: str, dice: Dice, *name: object) -> Pace:
    """How long one message takes on a channel; some take much longer than most.

    Args:
        channel: What carries it, by any of its names.
        dice: What draws the seconds.
        name: Which message it is.
    """
    submitted, delivered, read = (
        dice.around(median, spread, "pace", index, *name)
        for index, (median, spread) in enumerate(
            zip(MEDIANS[PLAIN[channel]], SPREADS, strict=True)
        )
    )
    return Pace(submitted=submitted, delivered=delivered, read=read)


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
