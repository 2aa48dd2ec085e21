"""What a workflow is: /beta/workflows and /v0.1/dispatch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import Violation
from nexmo_async.sandbox.rules import nested, table
from nexmo_async.sandbox.rules.checks import an_object, one_of, whole
from nexmo_async.sandbox.rules.table import Field, Many
from nexmo_async.sandbox.workflow import Step

if TYPE_CHECKING:
    from nexmo_async.sandbox.problem import Problem
    from nexmo_async.sandbox.rules.nested_content import Generation
    from nexmo_async.sandbox.rules.table import Body, Table

#: What a step waits for, and how many seconds. (Workflows beta, Dispatch specs.)
EXPIRY: Final = whole(15, 86_400)
CONDITION: Final = one_of("delivered", "read")

#: Channels that never report `read`, so no step can wait for it. (Dispatch guide.)
NEVER_READ: Final = frozenset({"sms", "mms"})

#: The outside of a workflow. (Dispatch spec.)
WORKFLOW: Final[Table] = (
    Field("template", one_of("failover")),
    Many("workflow", least=1),
)


def refuse(body: Body, api: Generation) -> Problem | None:
    """Why this is no workflow, if it is none."""
    found = table.violations(body, WORKFLOW)
    if not found:
        items = document.items(body["workflow"]) or []
        for position, item in enumerate(items):
            found += _step(item, api, position=position, last=len(items) - 1)
    problem = nested.problem(found)
    # Here `invalid_parameters` is one object. (Workflows beta, Dispatch specs.)
    return problem and attrs.evolve(problem, only_first=True)


def steps(body: Body, api: Generation) -> list[Step]:
    """The steps that an accepted workflow asks for."""
    found: list[Step] = []
    for item in document.items(body["workflow"]) or []:
        step = document.mapping(item) or {}
        within = table.look(step, "failover.expiry_time")
        wants_read = table.word(step, "failover.condition_status") == "read"
        found.append(
            Step(
                nested.draft(step, api),
                "read" if wants_read else "delivered",
                within if isinstance(within, int) else None,
            )
        )
    return found


def _step(
    item: object, api: Generation, *, position: int, last: int
) -> list[Violation]:
    step = document.mapping(item) or {}
    here = f"workflow[{position}]."
    found = nested.violations(step, api, within=here, in_workflow=True)
    if position == last:
        if "failover" in step:
            found.append(Violation(f"{here}failover", "is not for the last step."))
        return found
    condition = CONDITION
    if table.word(step, "to.type") in NEVER_READ:
        condition = one_of("delivered")
    rules = (
        Field("failover", an_object),
        Field("failover.expiry_time", EXPIRY),
        Field("failover.condition_status", condition),
    )
    return found + table.violations(step, rules, within=here)
