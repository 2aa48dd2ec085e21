"""Who can run a workflow, and what would be lost: as data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from nexmo_async.models.viber import Viber

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nexmo_async.models.step import Step

Api = Literal["beta", "v0.1", "v1"]

#: Whole seconds after which Nexmo may go on (workflows and dispatch specs).
TIMES: Final = range(15, 86_401)

#: What Nexmo can wait for (workflows and dispatch specs).
WAITED: Final = ("delivered", "read")

#: Seconds that Viber may keep trying inside a timed workflow (the same specs).
VIBER_TTL: Final = 86_400

#: What is never carried to Nexmo, and what that means.
_OURS: Final = (
    ("attempts", "each message is sent once"),
    ("on", "any failure leads to the next step"),
    ("not_before", "it is sent at once"),
    ("quiet", "it is sent at night as well"),
    ("skip_if", "no step is left out"),
)


@attrs.frozen
class Loss:
    """One thing that Nexmo cannot do.

    Attributes:
        field: What asks for it, as `steps[0].within`; "workflow" for all of it.
        problem: What would happen instead, in words.
        refused: Whether `create` refuses the workflow for it.
    """

    field: str
    problem: str
    refused: bool = True

    def __str__(self) -> str:
        """Both."""
        return f"{self.field}: {self.problem}"


@attrs.frozen
class Plan:
    """Which engine can run a workflow.

    Attributes:
        api: The generation that was asked about.
        losses: What would be lost if Nexmo ran it. Nothing is lost if it is run here.
    """

    api: Api
    losses: tuple[Loss, ...]

    @property
    def refusals(self) -> tuple[Loss, ...]:
        """The losses for which `create` refuses it."""
        return tuple(loss for loss in self.losses if loss.refused)

    @property
    def engines(self) -> tuple[Literal["local", "server"], ...]:
        """Who can run it: this process always, Nexmo if nothing is refused."""
        return ("local",) if self.refusals else ("local", "server")

    def __str__(self) -> str:
        """Who can run it, and a line for each loss."""
        can = "cannot run it:" if self.refusals else "can run it, but:"
        lines = [
            "local: runs it, nothing is lost; receipts must reach this process",
            f"server ({self.api}): {can}",
        ]
        return "\n".join([*lines, *(f"  - {loss}" for loss in self.losses)])


def plan(steps: Sequence[Step], api: Api) -> Plan:
    """Hold the steps against what a generation of the API can run."""
    losses = [*_general(api)]
    for place, step in enumerate(steps):
        is_last = place == len(steps) - 1
        by_time = _v1(step) if api == "v1" else _timed(step, is_last=is_last)
        losses += [
            attrs.evolve(loss, field=f"steps[{place}].{loss.field}")
            for loss in (*by_time, *_kept_here(step))
        ]
    return Plan(api, tuple(losses))


def _general(api: Api) -> Iterator[Loss]:
    usual = "goes on after every failure, also a wrong text or a person who opted out"
    if api == "v1":
        usual = "goes on only when a message is rejected, not when it is undeliverable"
        report = "no report is sent: its end is told by the last receipt"
        yield Loss("workflow", report, refused=False)
    yield Loss("workflow", usual, refused=False)
    yield Loss("workflow", "cannot be called off", refused=False)
    if api == "beta":
        yield Loss("workflow", "receipts carry no client_ref", refused=False)


def _v1(step: Step) -> Iterator[Loss]:
    if step.until is not None:
        problem = "v1 failover waits for nothing: it only reacts to a refusal"
        yield Loss("until", problem)
        yield Loss("within", "v1 failover has no time limit")


def _timed(step: Step, *, is_last: bool) -> Iterator[Loss]:
    ttl = step.message.ttl if isinstance(step.message, Viber) else None
    if ttl is not None and ttl > VIBER_TTL:
        problem = f"is {ttl} seconds, in a workflow up to {VIBER_TTL}"
        yield Loss("message.ttl", problem)
    if is_last:
        return
    if step.until is None or step.within is None:
        yield Loss("until", "is needed on every step but the last")
        return
    if step.until not in WAITED:
        yield Loss("until", "can only be 'delivered' or 'read'")
    if step.within not in TIMES:
        allowed = f"whole ones from {TIMES[0]} to {TIMES[-1]}"
        problem = f"is {step.within:.12g} seconds, allowed are {allowed}"
        yield Loss("within", problem)


def _kept_here(step: Step) -> Iterator[Loss]:
    usual = {"attempts": 1}
    for field, problem in _OURS:
        value = getattr(step, field)
        if value and value != usual.get(field):
            yield Loss(field, problem)
