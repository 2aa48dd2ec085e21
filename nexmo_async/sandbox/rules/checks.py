"""What one value may be. A check says what is wrong with a value, or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from nexmo_async.sandbox import document

Check: TypeAlias = Callable[[object], str | None]

#: Digits, country code first: no plus, no zeros in front. (E.164.)
NUMBER: Final = re.compile(r"[1-9][0-9]*", re.ASCII)

#: A business-scoped user of WhatsApp. (Messages v1 spec, 1.20.)
SCOPED_USER: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", re.ASCII)

#: A language, and perhaps a country. (BCP 47; v1 writes an underscore.)
LOCALE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?", re.ASCII)

#: An address of the web. (Messages v1 spec: format url.)
ADDRESS: Final = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)


#: The name of a registered RCS agent: no spaces. (Messages v1 spec.)
AGENT: Final = re.compile(r"[A-Za-z0-9_&-]+", re.ASCII)

#: A bare address of email, without a name around it. (Messages v1 spec, 1.20.)
MAILBOX: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]+")

#: A number to dial from a suggestion. (Messages v1 spec, 1.20.)
DIALLED: Final = re.compile(r"\+?[1-9][0-9]{1,14}", re.ASCII)

#: A degree of latitude or longitude, in a string. (Messages v1 spec, 1.20.)
DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]+)?", re.ASCII)

#: A moment. (ISO 8601.)
MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


def length(least: int, most: int) -> Check:
    """Text of so many characters."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return "must be a string."
        if not least <= len(value) <= most:
            return f"must be between {least} and {most} characters long."
        return None

    return check


def some_text(value: object) -> str | None:
    """Text of any length, where no document names one."""
    if not isinstance(value, str):
        return "must be a string."
    return None if value else "must not be empty."


def whole(least: int, most: int) -> Check:
    """A whole number, as a JSON number."""

    def check(value: object) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be an integer."
        if not least <= value <= most:
            return f"must be between {least} and {most}."
        return None

    return check


def digits(least: int, most: int) -> Check:
    """A whole number, as a JSON string."""
    within = whole(least, most)

    def check(value: object) -> str | None:
        if not isinstance(value, str) or not re.fullmatch("[0-9]{1,9}", value):
            return "must be a string of digits."
        return within(int(value))

    return check


def one_of(*words: str) -> Check:
    """One of these words."""
    known = frozenset(words)

    def check(value: object) -> str | None:
        if isinstance(value, str) and value in known:
            return None
        return f"must be one of {', '.join(words)}."

    return check


def number(least: int, most: int) -> Check:
    """A telephone number of so many digits."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return "must be a string."
        if not NUMBER.fullmatch(value):
            return "must be digits only, country code first."
        if not least <= len(value) <= most:
            return f"must be between {least} and {most} digits long."
        return None

    return check


def url(*endings: str, least: int = 1, most: int = 2000) -> Check:
    """An address of the web; with endings, the kinds of file that may lie there."""
    long = length(least, most)

    def check(value: object) -> str | None:
        if reason := long(value):
            return reason
        if not isinstance(value, str) or not ADDRESS.fullmatch(value):
            return "must be a URL."
        ending = _ending(value)
        if endings and ending and ending not in endings:
            return f"must be a file of type {', '.join(sorted(endings))}."
        return None

    return check


def matching(pattern: re.Pattern[str], what: str) -> Check:
    """Text of that form."""

    def check(value: object) -> str | None:
        if isinstance(value, str) and pattern.fullmatch(value):
            return None
        return f"must be {what}."

    return check


def either(first: Check, second: Check) -> Check:
    """What satisfies one of two; if neither, the first one's reason."""

    def check(value: object) -> str | None:
        return None if second(value) is None else first(value)

    return check


def an_object(value: object) -> str | None:
    """A JSON object with something in it or not."""
    return "must be an object." if document.mapping(value) is None else None


def a_list(value: object) -> str | None:
    """A JSON list with something in it or not."""
    return "must be a list." if document.items(value) is None else None


def a_boolean(value: object) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "must be true or false."


def one_member_of(*names: str) -> Check:
    """A JSON object that has exactly one of these members."""

    def check(value: object) -> str | None:
        if (body := document.mapping(value)) is None:
            return "must be an object."
        if sum(name in body for name in names) == 1:
            return None
        return f"must have one of {', '.join(names)}."

    return check


def _ending(address: str) -> str:
    """The file name extension of an address, if it has a short one."""
    path = re.split("[?#]", address, maxsplit=1)[0].partition("://")[2]
    name = path.rpartition("/")[2] if "/" in path else ""
    dot, ending = name.rpartition(".")[1:]
    return ending.lower() if dot and ending.isalnum() and len(ending) <= 4 else ""  # noqa: PLR2004 - as in jpeg
