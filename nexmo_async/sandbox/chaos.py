"""What goes wrong, when somebody asks for it: rules of one line each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from nexmo_async.sandbox import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nexmo_async.sandbox.dice import Dice

Where: TypeAlias = Literal["before", "after", "webhook"]

#: fault -> where it strikes: before a message is accepted, after it, or its webhooks.
FAULTS: Final[Mapping[str, Where]] = {
    "slow": "before",
    "429": "before",
    "429-bare": "before",
    "500": "before",
    "502": "before",
    "503": "before",
    "504": "before",
    "reset": "before",
    "500-late": "after",
    "502-late": "after",
    "reset-late": "after",
    "lose": "webhook",
    "double": "webhook",
    "shuffle": "webhook",
    "delay": "webhook",
    "unsigned": "webhook",
}

#: How to write a rule.
GRAMMAR: Final = """\
rule:  FAULT [PERCENT%] [COUNTx] [to PATTERN] [after TIME] [for TIME] [TIME]
fault: slow 429 429-bare 500 502 503 504 reset      before a message is accepted
       500-late 502-late reset-late                 after it
       lose double shuffle delay unsigned           the webhooks
time:  500ms, 2s, 15m, 24h; alone it says how long something takes
as in: 503 10%
       reset 3x to 4477*
       slow 2s 50% for 10m"""

#: Seconds that something takes when a rule does not say.
USUALLY: Final = 2.0

_WORD: Final = re.compile(r"(?:(to|after|for)\s+)?(\S+)")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", re.ASCII)
_COUNT: Final = re.compile(r"([0-9]{1,9})x", re.ASCII)
_ALL: Final = 100.0


@attrs.frozen(kw_only=True)
class Rule:
    """One thing that goes wrong.

    Attributes:
        chance: How often, from 0 to 1.
        count: How many times at most; None: no end.
        to: The recipient, or the beginning of some with `*` after it; None: all.
        after: Seconds from the moment it was set until it begins.
        lasts: Seconds from there until it ends; None: no end.
        seconds: How long it takes, if it is something that takes time.
    """

    written: str
    fault: str
    chance: float = 1.0
    count: int | None = None
    to: str | None = None
    after: float = 0.0
    lasts: float | None = None
    seconds: float = USUALLY

    def concerns(self, to: str) -> bool:
        """Does it strike at messages to this recipient?"""
        if self.to is None:
            return True
        if self.to.endswith("*"):
            return to.startswith(self.to[:-1])
        return to == self.to

    def holds(self, age: float) -> bool:
        """Does it strike so many seconds after it was set?"""
        end = None if self.lasts is None else self.after + self.lasts
        return age >= self.after and (end is None or age < end)


@attrs.define
class Standing:
    """A rule that was set, when, and how often it struck."""

    rule: Rule
    since: float
    used: int = 0
    asked: int = 0


class Chaos:
    """The rules that hold."""

    def __init__(self, dice: Dice, rules: Iterable[str] = ()) -> None:
        self._dice = dice
        self.standing: list[Standing] = [Standing(read(rule), 0.0) for rule in rules]

    def put(self, rules: Iterable[Rule], now: float) -> None:
        """Replace all rules.

        Args:
            rules: The new ones.
            now: Seconds of the clock.
        """
        self.standing = [Standing(rule, now) for rule in rules]

    def strike(self, where: Where, to: str, now: float) -> Iterator[Rule]:
        """What goes wrong now.

        Args:
            where: At what point of a message's way.
            to: Who gets the message.
            now: Seconds of the clock.
        """
        for position, each in enumerate(self.standing):
            rule = each.rule
            if FAULTS[rule.fault] != where or not rule.concerns(to):
                continue
            if each.used == rule.count or not rule.holds(now - each.since):
                continue
            each.asked += 1
            if self._dice.fraction("chaos", position, each.asked) < rule.chance:
                each.used += 1
                yield rule


def read(written: str) -> Rule:
    """Read a rule.

    Raises:
        ValueError: It is none; the message shows how to write one.
    """
    first, _, rest = written.strip().partition(" ")
    if first not in FAULTS:
        raise _no_rule(written, f"{first!r} is no fault")
    facts: dict[str, Any] = {}
    for keyword, value in _WORD.findall(rest):
        read_as = _keyword(keyword, value) if keyword else _alone(value)
        if read_as is None:
            raise _no_rule(written, f"{f'{keyword} {value}'.strip()!r} says nothing")
        facts |= read_as
    return Rule(written=written.strip(), fault=first, **facts)


def _keyword(keyword: str, value: str) -> dict[str, object] | None:
    if keyword == "to":
        return {"to": value}
    seconds = duration.read(value)
    name = "after" if keyword == "after" else "lasts"
    return None if seconds is None else {name: seconds}


def _alone(value: str) -> dict[str, object] | None:
    if percent := _PERCENT.fullmatch(value):
        chance = float(percent[1]) / _ALL
        return {"chance": chance} if chance <= 1 else None
    if count := _COUNT.fullmatch(value):
        return {"count": int(count[1])}
    seconds = duration.read(value)
    return None if seconds is None else {"seconds": seconds}


def _no_rule(written: str, why: str) -> ValueError:
    return ValueError(f"no rule: {written!r}: {why}\n{GRAMMAR}")
