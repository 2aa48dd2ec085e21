"""A message's life, decided before it begins: a script in, its turns out. No await."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never, cast

import attrs

from nexmo_async.sandbox import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Status: TypeAlias = Literal[
    "submitted", "delivered", "read", "rejected", "undeliverable"
]
Verdict: TypeAlias = Literal[
    "deliver", "read", "reject", "undeliverable", "silent", "slow", "flaky", "reply"
]

#: Seconds until somebody slow has read it.
SLOW_AFTER: Final = 30.0

#: The plain name of each channel, for scripts. (Messages v0.1 and v1 specs.)
PLAIN: Final[Mapping[str, str]] = {
    "sms": "sms",
    "mms": "mms",
    "rcs": "rcs",
    "whatsapp": "whatsapp",
    "messenger": "messenger",
    "viber": "viber",
    "viber_service": "viber",
    "viber_service_msg": "viber",
    "email": "email",
}

#: Channels that tell when a message was read. (Messages v1 spec, status webhooks.)
TELLS_READ: Final = frozenset({"whatsapp", "messenger", "viber", "rcs", "email"})

#: How to write a persona.
GRAMMAR: Final = """\
script:  RULE, or several with ';' between, each one for a channel or for the rest
rule:    [CHANNEL ':'] OUTCOME ['after' SECONDS 's']
outcome: deliver | read | reject CODE | undeliverable [CODE] | silent
         slow | flaky PERCENT% | reply "TEXT"
