"""What happens after the 202: lives are lived, workflows run. It decides nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.clock import instant
from nexmo_async.sandbox import inbound, payload, realism, workflow
from nexmo_async.sandbox.chaos import Chaos
from nexmo_async.sandbox.conductor import Conductor
from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.life import PLAIN, QUICK, Outcome, decide, life
from nexmo_async.sandbox.personas import Personas
from nexmo_async.sandbox.rates import Meter
from nexmo_async.sandbox.records import (
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
    from nexmo_async.sandbox.life import Status, Turn
    from nexmo_async.sandbox.records import Addresses, Api, Draft, Webhook
    from nexmo_async.sandbox.store import Store

#: Seconds that a person sees that a reply is being written. (Messages v1 spec.)
REPLYING: Final = 25.0

#: Seconds after which somebody answers whose script says so.
REPLY_AFTER: Final = 1.0

#: Of how many people is remembered when they last wrote.
MOST_HEARD: Final = 100_000

#: Statuses after which it is too late to take a message back.
ENDED: Final = frozenset({"delivered", "read", "rejected", "undeliverable"})


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
    _resumed: int = attrs.field(default=0, init=False)
    _began: datetime | None = attrs.field(default=None, init=False)
    _last_heard: dict[tuple[str, str], datetime] = attrs.field(
        factory=dict[tuple[str, str], "datetime"], init=False
    )
    _awaited: dict[tuple[str, str], Inbound] = attrs.field(
        factory=dict[tuple[str, str], Inbound], init=False
    )

    @property
    def _conductor(self) -> Conductor:
        return Conductor(self)

    @property
    def count(self) -> int:
        """How many ids were given away."""
        return self._count

    def resume(self, count: int) -> None:
        """Go on with all that was under way when the sandbox stopped.

        Args:
            count: How many ids were given away.
        """
        self._count, self._began = count, instant(self.clock)
        for said in self.store.inbound():
            self._last_heard[said.channel, said.sender] = said.at
        for message in self.store.messages():
            self._resumed = message.number
            if self._goes_on(message):
                self.crew.start(self._live(message))
        for run in self.store.workflows():
            if run.status == "running" and run.is_whole:
                self.crew.start(self._conductor.run(run))
        for webhook in self.store.webhooks():
            concerned = self.store.message(webhook.message_uuid or "")
            self.courier.resume(webhook, concerned.turn if concerned else None)

    def send(
        self, draft: Draft, place: Place | None = None, *, wait: float = 0.0
    ) -> Message:
        """Accept a message and begin its life.

        Args:
            draft: What to send.
            place: Where it stands in a workflow.
            wait: Seconds that it stands in line before.
        """
        message = Message(
            message_uuid=self._identity(),
            draft=draft,
            accepted_at=instant(self.clock),
            place=place,
            waits=wait,
        )
        self.store.add_message(message)
        answered = self._awaited.pop((PLAIN[draft.channel], draft.to), None)
        if answered is not None:
            answered.replying_until = None
        self.crew.start(self._live(message))
        return message

    def send_with_failover(
        self, drafts: Sequence[Draft], *, wait: float = 0.0
    ) -> Message:
        """Accept a v1 message, and what to send if it is rejected."""
        identity = self.dice.word("workflow", self._count)
        plan = [Plan(draft=draft) for draft in drafts]
        run = Workflow(workflow_id=identity, api="v1", plan=plan)
        self.store.add_workflow(run)
        first = self._conductor.step(run, drafts[0], wait=wait)
        self.crew.start(self._conductor.run(run))
        return first

    def dispatch(
        self, steps: Sequence[workflow.Step], api: Api, *, wait: float = 0.0
    ) -> Workflow:
        """Accept a workflow and run it."""
        plan = [
            Plan(draft=step.draft, condition=step.condition, within=step.within)
            for step in steps
        ]
        run = Workflow(workflow_id=self._identity(), api=api, plan=plan)
        self.store.add_workflow(run)
        self._conductor.step(run, steps[0].draft, wait=wait)
        self.crew.start(self._conductor.run(run))
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
        outcome, turns = self._life_of(message)
        lived = len(message.events)
        age = self.missed(message)
        for number, turn in enumerate(turns, start=1):
            pause, age = max(0.0, turn.delay - age), max(0.0, age - turn.delay)
            if number <= lived:
                continue
            await self.clock.sleep(pause)
            if message.revoked_at is not None or message.by_hand:
                # What is told after a revocation is not documented: nothing is.
                return
            self._reach(message, turn.status, turn.code)
        if outcome.verdict == "reply":
            await self._reply(message, outcome.text or "")

    def _goes_on(self, message: Message) -> bool:
        """Is there more to come of a message that was under way?"""
        if message.by_hand or message.revoked_at is not None:
            return False
        turns = self._life_of(message)[1]
        told = [event.status for event in message.events]
        # A script that was changed since may lead elsewhere: then it ends here.
        begins = told == [turn.status for turn in turns[: len(told)]]
        return begins and len(told) < len(turns)

    def _life_of(self, message: Message) -> tuple[Outcome, list[Turn]]:
        outcome, draft, pace = self._outcome_of(message), message.draft, QUICK
        if self.realistic:
            pace = realism.pace(draft.channel, self.dice, message.number)
        if message.waits:
            pace = attrs.evolve(pace, submitted=pace.submitted + message.waits)
        turns = life(outcome, channel=draft.channel, ttl=draft.ttl, pace=pace)
        return outcome, turns

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

    def missed(self, message: Message) -> float:
        """Seconds that passed before the sandbox went on with a message."""
        if self._began is None or message.number > self._resumed:
            return 0.0
        return (self._began - message.accepted_at).total_seconds()
