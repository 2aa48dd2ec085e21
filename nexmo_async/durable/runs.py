"""Begins durable runs, follows them, and calls them off, from any process."""

from __future__ import annotations

import itertools
import re
import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from nexmo_async.clock import instant
from nexmo_async.durable.chain import reached_at, silent, stand, step_due
from nexmo_async.durable.engine import LANE, Engine, Job
from nexmo_async.durable.link import CALLED_OFF, key
from nexmo_async.durable.links import chained, statuses, statuses_of
from nexmo_async.durable.refusing import refuse
from nexmo_async.durable.sending import Sender, Sends
from nexmo_async.durable.settling import SettlingReceipts
from nexmo_async.durable.spelling import LINK, OnUnknown, Order, read, spell
from nexmo_async.errors import ConfigurationError
from nexmo_async.models.states import Ended, Reason
from nexmo_async.workflows.kinds import kind_of_code
from nexmo_async.workflows.run import Happening, Run, Try, moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from nexmo_async.clock import Clock
    from nexmo_async.durable.chain import Standing
    from nexmo_async.durable.engine import JobStatus
    from nexmo_async.durable.link import Link
    from nexmo_async.models.attempt import Outcome, Result
    from nexmo_async.models.plan import Api
    from nexmo_async.models.workflow import Workflow
    from nexmo_async.receipts.store import ReceiptStore

#: Seconds between two looks at a run that somebody waits for.
LOOK: Final = 0.25

#: Runs that are looked at together.
TOGETHER: Final = 50

_Each = TypeVar("_Each")

_RUN: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")

#: The words for what a link came to.
_WORDS: Final = {
    "accepted": Reason.ACCEPTED.words,
    "refused": Reason.REFUSED.words,
    "unknown": Reason.NO_ANSWER.words,
    "held": Reason.HELD.words,
}


