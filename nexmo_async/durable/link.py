"""One link of a run: a job that sends one message, and what was noted about it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from nexmo_async.models.receipt import Receipt
from nexmo_async.receipts import spelling as events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nexmo_async.durable.engine import JobState, JobStatus
    from nexmo_async.models.condition import Kind

#: Names of facts: who began to send it, what came of that if the next link has to know
#: at once, when the run was called off, and, with its status behind it, a receipt.
MARK: Final = "mark"
ANSWER: Final = "answer"
CALLED_OFF: Final = "called_off"
TOLD: Final = "told."

#: What a link came to. "held": not to be sent at that hour; "stopped": the run was
#: over; "superseded": a later link, or another worker, has taken its place.
What = Literal["accepted", "refused", "unknown", "held", "stopped", "superseded"]

#: Nothing of the run was sent by a link that came to this.
UNSENT: Final = frozenset({"held", "stopped", "superseded"})

_NAME: Final = re.compile(r"([A-Za-z0-9_.-]{1,32}):([1-9][0-9]{0,3})")


@attrs.frozen(kw_only=True)
class Mark:
    """Somebody is about to send it.

    Attributes:
        by: Which attempt to do the job that was.
        at: When, Unix seconds.
        step: The step, from 0.
        attempt: Which try of it, from 1.
        doubts: How many failures before it were unclear.
        due: When the time of the step is over, if an earlier try of it began that.
    """

    by: str
    at: float
    step: int
    attempt: int
    doubts: int = 0
    due: float | None = None


@attrs.frozen(kw_only=True)
class Answer:
    """What a link came to.

    Attributes:
        what: "accepted", "refused", "unknown", "held", "stopped" or "superseded".
        at: When, Unix seconds.
        uuid: Nexmo's id of the message.
        kind: What kind of refusal it was.
        code: The HTTP status of a refusal.
        detail: The words about it.
        rest: Seconds that Nexmo wants to be left alone for.
    """

    what: What
    at: float
    uuid: str = ""
    kind: Kind = "unclear"
    code: int | None = None
    detail: str = ""
    rest: float = 0.0

    def spell(self) -> str:
        """As JSON."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False)


@attrs.frozen
class Told:
    """A receipt, and when it came, in Unix seconds."""

    seen: float
    receipt: Receipt

    def spell(self) -> dict[str, object]:
        """As the value of a fact."""
        return {"seen": self.seen, "is": events.essence(self.receipt).decode()}


@attrs.frozen(kw_only=True)
class Link:
    """One link, as far as it has come.

    Attributes:
        number: Its place in the chain, from 1.
        state: Where its job stands.
        mark: Who began to send it; None if nobody has.
        answer: What it came to; None while that is open.
        told: Its receipts, in the order they came.
        called_off: When somebody called off the run, Unix seconds.
    """

    number: int
    state: JobState
    mark: Mark | None = None
    answer: Answer | None = None
    told: tuple[Told, ...] = ()
    called_off: float | None = None

    @property
    def is_sent(self) -> bool:
        """Whether its message is, or may be, on its way."""
        if self.mark is None:
            return False
        return self.answer is None or self.answer.what not in UNSENT or bool(self.told)


def key(run: str, number: int) -> str:
    """The key of a link, which is the client_ref of its message."""
    return f"{run}:{number}"


def place(key: str | None) -> tuple[str, int] | None:
    """Run and number of a key; None if it is none of ours."""
    found = _NAME.fullmatch(key or "")
    return (found[1], int(found[2])) if found else None


def link(number: int, status: JobStatus) -> Link:
    """What is known of a link."""
    facts: Mapping[str, Any] = status.facts
    said = sorted(
        (fact["seen"], fact["is"]) for name, fact in facts.items() if TOLD in name
    )
    return Link(
        number=number,
        state=status.state,
        mark=Mark(**facts[MARK]) if MARK in facts else None,
        answer=_answer(status),
        told=tuple(Told(seen, _receipt(is_)) for seen, is_ in said),
        called_off=facts.get(CALLED_OFF),
    )


def _answer(status: JobStatus) -> Answer | None:
    if status.result:
        return Answer(**json.loads(status.result))
    return Answer(**status.facts[ANSWER]) if ANSWER in status.facts else None


@lru_cache(1_000)  # each is read at every look at its run
def _receipt(said: str) -> Receipt:
    event = events.read(said.encode())
    if not isinstance(event, Receipt):
        raise TypeError(f"{type(event).__name__} is no receipt")
    return event
