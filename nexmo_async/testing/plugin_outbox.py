"""What was sent in a test: wait for it, assert it, and see why it is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypedDict, Unpack, cast

import attrs

from nexmo_async.clock import SystemClock
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.testing.plugin_story import headline, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox import Message, Store

#: Seconds that a wait lasts unless it is told another time. They are the machine's.
WITHIN: Final = 5.0

#: How many of the messages that were not meant are shown.
OTHERS: Final = 5

_NOT_OF_A_NUMBER: Final = re.compile(r"[\s()./-]|^(?:\+|00)")


class Wish(TypedDict, total=False):
    """What a message must be like; what is not named does not matter.

    Attributes:
        to: Who gets it; a number in any spelling.
        channel: "sms", "viber", "whatsapp", ...
        text: A part of its words; or a compiled pattern that is found in them.
        sender: Whom it is from.
        status: How far it has come at least once: "delivered", "rejected", ...
    """

    to: str
    channel: str
    text: str | re.Pattern[str]
    sender: str
    status: str


def _number(name: str) -> str:
    bare = _NOT_OF_A_NUMBER.sub("", name.strip())
    return bare if bare.isdigit() else name


def _has(words: str, text: object) -> bool:
    if isinstance(text, str):
        return text in words
    return bool(cast("re.Pattern[str]", text).search(words))


def _been(message: Message) -> set[str]:
    return {"accepted", *(event.status for event in message.events)}


#: What may be wished -> does a message fulfil it?
FULFILS: Final[Mapping[str, Callable[[Message, object], bool]]] = {
    "to": lambda message, to: message.to == _number(str(to)),
    "channel": lambda message, channel: (
        PLAIN[message.channel] == PLAIN.get(str(channel), channel)
    ),
    "text": lambda message, text: _has(message.text, text),
    "sender": lambda message, sender: message.sender == _number(str(sender)),
    "status": lambda message, status: status in _been(message),
}

#: The same -> how a message shows it.
SHOWS: Final[Mapping[str, Callable[[Message], str]]] = {
    "to": lambda message: message.to,
    "channel": lambda message: message.channel,
    "text": lambda message: shown(message.text),
    "sender": lambda message: message.sender,
    "status": lambda message: message.status,
}


@attrs.frozen
class Outbox:
    """What was sent in this test."""

    _store: Store = attrs.field(alias="store", repr=False)
    _patience: Clock = attrs.field(factory=SystemClock, alias="patience", repr=False)

    @property
    def messages(self) -> list[Message]:
        """Everything that was accepted, oldest first."""
        return self._store.messages()

    def __len__(self) -> int:
        """How many messages were accepted."""
        return len(self.messages)

    async def wait_for(
        self, *, count: int = 1, within: float = WITHIN, **wish: Unpack[Wish]
    ) -> Message:
        """Wait until a message like that was sent; the newest of them.

        Args:
            count: How many there must be.
            within: Seconds, of the machine: the clock of the test may stand still.
            **wish: What it must be like, as of `Wish`.

        Raises:
            AssertionError: The time is over; it shows what came instead.
        """
        __tracebackhide__ = True
        _check(wish)

        def look() -> Message | None:
            found = self._found(wish)
            return found[-1] if len(found) >= count else None

        try:
            async with self._patience.timeout(within):
                return await self._store.bell.until(look)
        except TimeoutError:
            why = self._explain(wish, count, f" within {within:g} s")
        raise AssertionError(why)

    def assert_sent(self, *, count: int = 1, **wish: Unpack[Wish]) -> Message:
        """Assert that messages like that were sent, so many; the newest of them.

        Args:
            count: How many there must be, neither more nor fewer.
            **wish: What each must be like, as of `Wish`.

        Raises:
            AssertionError: There are not; it shows what is there instead.
        """
        __tracebackhide__ = True
        _check(wish)
        found = self._found(wish)
        if not count or len(found) != count:
            raise AssertionError(self._explain(wish, count, ""))
        return found[-1]

    def assert_not_sent(self, **wish: Unpack[Wish]) -> None:
        """Assert that no message like that was sent; without a wish, none at all.

        Raises:
            AssertionError: There is one; it shows it.
        """
        __tracebackhide__ = True
        _check(wish)
        if self._found(wish):
            raise AssertionError(self._explain(wish, 0, ""))

    def _found(self, wish: Mapping[str, object]) -> list[Message]:
        return [each for each in self.messages if not _misses(each, wish)]

    def _explain(self, wish: Mapping[str, object], count: int, when: str) -> str:
        there = self.messages
        found = [each for each in there if not _misses(each, wish)]
        lines = [f"{_messages(count)} wanted, {len(found) or 'none'} sent{when}:"]
        lines += [f"    {name:<8} {_wished(wish, name)}" for name in _names(wish)]
        rest = [each for each in there if each not in found]
        if found:
            lines += ["found:", *(f"    {headline(each)}" for each in found[-OTHERS:])]
        elif rest:
            nearest = min(reversed(rest), key=lambda each: len(_misses(each, wish)))
            rest.remove(nearest)
            lines += ["the nearest:", *_compared(nearest, wish)]
        if rest:
            lines.append(f"besides, {len(rest)} in all:")
            lines += [f"    {headline(each)}" for each in rest[-OTHERS:]]
        if not there:
            lines.append("nothing was accepted at all")
        return "\n".join(lines)


def _check(wish: Mapping[str, object]) -> None:
    unknown = wish.keys() - FULFILS.keys()
    if unknown:
        raise TypeError(
            f"a message has no {', '.join(sorted(unknown))}; choose from"
            f" {', '.join(FULFILS)}"
        )


def _names(wish: Mapping[str, object]) -> list[str]:
    return [name for name in FULFILS if name in wish]


def _misses(message: Message, wish: Mapping[str, object]) -> list[str]:
    return [name for name in _names(wish) if not FULFILS[name](message, wish[name])]


def _compared(message: Message, wish: Mapping[str, object]) -> list[str]:
    """A message line by line, with a mark at what is not as it was wished."""
    misses = _misses(message, wish)
    return [
        f"  {'≠' if name in misses else ' '} {name:<8} {show(message)}"
        for name, show in SHOWS.items()
    ]


def _wished(wish: Mapping[str, object], name: str) -> str:
    value = wish[name]
    return repr(value) if isinstance(value, str) else f"/{_pattern(value)}/"


def _pattern(value: object) -> str:
    return cast("re.Pattern[str]", value).pattern


def _messages(number: int) -> str:
    return f"{number or 'no'} message{'' if number <= 1 else 's'}"
