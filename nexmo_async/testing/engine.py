"""What every engine of durable jobs must do."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from nexmo_async.clock import SystemClock
from nexmo_async.durable.engine import OVER, Job, Lane
from nexmo_async.testing.demand import demand, demand_end, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.durable.engine import Engine, JobStatus

#: Seconds that all demands together may take: an engine may look once a second only.
WITHIN: Final = 30.0

#: The lane that the engine under test has to know.
NARROW: Final = Lane("narrow", at_once=2)

KIND: Final = "nexmo_async.check.v1"

#: Seconds that nobody waits for in these demands, and those between two looks.
LONG: Final = 3600.0
LOOK: Final = 0.02


class _Bench:
    """An engine at work, and what its handler was asked to do."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.done: Counter[str] = Counter()
        self.bodies: dict[str, str] = {}
        self.begun: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        engine.handle(KIND, self.do)

    async def do(self, key: str, body: str) -> str:
        """The handler."""
        self.done[key] += 1
        self.bodies[key] = body
        self.begun[key].set()
        said = json.loads(body)
        group = said.get("group", "")
        self.running[group] += 1
        self.most[group] = max(self.most[group], self.running[group])
        try:
            if said.get("gate"):
                await self.gates[said["gate"]].wait()
        finally:
            self.running[group] -= 1
        if said.get("fail"):
            raise ValueError(said["fail"])
        return f"did {key}"

    async def until(self, key: str, state: str) -> JobStatus:
        """The job, once it stands there."""
        while True:
            job = await self.engine.status(key)
            if job is not None and job.state == state:
                return job
            await SystemClock().sleep(LOOK)


_Demand = Callable[[_Bench], Awaitable[None]]


async def check_engine(engine: Engine, *, within: float = WITHIN) -> None:
    """Try all that an engine of durable jobs must do.

    Args:
        engine: Open, not running yet, with nothing in it; it knows the lane `NARROW`.
        within: Seconds of real time that all demands together may take.

    Raises:
        AssertionError: It does not do it; the message says what.
    """
    bench = _Bench(engine)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        try:
            async with asyncio.TaskGroup() as demands:
                for check in _DEMANDS:
                    demands.create_task(_meet(check, bench, within))
        finally:
            running.cancel()


async def _meet(check: _Demand, bench: _Bench, within: float) -> None:
    async with demand_end(within, f"{named(check)}: it hangs"):
        await check(bench)


def _job(**said: object) -> Job:
    return Job(KIND, json.dumps(said))


async def _a_job_is_done_once_and_its_result_kept(bench: _Bench) -> None:
    job = _job(words="läuft")
    demand(await bench.engine.submit(job, key="once:1"), "a new key is new")
    told = await bench.until("once:1", "done")
    demand(told.result == "did once:1", "what the handler returns is kept")
    demand(told.kind == KIND, "the kind is kept")
    demand(told.body == job.body == bench.bodies["once:1"], "the body is kept")
    demand(bench.done["once:1"] == 1, "a job is done once")


async def _a_key_is_used_once(bench: _Bench) -> None:
    first, other = _job(words="first"), _job(words="other")
    new = [
        await bench.engine.submit(first, key="key:1", delay=LONG),
        await bench.engine.submit(other, key="key:1"),
    ]
    demand(new == [True, False], "a key in use is refused")
    await bench.engine.advance("key:1")
    await bench.until("key:1", "done")
    demand(bench.bodies["key:1"] == first.body, "the first one counts")
    demand(
        not await bench.engine.submit(other, key="key:1"), "it stays in use when over"
    )
    demand(bench.done["key:1"] == 1, "a key is done once")


async def _many_ask_for_one_key_at_once(bench: _Bench) -> None:
    asking = [bench.engine.submit(_job(), key="race:1") for _ in range(8)]
    demand(sum(await asyncio.gather(*asking)) == 1, "only one of many is new")
    await bench.until("race:1", "done")
    demand(bench.done["race:1"] == 1, "a key is done once, however many ask")


async def _a_delay_is_waited_for(bench: _Bench) -> None:
    await bench.engine.submit(_job(), key="delay:1", delay=0.2)
    await bench.until("delay:1", "done")
    await bench.engine.submit(_job(), key="delay:2", delay=LONG)
    told = await bench.engine.status("delay:2")
    demand(told is not None and told.state == "waiting", "a delay is waited for")
    demand(told is not None and told.due is not None, "the moment is told")
    demand(not bench.begun["delay:2"].is_set(), "it has not begun")


async def _who_waits_can_be_let_run(bench: _Bench) -> None:
    await bench.engine.submit(_job(), key="advance:1", delay=LONG)
    demand(await bench.engine.advance("advance:1"), "who waits can be let run")
    await bench.until("advance:1", "done")
    demand(not await bench.engine.advance("advance:1"), "what is over waits no longer")
    demand(not await bench.engine.advance("advance:0"), "who is not known waits not")


