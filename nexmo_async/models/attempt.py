"""What became of a workflow: each attempt, who was reached, what it cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import attrs

from nexmo_async.models.receipt import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from nexmo_async.models.condition import Kind

#: How a workflow has ended. "silent": everything was tried, nothing was heard.
Outcome = Literal["reached", "failed", "stopped", "silent", "cancelled"]


@attrs.frozen(kw_only=True)
class Attempt:
    """One message of a workflow, and what became of it.

    Attributes:
        step: Its step, counted from 0.
        channel: What carried it.
        to: The recipient.
        message_uuid: Nexmo's id of it; empty if none was given.
        client_ref: The reference it went with; empty on beta.
        sent_at: When it was handed to Nexmo, UTC; None if that is not known.
        status: How far it came: "submitted", "delivered", ...; empty if nothing was
            told.
        why: Why the step ended, in words; empty while it has not.
        kind: What kind of failure it was, None if it was none.
        code: Nexmo's error code, or the HTTP status of a refusal, or None.
        detail: The sentence about the failure. May be empty.
        usage: What it cost, where Nexmo says.
        reached_at: When its condition was met, UTC; None if it was not.
        late: Whether that was after the run had gone on, or had ended: the person may
            have got it twice.
    """

    step: int
    channel: str
    to: str
    message_uuid: str = ""
    client_ref: str = ""
    sent_at: datetime | None = None
    status: str = ""
    why: str = ""
    kind: Kind | None = None
    code: int | None = None
    detail: str = ""
    usage: Usage | None = None
    reached_at: datetime | None = None
    late: bool = False


@attrs.frozen(kw_only=True)
class Result:
    """How a workflow has ended, whoever ran it.

    Attributes:
        id: The run's own id, or Nexmo's id of the workflow.
        outcome: "reached", "failed", "stopped", "silent" or "cancelled".
        why: The reason, in words.
        attempts: Each message, in the order they were sent.
        reached_by: The attempt that reached the person; None if none did.
        took: Seconds from the start to the end.
    """

    id: str
    outcome: Outcome
    why: str
    attempts: tuple[Attempt, ...]
    reached_by: Attempt | None
    took: float

    @property
    def channel(self) -> str | None:
        """The channel that reached the person; None if none did."""
        return None if self.reached_by is None else self.reached_by.channel

    @property
    def cost(self) -> tuple[Usage, ...]:
        """What all attempts cost so far, a sum for each currency."""
        return _sums(self.attempts)

    @property
    def double_reach(self) -> tuple[Attempt, ...]:
        """Attempts that arrived after the run had gone on, or had ended."""
        return tuple(attempt for attempt in self.attempts if attempt.late)

    @property
    def double_cost(self) -> tuple[Usage, ...]:
        """What those cost."""
        return _sums(self.double_reach)


def _sums(attempts: Iterable[Attempt]) -> tuple[Usage, ...]:
    sums: dict[str, Decimal] = {}
    for attempt in attempts:
        if attempt.usage is not None:
            currency = attempt.usage.currency
            sums[currency] = sums.get(currency, Decimal(0)) + attempt.usage.price
    return tuple(Usage(price, currency) for currency, price in sums.items())
