"""How long a text message is: GSM 03.38 letters, UCS-2, and parts in a row.

3GPP TS 23.038, 6.2.1 (the default alphabet and its extension) and 6.2.3 (UCS-2);
TS 23.040, 9.2.3.24 (a part gives up six octets to say that it is one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Encoding = Literal["text", "unicode"]

#: The default alphabet in the order of its codes, without the escape at 0x1B.
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: What is written as an escape and a second code: it takes two places.
EXTENSION: Final = "\f^{}\\[~]|€"

#: Places in a message alone, and in each part of a longer one.
ALONE: Final[dict[Encoding, int]] = {"text": 160, "unicode": 70}
IN_A_ROW: Final[dict[Encoding, int]] = {"text": 153, "unicode": 67}

_WIDTHS: Final = dict.fromkeys(BASIC, 1) | dict.fromkeys(EXTENSION, 2)
_BEYOND_UCS2: Final = 0xFFFF


def encoding_of(text: str) -> Encoding:
    """How the text must travel: "text" if the GSM alphabet has all of it."""
    return "text" if all(letter in _WIDTHS for letter in text) else "unicode"


def segments(text: str, encoding: Encoding) -> int:
    """How many parts the network makes of it; each is paid for.

    No letter is split: neither an escaped one nor one of two UTF-16 units. As "text",
    a letter that the alphabet lacks counts for the one that will stand in its place.
    """
    if encoding == "text":
        widths = [_WIDTHS.get(letter, 1) for letter in text]
    else:
        widths = [2 if ord(letter) > _BEYOND_UCS2 else 1 for letter in text]
    if sum(widths) <= ALONE[encoding]:
        return 1
    return _packed(widths, IN_A_ROW[encoding])


def _packed(widths: Iterable[int], room: int) -> int:
    count, left = 1, room
    for width in widths:
        if width > left:
            count, left = count + 1, room
        left -= width
    return count