class Durable(Engine, ABC):
    """An engine that runs workflows: `nexmo.workflows.run(workflow, engine=engine)`.

    Args:
        clock: What time is measured by.
        on_unknown: What is done about a message that a worker was sending when it died:
            "resend" it, at the risk of a double, or "wait" for a receipt and go on to
            the next step without one, at the risk that it never left.
    """

    def __init__(self, clock: Clock, on_unknown: OnUnknown) -> None:
        if on_unknown not in {"resend", "wait"}:
            problem = f"is {on_unknown!r}, choose from resend, wait"
            raise ConfigurationError("on_unknown", problem)
        self.clock = clock
        self._on_unknown: OnUnknown = on_unknown

    async def start(
        self,
        workflow: Workflow,
        *,
        name: str | None = None,
        api: Api = "v1",
        lane: str = LANE,
        on_unknown: OnUnknown | None = None,
    ) -> DurableRun:
        """Begin a workflow; a worker sends it. `nexmo.workflows.run` calls this.

        Args:
            workflow: What to run.
            name: The run's id: up to 32 letters, digits, dots, dashes or underscores;
                made up if not given. If there is such a run already, it is followed,
                and nothing begins anew: a name makes a start safe to repeat.
            api: The generation that the workers speak.
            lane: Where its messages queue.
            on_unknown: As the engine says unless given.

        Raises:
            UnsupportedError: It holds a function, or its receipts could not be found.
            ConfigurationError: The name cannot be one.
        """
        refuse(workflow, api)
        run = name or uuid.uuid4().hex
        if not _RUN.fullmatch(run):
            problem = "has up to 32 letters, digits, dots, dashes and underscores"
            raise ConfigurationError("name", problem)
        now = self.clock.wall()
        held = workflow.steps[0].held_until(instant(self.clock))
        delay = 0.0 if held is None else held.timestamp() - now
        order = Order(workflow, lane, on_unknown or self._on_unknown, now)
        job = Job(LINK, spell(order))
        if not await self.submit(job, key=key(run, 1), lane=lane, delay=delay):
            return await self.follow(run)
        return DurableRun(run, workflow, self, now)

    async def follow(self, run: str) -> DurableRun:
        """A run that was begun by whatever process.

        Raises:
            ConfigurationError: There is no such run.
        """
        first = await self.status(key(run, 1))
        if first is None or first.kind != LINK:
            raise ConfigurationError("run", f"{run!r} is not known")
        told = read(first.body)
        return DurableRun(run, told.workflow, self, told.at)

    async def attend(self, runs: Collection[Run]) -> None:
        """Learn what has become of many runs, and let those that are over say so.

        It takes one question for fifty of them.
        """
        mine = [run for run in runs if isinstance(run, DurableRun)]
        for some in _batched(mine, TOGETHER):
            jobs = await statuses_of(self, [run.id for run in some])
            for run in some:
                run.learn(jobs[run.id], self.clock.wall())

    async def ends(self, runs: Mapping[str, Workflow]) -> dict[str, Result | None]:
        """How runs have ended, each by its id; None: it goes on.

        Those that are not known, or were forgotten, are left out.
        """
        found: dict[str, Result | None] = {}
        for some in _batched(runs, TOGETHER):
            for name, jobs in (await statuses_of(self, some)).items():
                if jobs:
                    begun = read(jobs[0].body).at
                    run = DurableRun(name, runs[name], self, begun)
                    run.learn(jobs, self.clock.wall())
                    found[name] = run.ending
        return found

    async def call_off(self, run: str) -> None:
        """Send nothing more of a run. What is on its way stays on its way."""
        now = self.clock.wall()
        await self.note(key(run, 1), {CALLED_OFF: now})
        jobs = await statuses(self, run)
        for job in jobs:
            await self.cancel(job.key)

    def sends(self, send: Sends) -> None:
        """Let this worker send, by `nexmo.messages.send`. To be called before `run`."""
        Sender(self, send, self.clock)

    def receipts(self, store: ReceiptStore) -> SettlingReceipts:
        """The store for the `WebhookApp` of each process: runs heed what it is told."""
        return SettlingReceipts(self, store, self.clock)

    @abstractmethod
    def later(self, run: DurableRun) -> None:
        """Call off a run as soon as may be."""


class DurableRun(Run):
    """A workflow under way on an engine: it goes on without this process.

    Whoever waits for it looks at it a few times a second; whoever does not, costs
    nothing.
    """

    __slots__ = ("_durable", "_told")

    def __init__(
        self, identity: str, workflow: Workflow, engine: Durable, at: float
    ) -> None:
        super().__init__(identity, workflow, _Owner(engine), at)
        self._durable = engine
        self._told: set[Happening] = set()

    async def look(self) -> None:
        """Learn what has become of it."""
        jobs = await statuses(self._durable, self.id)
        self.learn(jobs, self._durable.clock.wall())

    def learn(self, jobs: list[JobStatus], now: float) -> None:
        """Take in what is known of its links."""
        links, workflow = chained(jobs), self.workflow
        self.tries: list[Try] = [
            _try(self.id, one, links, workflow) for one in links if one.is_sent
        ]
        for happening in sorted(_story(links, workflow), key=lambda one: one.at):
            if happening not in self._told:
                self._told.add(happening)
                self.note(happening)
        standing = stand(links, workflow)
        end = _end(standing, links, jobs, workflow, now)
        if end is not None:
            self._conclude(*end, now)

    @property
    def ending(self) -> Result | None:
        """How it has ended, by what was learnt; None: it goes on."""
        return self._result() if self.is_over else None

    def _conclude(self, end: Ended, at: float, now: float) -> None:
        if self.ended is None:
            told = (end.outcome, end.step, end.why.words)
            self.ended: tuple[Outcome, int, str] | None = told
            self.ended_at: float | None = at
        last = max((one.sent_at for one in self.tries), default=at)
        open_ = any(one.reached_at is None and one.kind is None for one in self.tries)
        self.is_settled: bool = not open_ or now > last + self.workflow.patience
        self.ring()

    async def _rung(self) -> None:
        await self.look()
        if not self.is_over:
            await self._durable.clock.sleep(LOOK)


