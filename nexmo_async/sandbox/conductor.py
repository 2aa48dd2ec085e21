"""Runs workflows and failovers, step after step. What a status means is not its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import attrs

from nexmo_async.clock import instant
from nexmo_async.sandbox import payload, workflow
from nexmo_async.sandbox.records import Ending, Place

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.callbacks import Courier
    from nexmo_async.sandbox.records import Addresses, Draft, Message, Plan, Workflow
    from nexmo_async.sandbox.store import Store


class Stage(Protocol):
    """Where workflows play: who carries their messages, and tells of them."""

    clock: Clock
    store: Store
    courier: Courier
    addresses: Addresses

    def send(self, draft: Draft, place: Place, *, wait: float = 0.0) -> Message:
        """Carry the message of a step."""
        ...

    def missed(self, message: Message) -> float:
        """Seconds that passed before the sandbox went on with it."""
        ...


@attrs.frozen(eq=False)
class Conductor:
    """Sees workflows through."""

    stage: Stage

    async def run(self, run: Workflow) -> None:
        """See the steps that have not begun through, from the last that has."""
        message = run.messages[-1]
        begun = len(run.messages)
        for position, plan in enumerate(run.plan[begun - 1 :], start=begun):
            decision, why = await self._decision(run, plan, message)
            self._end(run, why)
            if decision == "next" and position < len(run.plan):
                message = self.step(run, run.plan[position].draft)
                continue
            run.status = "completed" if decision == "completed" else "error"
            if run.api != "v1":
                self._report(run, message)
            self.stage.store.changed("workflow", run)
            return

    async def _decision(
        self, run: Workflow, plan: Plan, message: Message
    ) -> tuple[workflow.Decision, str]:
        if run.api == "v1":
            last = len(run.messages) == len(run.plan)
            look = partial(_failed_over, message, last=last)
            return await message.bell.until(look), message.status
        step = workflow.Step(plan.draft, plan.condition or "delivered", plan.within)
        return await self._outcome(step, message)

    def _report(self, run: Workflow, message: Message) -> None:
        self.stage.courier.send(
            "report",
            self.stage.addresses.status_url,
            payload.report(run, instant(self.stage.clock)),
            message_uuid=message.message_uuid,
            turn=message.turn,
            person=message.to,
        )

    async def _outcome(
        self, step: workflow.Step, message: Message
    ) -> tuple[workflow.Decision, str]:
        """What comes next, and the status or the silence that decided it."""
        try:
            async with self.stage.clock.timeout(self._left(step, message)):
                return await message.bell.until(lambda: _dispatched(step, message))
        except TimeoutError:
            # What came in the very last moment has come in time.
            late = _dispatched(step, message)
            return late or (workflow.dispatch(step, workflow.Expired()), "expired")

    def _left(self, step: workflow.Step, message: Message) -> float | None:
        """Seconds that a step still has."""
        if step.within is None:
            return None
        return max(0.0, step.within - self.stage.missed(message))

    def _end(self, run: Workflow, outcome: str) -> None:
        run.endings.append(Ending(instant(self.stage.clock), outcome))
        self.stage.store.changed("workflow", run)

    def step(self, run: Workflow, draft: Draft, *, wait: float = 0.0) -> Message:
        """Begin the next step, after some seconds in line."""
        place = Place(run.workflow_id, len(run.messages) + 1, len(run.plan))
        message = self.stage.send(draft, place, wait=wait)
        run.messages.append(message)
        self.stage.store.changed("workflow", run)
        return message


def _dispatched(
    step: workflow.Step, message: Message
) -> tuple[workflow.Decision, str] | None:
    """The first decision that the message's story so far leads to, and the status."""
    for event in message.events:
        decision = workflow.dispatch(step, event.status)
        if decision != "wait":
            return decision, event.status
    return None


def _failed_over(message: Message, *, last: bool) -> workflow.Decision | None:
    for event in message.events:
        decision = workflow.failover(event.status, last=last)
        if decision != "wait":
            return decision
    return None
