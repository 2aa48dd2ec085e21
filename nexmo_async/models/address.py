"""Who a message goes to and comes from: phone numbers, names and ids."""

from __future__ import annotations

import re
from typing import Final

from nexmo_async.errors import MessageError

#: Digits in a phone number with its country code (ITU-T E.164, Messages v1 spec).
NUMBER_DIGITS: Final = range(7, 16)

#: Digits in a sender's number: short codes are shorter than a phone number.
SENDER_DIGITS: Final = range(3, 16)

#: Characters in a sender's name: what an SMS has room for (3GPP TS 23.040, 9.1.2.5).
NAME_LENGTH: Final = range(1, 12)

#: Characters in a page, person or service id (all generations).
ID_LENGTH: Final = range(1, 51)

_DECORATION: Final = re.compile(r"[\s\-\u2010\u2011]+")
_NAME: Final = re.compile(r"[A-Za-z0-9 &._+\-]+")
_COUNTRY_FIRST: Final = "start with the country code, for example 447700900000"


def text(value: object, field: str) -> str:
    """The value as text that can be written down, or a `MessageError`."""
    if not isinstance(value, str):
        raise MessageError(field, f"is {type(value).__name__}, write it as text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as broken:
            raise MessageError(
                field, f"has half a character at position {broken.start}"
            ) from None
    return value


def number(value: str, field: str, digits: range = NUMBER_DIGITS) -> str:
    """A phone number as the API wants it: digits only, country code first.

    A leading + or 00, spaces and dashes are accepted and dropped.
    """
    bare = text(value, field)
    if not bare.isdigit() or bare[0] == "0":
        bare = _DECORATION.sub("", bare).removeprefix("+").removeprefix("00")
    if not (bare.isascii() and bare.isdigit()):
        raise MessageError(field, _odd_one(bare))
    if bare[0] == "0":
        raise MessageError(field, f"begins with 0, {_COUNTRY_FIRST}")
    if len(bare) not in digits:
        raise MessageError(
            field, f"has {len(bare)} digits, allowed are {digits[0]} to {digits[-1]}"
        )
    return bare


def number_or_name(value: str, field: str) -> str:
    """A sender: a number, or a name such as ACME where the country allows it."""
    name = text(value, field).strip()
    if not any(letter.isalpha() for letter in name):
        return number(name, field, SENDER_DIGITS)
    if len(name) not in NAME_LENGTH or not _NAME.fullmatch(name):
        raise MessageError(
            field, "as a name has 1 to 11 letters, digits or spaces, for example ACME"
        )
    return name


def identity(value: str, field: str) -> str:
    """An id that a channel hands out: 1 to 50 characters, no spaces around it."""
    bare = text(value, field).strip()
    if len(bare) not in ID_LENGTH:
        raise MessageError(
            field, f"has {len(bare)} characters, allowed are 1 to {ID_LENGTH[-1]}"
        )
    return bare


def _odd_one(bare: str) -> str:
    if not bare:
        return f"is empty, {_COUNTRY_FIRST}"
    at, odd = next(
        (place, letter)
        for place, letter in enumerate(bare, 1)
        if not (letter.isascii() and letter.isdigit())
    )
    return f"has {odd!r} as digit {at}, {_COUNTRY_FIRST}"
