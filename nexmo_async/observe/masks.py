"""What may be shown of the people that messages go to: in logs, spans and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nexmo_async.observe.events import Subject

#: Characters of an address that are shown at its end.
SHOWN: Final = 3

#: What may be a phone number, in words that somebody else chose. The digits of a uuid
#: or of a reference stand beside letters.
_NUMBER: Final = re.compile(r"(?<![\w-])\+?\d{7,15}(?![\w-])")


def masked(address: str) -> str:
    """All but the last characters as asterisks; short ones altogether."""
    shown = SHOWN if len(address) > 2 * SHOWN else 0
    hidden = len(address) - shown
    return "*" * hidden + address[hidden:]


def without(subject: Subject, words: str) -> str:
    """The words, with the recipient and whatever may be a phone number masked."""
    if subject.recipient:
        words = words.replace(subject.recipient, masked(subject.recipient))
    return _NUMBER.sub(lambda found: masked(found[0]), words)