async def _the_moment_can_be_moved(bench: _Bench) -> None:
    await bench.engine.submit(_job(), key="move:1", delay=0.5)
    demand(await bench.engine.advance("move:1", delay=LONG), "a moment can be moved")
    told = await bench.engine.status("move:1")
    demand(told is not None and told.state == "waiting", "it waits for the new one")
    demand(not bench.begun["move:1"].is_set(), "who is moved has not begun")
    await bench.engine.advance("move:1", delay=0.1)
    await bench.until("move:1", "done")


async def _who_waits_can_be_called_off(bench: _Bench) -> None:
    await bench.engine.submit(_job(), key="cancel:1", delay=0.5)
    demand(await bench.engine.cancel("cancel:1"), "who waits can be called off")
    demand(not await bench.engine.cancel("cancel:1"), "but once")
    demand(not await bench.engine.advance("cancel:1"), "and runs no more")
    await bench.until("cancel:1", "cancelled")
    demand(not await bench.engine.submit(_job(), key="cancel:1"), "its key is used")
    await bench.engine.submit(_job(), key="cancel:2", delay=1.0)
    await bench.until("cancel:2", "done")
    demand(not bench.begun["cancel:1"].is_set(), "not even when its moment comes")
    demand(not await bench.engine.cancel("cancel:0"), "who is not known is left alone")


async def _who_runs_is_not_called_off(bench: _Bench) -> None:
    await bench.engine.submit(_job(gate="runs"), key="runs:1")
    await bench.begun["runs:1"].wait()
    told = await bench.until("runs:1", "running")
    demand(told.result == "", "there is no result before the end")
    demand(not await bench.engine.cancel("runs:1"), "who runs is not called off")
    demand(not await bench.engine.advance("runs:1", delay=LONG), "nor moved")
    bench.gates["runs"].set()
    await bench.until("runs:1", "done")
    demand(not await bench.engine.cancel("runs:1"), "what is over is not called off")


async def _a_failure_is_told(bench: _Bench) -> None:
    await bench.engine.submit(_job(fail="no such thing"), key="fail:1")
    told = await bench.until("fail:1", "failed")
    demand("no such thing" in told.reason, "a failure tells why")
    demand(told.state in OVER, "a failure is an end")
    demand(bench.done["fail:1"] == 1, "a failure is not tried again")


async def _facts_are_kept(bench: _Bench) -> None:
    await bench.engine.submit(_job(), key="fact:1", delay=LONG)
    facts = [{f"f{number}": {"is": number}} for number in range(8)]
    await asyncio.gather(*(bench.engine.note("fact:1", fact) for fact in facts))
    await bench.engine.note("fact:1", {"f0": {"is": "new"}})
    told = await bench.engine.status("fact:1")
    wanted: dict[str, object] = {f"f{n}": {"is": n} for n in range(8)}
    wanted["f0"] = {"is": "new"}
    demand(told is not None and dict(told.facts) == wanted, "no fact is lost")
    await bench.engine.advance("fact:1")
    told = await bench.until("fact:1", "done")
    demand(dict(told.facts) == wanted, "facts outlive the job")
    await bench.engine.note("fact:0", {"f": 1})
    demand(await bench.engine.status("fact:0") is None, "facts make no job")


async def _many_are_taken_at_once(bench: _Bench) -> None:
    jobs = [_job(number=number) for number in range(20)]
    engine = bench.engine
    demand(await engine.submit_many(jobs[:9], key_prefix="many") == 9, "nine are new")  # noqa: PLR2004
    demand(await engine.submit_many(jobs, key_prefix="many") == 11, "eleven are new")  # noqa: PLR2004
    for number in range(1, 21):
        await bench.until(f"many:{number}", "done")
        demand(bench.done[f"many:{number}"] == 1, "each of many is done once")
    told = await engine.read(["many:1", "many:20", "many:21"])
    demand(set(told) == {"many:1", "many:20"}, "who is not known is left out")


async def _a_lane_can_be_narrow(bench: _Bench) -> None:
    keys = [f"narrow:{number}" for number in range(6)]
    for key in keys:
        job = _job(gate=key, group="narrow")
        await bench.engine.submit(job, key=key, lane=NARROW.name)
    for key in keys:
        bench.gates[key].set()
        await bench.until(key, "done")
    most = bench.most["narrow"]
    demand(most <= (NARROW.at_once or 0), "a lane runs no more at once than it may")


_DEMANDS: Final[Sequence[_Demand]] = (
    _a_job_is_done_once_and_its_result_kept,
    _a_key_is_used_once,
    _many_ask_for_one_key_at_once,
    _a_delay_is_waited_for,
    _who_waits_can_be_let_run,
    _the_moment_can_be_moved,
    _who_waits_can_be_called_off,
    _who_runs_is_not_called_off,
    _a_failure_is_told,
    _facts_are_kept,
    _many_are_taken_at_once,
    _a_lane_can_be_narrow,
)
