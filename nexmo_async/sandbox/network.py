"""What happens after the 202: lives are lived, workflows run. It decides nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.clock import instant
from nexmo_async.sandbox import inbound, payload, realism, workflow
from nexmo_async.sandbox.chaos import Chaos
from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.life import PLAIN, Outcome, decide, life
from nexmo_async.sandbox.personas import Personas
from nexmo_async.sandbox.rates import Meter
from nexmo_async.sandbox.records import (
    Ending,
    Event,
    Inbound,
    Message,
    Place,
    Plan,
    Workflow,
)
from nexmo_async.sandbox.rules.inbound import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.callbacks import Courier
    from nexmo_async.sandbox.crew import Crew
    from nexmo_async.sandbox.life import Status
    from nexmo_async.sandbox.records import Api, Draft, Webhook
    from nexmo_async.sandbox.store import Store

#: Seconds that a person sees that a reply is being written. (Messages v1 spec.)
REPLYING: Final = 25.0

#: Seconds after which somebody answers whose script says so.
REPLY_AFTER: Final = 1.0

#: Of how many people is remembered when they last wrote.
MOST_HEARD: Final = 100_000

#: Statuses after which it is too late to take a message back.
ENDED: Final = frozenset({"delivered", "read", "rejected", "undeliverable"})


@attrs.define
class Addresses:
    """Where the account wants to hear of things; None: nowhere."""

    status_url: str | None = None
    inbound_url: str | None = None


@attrs.define(eq=False)
class Network:
    """Carries messages to people, and tells the account what became of them.

    Attributes:
        home: Where the sandbox is, for links and files.
        realistic: Do the channels' rules for businesses hold?
    """

    clock: Clock
    store: Store
    courier: Courier
    crew: Crew
    addresses: Addresses
    personas: Personas = attrs.field(factory=Personas)
    dice: Dice = attrs.field(factory=Dice)
    chaos: Chaos = attrs.field(factory=lambda: Chaos(Dice()))
    meter: Meter = attrs.field(factory=Meter)
    realistic: bool = False
    home: str = ""
    _count: int = attrs.field(default=0, init=False)
    _last_heard: dict[tuple[str, str], datetime] = attrs.field(
        factory=dict[tuple[str, str], "datetime"], init=False
    )
    _awaited: dict[tuple[str, str], Inbound] = attrs.field(
        factory=dict[tuple[str, str], Inbound], init=False
    )

    def send(self, draft: Draft, place: Place | None = None) -> Message:
        """Accept a message and begin its life."""
        message = Message(
            message_uuid=self._identity(),
            draft=draft,
            accepted_at=instant(self.clock),
            place=place,
        )
        self.store.add_message(message)
        answered = self._awaited.pop((PLAIN[draft.channel], draft.to), None)
        if answered is not None:
            answered.replying_until = None
        self.crew.start(self._live(message))
        return message

    def send_with_failover(self, drafts: Sequence[Draft]) -> Message:
        """Accept a v1 message, and what to send if it is rejected."""
        identity = self.dice.word("workflow", self._count)
        plan = [Plan(draft=draft) for draft in drafts]
        run = Workflow(workflow_id=identity, api="v1", plan=plan)
        self.store.add_workflow(run)
        first = self._step(run, drafts[0], total=len(drafts))
        self.crew.start(self._fail_over(run, drafts))
        return first

    def dispatch(self, steps: Sequence[workflow.Step], api: Api) -> Workflow:
        """Accept a workflow and run it."""
        plan = [
            Plan(draft=step.draft, condition=step.condition, within=step.within)
            for step in steps
        ]
        run = Workflow(workflow_id=self._identity(), api=api, plan=plan)
        self.store.add_workflow(run)
        self._step(run, steps[0].draft, total=len(steps))
        self.crew.start(self._dispatch(run, steps))
        return run

    def hear(self, said: Inbound) -> Webhook:
        """Somebody wrote to the account."""
        if self.dice.seed is not None:
            said.message_uuid = self._identity()
        if len(self._last_heard) >= MOST_HEARD:
            self._last_heard.clear()
        self._last_heard[said.channel, said.sender] = said.at
        self.store.add_inbound(said)
        return self.courier.send(
            "inbound",
            self.addresses.inbound_url,
            inbound.body(said, self.home),
            message_uuid=said.message_uuid,
            person=said.sender,
        )

    def tell(self, message: Message, status: Status, code: int | None) -> None:
        """Write a receipt by hand; the message's script ends here."""
        message.by_hand = True
        self._reach(message, status, code)

    def mark_read(self, said: Inbound, *, replying: bool) -> None:
        """The account read what somebody wrote, and perhaps writes a reply."""
        now = instant(self.clock)
        said.read_at = said.read_at or now
        if replying:
            said.replying_until = now + timedelta(seconds=REPLYING)
            self._awaited[said.channel, said.sender] = said
        self.store.changed("inbound", said)

    def revoke(self, message: Message) -> None:
        """The account takes a message back; what has an end stays as it is."""
        if not any(event.status in ENDED for event in message.events):
            message.revoked_at = message.revoked_at or instant(self.clock)
        self.store.changed("message", message)

    def reset(self) -> None:
        """Forget everything, and stop all that is under way."""
        self.crew.dismiss()
        self.store.clear()
        self.personas.clear()
        self.chaos.put((), 0.0)
        self._awaited.clear()
        self._last_heard.clear()

    async def _live(self, message: Message) -> None:
        outcome = self._outcome_of(message)
        for turn in life(outcome, channel=message.channel, ttl=message.draft.ttl):
            await self.clock.sleep(turn.delay)
            if message.revoked_at is not None or message.by_hand:
                # What is told after a revocation is not documented: nothing is.
                return
            self._reach(message, turn.status, turn.code)
        if outcome.verdict == "reply":
            await self._reply(message, outcome.text or "")

    def _outcome_of(self, message: Message) -> Outcome:
        draft = message.draft
        if self.realistic:
            last = self._last_heard.get((PLAIN[draft.channel], draft.to))
            code = realism.refusal(draft, last, message.accepted_at)
            if code is not None:
                return Outcome("reject", code)
        outcome = self.personas.of(draft.to).on(draft.channel)
        if outcome.verdict != "flaky":
            return outcome
        return decide(outcome, self.dice.fraction("flaky", message.number))

    async def _reply(self, message: Message, text: str) -> None:
        plain = PLAIN[message.channel]
        if "text" not in KINDS[message.api].get(plain, ()):
            return
        await self.clock.sleep(REPLY_AFTER)
        self.hear(
            Inbound(
                api=message.api,
                channel=plain,
                sender=message.to,
                to=message.sender,
                message_type="text",
                content=text,
                at=instant(self.clock),
            )
        )

    def _reach(self, message: Message, status: Status, code: int | None) -> None:
        event = Event(status, instant(self.clock), code)
        self.store.add_event(message, event)
        self.courier.send(
            "status",
            message.draft.webhook_url or self.addresses.status_url,
            payload.status(message, event, message.draft.webhook_version),
            message_uuid=message.message_uuid,
            turn=message.turn,
            person=message.to,
        )

    def _identity(self) -> str:
        self._count += 1
        return self.dice.uuid("thing", self._count)

    async def _fail_over(self, run: Workflow, drafts: Sequence[Draft]) -> None:
        message = run.messages[0]
        for following in [*drafts[1:], None]:
            look = partial(_failed_over, message, last=following is None)
            decision = await message.bell.until(look)
            self._end(run, message.status)
            if decision == "next" and following is not None:
                message = self._step(run, following, total=len(drafts))
                continue
            run.status = "completed" if decision == "completed" else "error"
            self.store.changed("workflow", run)
            return

    async def _dispatch(self, run: Workflow, steps: Sequence[workflow.Step]) -> None:
        message = run.messages[0]
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            decision, why = await self._outcome(step, message)
            self._end(run, why)
            if decision == "next" and following is not None:
                message = self._step(run, following.draft, total=len(steps))
                continue
            run.status = "completed" if decision == "completed" else "error"
            self.courier.send(
                "report",
                self.addresses.status_url,
                payload.report(run, instant(self.clock)),
                message_uuid=message.message_uuid,
                turn=message.turn,
                person=message.to,
            )
            self.store.changed("workflow", run)
            return

    async def _outcome(
        self, step: workflow.Step, message: Message
    ) -> tuple[workflow.Decision, str]:
        """What comes next, and the status or the silence that decided it."""
        try:
            async with self.clock.timeout(step.within):
                return await message.bell.until(lambda: _dispatched(step, message))
        except TimeoutError:
            # What came in the very last moment has come in time.
            late = _dispatched(step, message)
            return late or (workflow.dispatch(step, workflow.Expired()), "expired")

    def _end(self, run: Workflow, outcome: str) -> None:
        run.endings.append(Ending(instant(self.clock), outcome))
        self.store.changed("workflow", run)

    def _step(self, run: Workflow, draft: Draft, *, total: int) -> Message:
        number = len(run.messages) + 1
        message = self.send(draft, Place(run.workflow_id, number, total))
        run.messages.append(message)
        self.store.changed("workflow", run)
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