channel: sms mms rcs whatsapp messenger viber email
as in:   read after 2s
         whatsapp: silent; viber: reject 1300; sms: deliver"""

_RULE: Final = re.compile(
    r"(?:(?P<channel>[a-z_]+)\s*:\s*)?"
    r"(?P<verdict>deliver|read|reject|undeliverable|silent|slow|flaky|reply)"
    r"(?:\s+(?P<code>[0-9]{3,6}))?"
    r"(?:\s+(?P<percentage>[0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%)?"
    r"(?:\s+\"(?P<text>[^\"]{1,1000})\")?"
    r"(?:\s+after\s+(?P<after>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*s)?",
    re.ASCII,
)

#: What stands between the rules: not a semicolon that somebody replies with.
_BETWEEN: Final = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')

#: Outcome -> what may follow it, and must it?
_TAKES: Final[Mapping[Verdict, tuple[str | None, bool]]] = {
    "deliver": (None, False),
    "read": (None, False),
    "reject": ("code", True),
    "undeliverable": ("code", False),
    "silent": (None, False),
    "slow": (None, False),
    "flaky": ("percentage", True),
    "reply": ("text", True),
}
_ARGUMENTS: Final = ("code", "percentage", "text")


@attrs.frozen
class Outcome:
    """What becomes of a message.

    Attributes:
        verdict: The word of the script.
        code: Why it failed, if it does.
        after: Seconds until the outcome, from the status before it.
        chance: How often it fails instead, from 0 to 1.
        text: What the person answers.
    """

    verdict: Verdict
    code: int | None = None
    after: float | None = None
    chance: float = 0.0
    text: str | None = None


@attrs.frozen(kw_only=True)
class Pace:
    """How long each status takes that a script says nothing of, in seconds.

    Attributes:
        submitted: From acceptance until the provider has the message.
        delivered: From there until it is delivered, or refused.
        read: From there until it is read.
    """

    submitted: float = 0.05
    delivered: float = 0.15
    read: float = 0.15


#: A sandbox is quick unless it is asked to be realistic.
QUICK: Final = Pace()

#: What becomes of a message that nobody wrote a script for.
USUAL: Final = Outcome("read")


@attrs.frozen
class Persona:
    """How one recipient takes messages.

    Attributes:
        channels: The outcome on channels that have their own.
        otherwise: The outcome on the rest.
    """

    channels: Mapping[str, Outcome] = attrs.field(factory=dict[str, Outcome])
    otherwise: Outcome = USUAL

    def on(self, channel: str) -> Outcome:
        """The outcome on this channel, by any of its names."""
        return self.channels.get(PLAIN.get(channel, channel), self.otherwise)


@attrs.frozen
class Turn:
    """One status in a life, and how long it takes to get there.

    Attributes:
        delay: Seconds from the turn before it.
        status: What the webhook will say.
        code: Why it failed, if it did.
    """

    delay: float
    status: Status
    code: int | None = None


def persona(script: str) -> Persona:
    """Read a script.

    Raises:
        ValueError: It is not one; the message shows how to write one.
    """
    channels: dict[str, Outcome] = {}
    otherwise: Outcome | None = None
    for part in _BETWEEN.split(script):
        channel, outcome = _rule(part, script)
        if channel is None:
            if otherwise is not None:
                raise _not_a_script(script, "two rules for the same messages")
            otherwise = outcome
        elif channel in channels:
            raise _not_a_script(script, f"two rules for {channel}")
        else:
            channels[channel] = outcome
    return Persona(channels, otherwise or USUAL)


def decide(outcome: Outcome, fraction: float) -> Outcome:
    """What a draw from 0 up to 1 makes of an outcome that is left to chance."""
    if outcome.verdict != "flaky":
        return outcome
    if fraction < outcome.chance:
        return Outcome("reject", codes.UNKNOWN, outcome.after)
    return Outcome("read", None, outcome.after)


def life(
    outcome: Outcome, *, channel: str, ttl: float | None = None, pace: Pace = QUICK
) -> list[Turn]:
    """The turns of one message's life.

    Args:
        outcome: What becomes of it.
        channel: What carries it, by any of its names.
        ttl: Seconds after which it is no longer worth delivering.
        pace: How long each status takes that the outcome says nothing of.
    """
    turns = list(_turns(outcome, PLAIN.get(channel, channel), pace))
    return turns if ttl is None else _expire(turns, ttl)


def _turns(outcome: Outcome, channel: str, pace: Pace) -> Iterator[Turn]:
    after = outcome.after
    if outcome.verdict == "undeliverable":
        # It never reached the provider, so nothing was submitted.
        delay = pace.submitted if after is None else after
        yield Turn(delay, "undeliverable", outcome.code or codes.NOT_SUBMITTED)
        return
    yield Turn(pace.submitted, "submitted")
    final = pace.delivered if after is None else after
    match outcome.verdict:
        case "silent":
            return
        case "reject":
            yield Turn(final, "rejected", outcome.code)
        case "slow":
            yield from _reading(channel, SLOW_AFTER if after is None else after, pace)
        case "read" | "flaky" | "reply":
            yield from _reading(channel, after, pace)
        case "deliver":
            yield Turn(final, "delivered")
        case _:
            assert_never(outcome.verdict)


def _reading(channel: str, after: float | None, pace: Pace) -> Iterator[Turn]:
    if channel in TELLS_READ:
        yield Turn(pace.delivered, "delivered")
        yield Turn(pace.read if after is None else after, "read")
    else:
        yield Turn(pace.delivered if after is None else after, "delivered")


def _expire(turns: list[Turn], ttl: float) -> list[Turn]:
    """Reject what has no end before its time to live is over."""
    kept: list[Turn] = []
    now = 0.0
    for turn in turns:
        if now + turn.delay > ttl:
            break
        now += turn.delay
        kept.append(turn)
        if turn.status != "submitted":
            return turns
    return [*kept, Turn(ttl - now, "rejected", codes.EXPIRED)]


def _rule(part: str, script: str) -> tuple[str | None, Outcome]:
    found = _RULE.fullmatch(part.strip())
    if found is None:
        raise _not_a_script(script, f"{part.strip()!r} is no rule")
    channel = found["channel"]
    if channel is not None and channel not in PLAIN:
        raise _not_a_script(script, f"{channel!r} is no channel")
    verdict = cast("Verdict", found["verdict"])
    takes, must = _TAKES[verdict]
    for name in _ARGUMENTS:
        if found[name] is None and must and name == takes:
            raise _not_a_script(script, f"{verdict} needs a {name}")
        if found[name] is not None and name != takes:
            raise _not_a_script(script, f"{verdict} takes no {name}")
    after, code = found["after"], found["code"]
    if after is not None and verdict == "silent":
        raise _not_a_script(script, "silence has no end")
    chance = float(found["percentage"] or 0) / 100
    if chance > 1:
        raise _not_a_script(script, "nothing happens more often than always")
    outcome = Outcome(
        verdict,
        None if code is None else int(code),
        None if after is None else float(after),
        chance,
        found["text"],
    )
    return (None if channel is None else PLAIN[channel]), outcome


def _not_a_script(script: str, why: str) -> ValueError:
    return ValueError(f"no persona: {script!r}: {why}\n{GRAMMAR}")