def _batched(all_: Iterable[_Each], count: int) -> Iterator[list[_Each]]:
    left = iter(all_)
    while some := list(itertools.islice(left, count)):
        yield some


@attrs.frozen
class _Owner:
    """Whoever drives it is not here; calling it off takes a moment."""

    engine: Durable

    def call_off(self, run: Run) -> None:
        if isinstance(run, DurableRun):
            self.engine.later(run)


def _end(
    standing: Standing,
    links: list[Link],
    jobs: list[JobStatus],
    workflow: Workflow,
    now: float,
) -> tuple[Ended, float] | None:
    """How and when it has ended; None if it goes on."""
    state = standing.state
    if isinstance(state, Ended):
        return state, standing.at
    nobody = all(job.state not in {"waiting", "queued", "running"} for job in jobs)
    if not nobody:
        return None
    end = silent(standing, workflow)
    last = links[standing.link - 1] if standing.link else None
    due = step_due(last, workflow)
    if end is None or due is None:
        # No job is left that could go on: the last one failed, or was parked.
        stopped = Ended("stopped", getattr(state, "step", 0), Reason.CANCELLED)
        return stopped, standing.at or now
    return (end, due) if now >= due else None


def _try(run: str, one: Link, links: list[Link], workflow: Workflow) -> Try:
    """One message, as it would be kept by a run in one process."""
    mark = one.mark
    if mark is None:
        raise ValueError("nobody has begun to send it")
    message, ref = workflow.steps[mark.step].message, key(run, one.number)
    tried = Try(mark.step, message, ref, is_own_ref=True, sent_at=mark.at)
    tried.answered = one.answer is not None or bool(one.told)
    if one.answer is not None:
        tried.uuid, tried.detail = one.answer.uuid, one.answer.detail
        if one.answer.what == "refused":
            tried.kind, tried.code = one.answer.kind, one.answer.code
            tried.why = Reason.REFUSED.words
    seen = tried.reached_at = reached_at(one, workflow)
    for told in one.told:
        if tried.hears(told.receipt) and told.receipt.failed:
            code = told.receipt.code
            tried.kind, tried.code = kind_of_code(code), code
            tried.detail, tried.why = told.receipt.reason, Reason.FAILED.words
        if told.seen == seen or tried.kind is not None:
            break  # what comes after that changes nothing
    after = [other for other in links if other.number > one.number and other.is_sent]
    if seen is not None:
        tried.why = Reason.REACHED.words
        tried.late = bool(after)
    elif after and not tried.why:
        tried.why = Reason.TIME_UP.words
    return tried


def _story(links: list[Link], workflow: Workflow) -> list[Happening]:
    """All that is known to have happened, in no order."""
    told: list[Happening] = []
    for one in links:
        if one.mark is None:
            continue
        step, at = one.mark.step, moment(one.mark.at)
        channel = workflow.steps[step].message.channel
        told.append(Happening(at, step, channel, Reason.SENT.words))
        answer = one.answer
        if answer is not None and answer.what in _WORDS:
            said, at = _WORDS[answer.what], moment(answer.at)
            told.append(Happening(at, step, channel, said, "", answer.detail))
        seen = reached_at(one, workflow)
        for heard in one.told:
            receipt, word = heard.receipt, Reason.ON_ITS_WAY.words
            if heard.seen == seen:
                word = Reason.REACHED.words
            elif receipt.failed:
                word = Reason.FAILED.words
            detail = f"{receipt.code or ''} {receipt.reason}".strip()
            status, at = receipt.status, moment(heard.seen)
            told.append(Happening(at, step, channel, word, status, detail))
    return told
