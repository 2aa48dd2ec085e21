"""What happens after the 202: lives are lived, workflows run. It decides nothing."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import attrs

from nexmo_async.clock import instant
from nexmo_async.sandbox import inbound, payload, workflow
from nexmo_async.sandbox.life import PLAIN, Persona, life
from nexmo_async.sandbox.records import Event, Inbound, Message, Place, Workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.callbacks import Courier
    from nexmo_async.sandbox.crew import Crew
    from nexmo_async.sandbox.records import Api, Draft, Webhook
    from nexmo_async.sandbox.store import Store

#: The letters of a v1 workflow id, which is no uuid. (Messages v1 spec, samples.)
LETTERS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

#: Seconds that a person sees that a reply is being written. (Messages v1 spec.)
REPLYING: Final = 25.0

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
    """

    clock: Clock
    store: Store
    courier: Courier
    crew: Crew
    addresses: Addresses
    personas: dict[str, Persona]
    home: str = ""
    _awaited: dict[tuple[str, str], Inbound] = attrs.field(
        factory=dict[tuple[str, str], Inbound], init=False
    )

    def send(self, draft: Draft, place: Place | None = None) -> Message:
        """Accept a message and begin its life."""
        message = Message(
            message_uuid=str(uuid4()),
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
        identity = "".join(secrets.choice(LETTERS) for _ in range(22))
        run = Workflow(workflow_id=identity, api="v1")
        self.store.add_workflow(run)
        first = self._step(run, drafts[0], total=len(drafts))
        self.crew.start(self._fail_over(run, drafts))
        return first

    def dispatch(self, steps: Sequence[workflow.Step], api: Api) -> Workflow:
        """Accept a workflow and run it."""
        run = Workflow(workflow_id=str(uuid4()), api=api)
        self.store.add_workflow(run)
        self._step(run, steps[0].draft, total=len(steps))
        self.crew.start(self._dispatch(run, steps))
        return run

    def hear(self, said: Inbound) -> Webhook:
        """Somebody wrote to the account."""
        self.store.add_inbound(said)
        return self.courier.send(
            "inbound",
            self.addresses.inbound_url,
            inbound.body(said, self.home),
            message_uuid=said.message_uuid,
        )

    def mark_read(self, said: Inbound, *, replying: bool) -> None:
        """The account read what somebody wrote, and perhaps writes a reply."""
        now = instant(self.clock)
        said.read_at = said.read_at or now
        if replying:
            said.replying_until = now + timedelta(seconds=REPLYING)
            self._awaited[said.channel, said.sender] = said
        self.store.bell.ring()

    def revoke(self, message: Message) -> None:
        """The account takes a message back; what has an end stays as it is."""
        if not any(event.status in ENDED for event in message.events):
            message.revoked_at = message.revoked_at or instant(self.clock)
        self.store.bell.ring()

    def reset(self) -> None:
        """Forget everything, and stop all that is under way."""
        self.crew.dismiss()
        self.store.clear()
        self.personas.clear()
        self._awaited.clear()

    async def _live(self, message: Message) -> None:
        persona = self.personas.get(message.to, Persona())
        turns = life(
            persona.on(message.channel),
            channel=message.channel,
            ttl=message.draft.ttl,
        )
        for turn in turns:
            await self.clock.sleep(turn.delay)
            if message.revoked_at is not None:
                # What is told after this is not documented: nothing is.
                return
            event = Event(turn.status, instant(self.clock), turn.code)
            self.store.add_event(message, event)
            self.courier.send(
                "status",
                message.draft.webhook_url or self.addresses.status_url,
                payload.status(message, event, message.draft.webhook_version),
                message_uuid=message.message_uuid,
                turn=message.turn,
            )

    async def _fail_over(self, run: Workflow, drafts: Sequence[Draft]) -> None:
        message = run.messages[0]
        for following in [*drafts[1:], None]:
            look = partial(_failed_over, message, last=following is None)
            decision = await message.bell.until(look)
            if decision == "next" and following is not None:
                message = self._step(run, following, total=len(drafts))
                continue
            run.status = "completed" if decision == "completed" else "error"
            self.store.bell.ring()
            return

    async def _dispatch(self, run: Workflow, steps: Sequence[workflow.Step]) -> None:
        message = run.messages[0]
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            decision = await self._outcome(step, message)
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
            )
            self.store.bell.ring()
            return

    async def _outcome(
        self, step: workflow.Step, message: Message
    ) -> workflow.Decision:
        try:
            async with self.clock.timeout(step.within):
                return await message.bell.until(lambda: _dispatched(step, message))
        except TimeoutError:
            # What came in the very last moment has come in time.
            late = _dispatched(step, message)
            return late or workflow.dispatch(step, workflow.Expired())

    def _step(self, run: Workflow, draft: Draft, *, total: int) -> Message:
        number = len(run.messages) + 1
        message = self.send(draft, Place(run.workflow_id, number, total))
        run.messages.append(message)
        return message


def _dispatched(step: workflow.Step, message: Message) -> workflow.Decision | None:
    """The first decision that the message's story so far leads to."""
    for event in message.events:
        decision = workflow.dispatch(step, event.status)
        if decision != "wait":
            return decision
    return None


def _failed_over(message: Message, *, last: bool) -> workflow.Decision | None:
    for event in message.events:
        decision = workflow.failover(event.status, last=last)
        if decision != "wait":
            return decision
    return None
