"""Attempts in a row: each runs only if the one before it did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, cast

import attrs

from nexmo_async.errors import MessageError
from nexmo_async.models.condition import Until
from nexmo_async.models.diagram import diagram
from nexmo_async.models.message import seconds
from nexmo_async.models.plan import Api, Plan, plan
from nexmo_async.models.recipe import filled, load, read
from nexmo_async.models.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

__all__ = ["PATIENCE", "SETTLE", "Step", "Until", "Workflow"]

#: How many attempts make a workflow worth its name.
FEWEST_STEPS: Final = 2

#: Seconds that a step without a time, such as the last, may take.
PATIENCE: Final = 3600.0

#: Seconds in which a receipt may settle a send that had no clear answer.
SETTLE: Final = 30.0


def _steps(values: Sequence[Step]) -> tuple[Step, ...]:
    steps = tuple(values)
    for place, given in enumerate(cast("Sequence[object]", steps)):
        if not isinstance(given, Step):
            named = type(given).__name__
            raise MessageError(f"steps[{place}]", f"is {named}, write Step(...)")
    if len(steps) < FEWEST_STEPS:
        raise MessageError("steps", f"are {len(steps)}, a workflow has at least two")
    if steps[-1].until is not None:
        raise MessageError("steps", "end with a condition: the last step takes none")
    return steps


def _time(value: float | timedelta, field: str) -> float:
    time = seconds(value, field)
    if not time > 0:
        raise MessageError(field, f"is {time:g} seconds, must be above 0")
    return time


@attrs.frozen(init=False)
class Workflow:
    """Steps in the order they are tried: `Workflow(Step(...), Step(...))`.

    Args:
        *steps: At least two; each but the last may carry a condition.
        patience: Seconds, or a `timedelta`, that a step without a time may take: the
            last one, and any that only a failure leads on from.
        settle: Seconds, or a `timedelta`, in which a receipt may settle a send that had
            no clear answer, before the next step is tried.

    Raises:
        MessageError: Too few steps, a condition on the last, or no time at all.
    """

    steps: tuple[Step, ...]
    patience: float
    settle: float

    def __init__(
        self,
        *steps: Step,
        patience: float | timedelta = PATIENCE,
        settle: float | timedelta = SETTLE,
    ) -> None:
        object.__setattr__(self, "steps", _steps(steps))
        object.__setattr__(self, "patience", _time(patience, "patience"))
        object.__setattr__(self, "settle", _time(settle, "settle"))

    @classmethod
    def from_dict(cls, said: Mapping[str, object], *, to: str | None = None) -> Self:
        """The workflow that was written down as a dictionary.

        Args:
            said: `steps`, each with a `channel`, the fields of its message and those of
                a `Step`; and `patience`, `settle`, or a `to` for all steps.
            to: The recipient of every step that names none.

        Raises:
            MessageError: A key is wrong; its path comes first, as `steps[1].within`.
        """
        recipe = read(said, to)
        return cls(*recipe.steps, **recipe.times)

    @classmethod
    def from_text(cls, text: str, form: str = "toml", *, to: str | None = None) -> Self:
        """The workflow in a text.

        Args:
            text: As `from_dict` wants it.
            form: "toml", "json", or "yaml" where pyyaml is installed.
            to: The recipient of every step that names none.

        Raises:
            MessageError: It cannot be read, or a key is wrong.
            ConfigurationError: The form is unknown or not installed.
        """
        return cls.from_dict(cast("Mapping[str, object]", load(text, form)), to=to)

    @classmethod
    def for_each(
        cls, rows: Iterable[Mapping[str, object]], said: Mapping[str, object]
    ) -> Iterator[Self]:
        """A workflow for each row, as `from_dict` makes it.

        Args:
            rows: What differs, by name: `{"to": "447700900000", "code": 64873}`.
            said: The workflow with `{name}` where a row fills in, as in
                "Your code is {code}".

        Raises:
            MessageError: A row lacks a name, or makes a key wrong.
        """
        for row in rows:
            yield cls.from_dict(cast("Mapping[str, object]", filled(said, row)))

    def plan(self, *, api: Api = "v1") -> Plan:
        """Who can run it, and what would be lost if Nexmo did.

        Args:
            api: The generation: "v1", "v0.1" or "beta".
        """
        return plan(self.steps, api)

    def diagram(self) -> str:
        """A picture of it, as Mermaid text: each step, and what leads on from it.

        It shows what a run here does. GitHub and many editors draw such a text.
        """
        return diagram(self.steps)
