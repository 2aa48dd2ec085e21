"""The language in which messages are found: `to:4477 status:rejected "a code"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from nexmo_async.sandbox.life import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.sandbox.records import Inbound, Message

Test: TypeAlias = "Callable[[Message | Inbound], bool]"
Part: TypeAlias = "Callable[[Message | Inbound], str]"

#: How to write a query.
GRAMMAR: Final = """\
query:  words, all of which must be found; "two words" in a row; -word: not found
        to:4477 from:ACME text:"code"          part of it
        channel:viber,sms status:rejected      one of them, exactly
        api:v1 type:image client_ref:x uuid:x workflow:x code:1300"""

#: Names whose value may stand anywhere in what they name.
PARTLY: Final[Mapping[str, Part]] = {
    "to": lambda message: message.to.lower(),
    "from": lambda message: message.sender.lower(),
    "text": lambda message: message.text.lower(),
}

#: Names whose value is one of those given, with commas between.
EXACTLY: Final[Mapping[str, Part]] = {
    "channel": lambda message: PLAIN[message.channel],
    "status": lambda message: message.status,
    "api": lambda message: message.api,
    "type": lambda message: message.message_type,
    "client_ref": lambda message: (message.client_ref or "").lower(),
    "uuid": lambda message: message.message_uuid,
    "workflow": lambda message: (
        message.place.workflow_id.lower() if message.place else ""
    ),
    "code": lambda message: str(message.code or ""),
}

#: Words for several statuses at once.
STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "waiting": ("accepted", "submitted"),
    "failed": ("rejected", "undeliverable"),
}

_TERM: Final = re.compile(
    r'(?P<no>-)?(?:(?P<name>[a-z_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))'
)


@attrs.frozen
class Query:
    """What to look for. Every text is a query; an empty one finds everything."""

    tests: tuple[Test, ...] = ()

    def __call__(self, message: Message | Inbound) -> bool:
        """Is this message one of them?"""
        # A loop costs less than all(): this runs for each message that is kept.
        for test in self.tests:  # noqa: SIM110
            if not test(message):
                return False
        return True


def parse(query: str) -> Query:
    """Read a query."""
    return Query(tuple(_test(term) for term in _TERM.finditer(query)))


def _test(term: re.Match[str]) -> Test:
    value = term["quoted"] if term["quoted"] is not None else term["plain"]
    test = _found(term["name"], value.lower())
    if term["no"] is None:
        return test
    return lambda message: not test(message)


def _found(name: str | None, value: str) -> Test:
    if name is None:
        return lambda message: value in message.words
    if name in PARTLY:
        part = PARTLY[name]
        return lambda message: value in part(message)
    if name in EXACTLY:
        part = EXACTLY[name]
        wanted = frozenset(_spelled(name, value))
        return lambda message: part(message) in wanted
    # A colon may stand in what is looked for, as in an address of the web.
    words = f"{name}:{value}"
    return lambda message: words in message.words


def _spelled(name: str, value: str) -> list[str]:
    found: list[str] = []
    for word in value.split(","):
        if name == "status":
            found += STATUSES.get(word, (word,))
        else:
            found.append(PLAIN.get(word, word) if name == "channel" else word)
    return found
