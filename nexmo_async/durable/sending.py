"""Does one link: arms the one after it, makes sure that it may, sends, and tells."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.clock import instant
from nexmo_async.durable.chain import (
    may_follow,
    send_within,
    stand,
    turn,
    within,
)
from nexmo_async.durable.engine import URGENT, Job
from nexmo_async.durable.link import ANSWER, MARK, Answer, Mark, place
from nexmo_async.durable.link import key as key_of
from nexmo_async.durable.links import chained, order, statuses
from nexmo_async.durable.spelling import LINK, Order, read
from nexmo_async.errors import NexmoError, UnknownOutcomeError
from nexmo_async.models.states import Ready
from nexmo_async.workflows.kinds import kind_of_error

if TYPE_CHECKING:
    from nexmo_async.clock import Clock
    from nexmo_async.durable.engine import Engine
    from nexmo_async.durable.link import Link, What
    from nexmo_async.models.message import Message
    from nexmo_async.workflows.mail import Taken

#: Seconds for which the last look at the database allows to send. Whoever was stopped
#: for longer looks again: another worker may have taken over.
FRESH: Final = 5.0


class Sends(Protocol):
    """Sends one message: `nexmo.messages.send`."""

    async def __call__(self, message: Message, /, *, total: float | None) -> Taken:
        """Return once it is accepted, within `total` seconds."""
        ...


@attrs.frozen
class _Turn:
    """What a link has to send, if nothing speaks against it."""

    run: str
    number: int
    body: str
    told: Order
    mark: Mark
    looked: float

    @property
    def key(self) -> str:
        return key_of(self.run, self.number)

    @property
    def next_key(self) -> str:
        return key_of(self.run, self.number + 1)

    @property
    def has_next(self) -> bool:
        return may_follow(self.told.workflow, self.mark.step, self.mark.attempt)

    def delay(self, now: float) -> float:
        """Seconds until the next link takes over, if nothing at all is heard."""
        workflow = self.told.workflow
        step = workflow.steps[self.mark.step]
        if self.mark.due is not None:
            return max(send_within(step, workflow), self.mark.due - now)
        return send_within(step, workflow) + within(step, workflow)


class Sender:
    """Does the links of all runs on one engine.

    Args:
        engine: Where they wait.
        send: Sends one message: `nexmo.messages.send`.
        clock: What time is measured by.
    """

    def __init__(self, engine: Engine, send: Sends, clock: Clock) -> None:
        self._engine = engine
        self._send = send
        self._clock = clock
        engine.handle(LINK, self)

    async def __call__(self, key: str, body: str) -> str:
        """Do one link, and tell what it came to."""
        found = place(key)
        if found is None:
            raise ValueError(f"{key!r} is the key of no link")
        run, number = found
        return (await self._look(run, number, body)).spell()

    async def _look(self, run: str, number: int, body: str) -> Answer:
        looked = self._clock.monotonic()
        links = chained(await statuses(self._engine, run))
        this = await self._do(run, number, body, links, looked)
        return await self._begin(this) if isinstance(this, _Turn) else this

    async def _do(  # noqa: PLR0911  one for each case
        self, run: str, number: int, body: str, links: list[Link], looked: float
    ) -> _Turn | Answer:
        """What is to be sent, or what the link has come to without that."""
        me, told = links[number - 1], read(body)
        now = self._clock.wall()
        if me.answer is not None:
            return me.answer  # it was done, and only its end was not kept
        if me.told:
            # Whoever sent it could not say so, but a receipt does.
            return Answer(what="accepted", at=now, uuid=me.told[0].receipt.message_uuid)
        if any(one.state not in {"waiting", "cancelled"} for one in links[number:]):
            return Answer(what="superseded", at=now)
        if me.mark is not None:
            again = await self._again(run, number, told, links, me.mark)
            if isinstance(again, Answer):
                return again
            return _Turn(run, number, body, told, again, looked)
        standing = turn(links[: number - 1], told.workflow, now)
        if not isinstance(standing.state, Ready):
            return Answer(what="stopped", at=now)
        state = standing.state
        mark = Mark(
            by=uuid.uuid4().hex,
            at=now,
            step=state.step,
            attempt=state.attempt,
            doubts=state.doubts,
            due=standing.due,
        )
        return _Turn(run, number, body, told, mark, looked)

    async def _again(
        self, run: str, number: int, told: Order, links: list[Link], mark: Mark
    ) -> Mark | Answer:
        """Somebody was sending it when they died, or are thought to have."""
        now = self._clock.wall()
        if any(one.state == "cancelled" for one in links[number:]):
            return Answer(what="superseded", at=now)
        if told.on_unknown == "wait":
            answer = Answer(what="unknown", at=now, detail="the worker died")
            facts = {ANSWER: attrs.asdict(answer)}
            await self._engine.note(key_of(run, number), facts)
            await self._tell(run, number, told, links, answer)
            return answer
        return attrs.evolve(mark, by=uuid.uuid4().hex, at=now)

    async def _begin(self, this: _Turn) -> Answer:
        now = self._clock.wall()
        step = this.told.workflow.steps[this.mark.step]
        held = step.held_until(instant(self._clock))
        if held is not None:
            await self._arm(this, held.timestamp() - now)
            return Answer(what="held", at=now)
        if this.has_next:
            await self._arm(this, this.delay(now))
        if self._clock.monotonic() - this.looked > FRESH:
            # Stopped for a while: somebody else may have marked it, and been at it.
            return await self._look(this.run, this.number, this.body)
        await self._engine.note(this.key, {MARK: attrs.asdict(this.mark)})
        verdict = await self._may_send(this)
        if verdict is not None:
            return Answer(what=verdict, at=self._clock.wall())
        answer = await self._answer(this)
        await self._settle(this, answer)
        return answer

    async def _arm(self, this: _Turn, delay: float) -> None:
        job, lane = Job(LINK, this.body), this.told.lane
        is_new = await self._engine.submit(
            job, key=this.next_key, lane=lane, delay=delay, priority=URGENT
        )
        if not is_new:
            await self._engine.advance(this.next_key, delay=delay)

    async def _may_send(self, this: _Turn) -> What | None:
        """None if it may; else why not. The last look before the message leaves."""
        while True:
            looked = self._clock.monotonic()
            delay = this.delay(self._clock.wall())
            if this.has_next:
                waits = await self._engine.advance(this.next_key, delay=delay)
                if not waits:
                    return "superseded"
            links = chained(await statuses(self._engine, this.run))
            mark = links[this.number - 1].mark
            if mark is None or mark.by != this.mark.by:
                return "superseded"
            if stand(links, this.told.workflow).end is not None:
                await self._engine.cancel(this.next_key)
                return "stopped"
            if self._clock.monotonic() - looked <= FRESH:
                return None

    async def _answer(self, this: _Turn) -> Answer:
        workflow = this.told.workflow
        step = workflow.steps[this.mark.step]
        message = attrs.evolve(step.message, client_ref=this.key)
        total = send_within(step, workflow)
        try:
            taken = await self._send(message, total=total)
        except UnknownOutcomeError as why:
            return Answer(what="unknown", at=self._clock.wall(), detail=why.problem)
        except NexmoError as why:
            return Answer(
                what="refused",
                at=self._clock.wall(),
                kind=kind_of_error(why),
                code=getattr(why, "status", None),
                detail=why.what(),
                rest=getattr(why, "retry_after", None) or 0.0,
            )
        return Answer(what="accepted", at=self._clock.wall(), uuid=taken.message_uuid)

    async def _settle(self, this: _Turn, answer: Answer) -> None:
        """The time of the step counts from now; what came meanwhile is heeded."""
        # The next link may begin, or this worker die, before the result is kept.
        await self._engine.note(this.key, {ANSWER: attrs.asdict(answer)})
        if not this.has_next:
            return
        if answer.what == "accepted" and this.mark.due is None:
            step = this.told.workflow.steps[this.mark.step]
            delay = within(step, this.told.workflow)
            await self._engine.advance(this.next_key, delay=delay)
        links = chained(await statuses(self._engine, this.run))
        await self._tell(this.run, this.number, this.told, links, answer)

    async def _tell(
        self, run: str, number: int, told: Order, links: list[Link], answer: Answer
    ) -> None:
        links[number - 1] = attrs.evolve(links[number - 1], answer=answer)
        standing = stand(links[:number], told.workflow)
        await order(self._engine, run, standing, self._clock.wall())
