"""A provider, workers that die, and the web process that takes the webhooks."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs

from nexmo_async.clock import SystemClock
from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.models.message import Sms, WhatsApp
from nexmo_async.models.step import Step
from nexmo_async.models.workflow import Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.sandbox import serve
from nexmo_async.webhooks.app import WebhookApp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from nexmo_async.durable import OnUnknown

HERE = Path(__file__).parent
FATES = ("deliver", "reject 1300", "silent")
START_WITHIN = 60.0
END_WITHIN = 240.0


@attrs.frozen
class Tally:
    """What the provider has counted; people by their number.

    Attributes:
        lost: Who did not get all that was due to them.
        doubled: Messages that came more than once, each time but the first.
        overtaken: Who got the fallback first.
        surplus: Who got a fallback that they did not need.
        sent: All that came.
    """

    lost: tuple[str, ...]
    doubled: tuple[tuple[str, str], ...]
    overtaken: tuple[str, ...]
    surplus: tuple[str, ...]
    sent: int


def tally(fates: Mapping[str, str], taken: Iterable[Sequence[str]]) -> Tally:
    """What has come of what was due.

    Args:
        fates: What becomes of the first message, by person.
        taken: Reference, person and channel of each message, in the order they came.
    """
    expected = {
        (to, channel)
        for to, fate in fates.items()
        for channel in ("whatsapp", *(["sms"] if fate != "deliver" else []))
    }
    counted: Counter[tuple[str, str]] = Counter()
    first: dict[str, str] = {}
    for _, to, channel in taken:
        counted[to, channel] += 1
        first.setdefault(to, channel)
    return Tally(
        lost=tuple(sorted({to for to, _ in expected - counted.keys()})),
        doubled=tuple(pair for pair, n in counted.items() for _ in range(n - 1)),
        overtaken=tuple(to for to, channel in first.items() if channel == "sms"),
        surplus=tuple(to for to, _ in counted.keys() - expected),
        sent=counted.total(),
    )


class Stage:
    """Everything that a test of a cluster needs, and who is still alive.

    Args:
        database: Where the engine keeps its jobs.
        people: How many; each fate has as many of them.
        fates: What becomes of the first message to each.
        on_unknown: As of the engine.
        within: Seconds of the first step: more than it takes to miss a worker.
        gone_after: Seconds that it takes.
    """

    def __init__(  # noqa: PLR0913  each is one choice of a test
        self,
        database: str,
        people: int,
        *,
        fates: tuple[str, ...] = FATES,
        on_unknown: OnUnknown = "resend",
        within: float = 6.0,
        gone_after: float = 4.0,
    ) -> None:
        self.fates = {f"4477009{n:05}": fates[n % len(fates)] for n in range(people)}
        self.engine = DbosEngine(database, on_unknown=on_unknown, gone_after=gone_after)
        self._database = database
        self._within = within
        self._held_back: list[asyncio.subprocess.Process] = []
        self._stack = AsyncExitStack()
        self._webhooks: WebhookApp | None = None
        self._provider: asyncio.subprocess.Process | None = None
        self._account: dict[str, str] = {}
        self._workers: dict[str, asyncio.subprocess.Process] = {}

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.engine)
        url = await self._stack.enter_async_context(serve(self))
        personas = {to: f"whatsapp: {fate}" for to, fate in self.fates.items()}
        self._provider = await script("cluster_provider", url, json.dumps(personas))
        self._account = json.loads(await line_of(self._provider))
        secrets = {self._account["key"]: self._account["signature"]}
        store = self.engine.receipts(MemoryReceipts())
        self._webhooks = WebhookApp(store, secrets, max_age=None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in tuple(self._workers):
            await self.kill(name)
        if self._provider is not None:
            self._provider.kill()
            await self._provider.communicate()
        await self._stack.aclose()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  as of ASGI
        """The web process: it has no worker."""
        if self._webhooks is not None:
            await self._webhooks(scope, receive, send)

    # --- Workers. ---

    async def work(self, name: str, *, later: bool = False, **how: object) -> None:
        """Start a worker; see `cluster_worker.py` for how it may die.

        Args:
            name: Its id.
            later: It begins when the first worker has something to do, which then is
                sure to come to the point where it dies.
            how: What it is told.
        """
        said = {**self._account, "database": self._database, "worker": name, **how}
        worker = await script("cluster_worker", json.dumps({**said, "later": later}))
        self._workers[name] = worker
        await line_of(worker)
        if later:
            self._held_back.append(worker)

    async def death(self, name: str) -> None:
        """Wait until it is dead."""
        worker = self._workers.pop(name)
        async with asyncio.timeout(END_WITHIN):
            await worker.communicate()

    async def kill(self, name: str) -> None:
        """Kill it."""
        self.signal(name, signal.SIGKILL)
        await self.death(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._workers[name].returncode is None:
            self._workers[name].send_signal(number)

    # --- Runs. ---

    async def begin(self) -> None:
        """A run for each of the people, half of them all at once."""
        half = len(self.fates) // 2
        await self.engine.operations.pause()
        await self._begin(list(self.fates)[:half])
        await self.engine.operations.resume()
        async with asyncio.timeout(END_WITHIN):
            while not any((await self.engine.census()).workers.values()):
                await SystemClock().sleep(0.02)
        for worker in self._held_back:
            assert worker.stdin is not None
            worker.stdin.write(b"\n")
        await self._begin(list(self.fates)[half:])

    async def _begin(self, people: list[str]) -> None:
        for to in people:
            first = WhatsApp(to=to, sender="447700900990", content="hi")
            workflow = Workflow(
                Step(first, until="delivered", within=self._within),
                Step(Sms(to=to, sender="ACME", content="hi")),
            )
            await self.engine.start(workflow, name=to)

    async def end(self) -> None:
        """Sweep, until nothing is left that waits, queues or runs."""
        async with asyncio.timeout(END_WITHIN):
            while (await self.engine.census()).open:
                await self.engine.sweep()
                await SystemClock().sleep(0.2)

    async def tally(self) -> Tally:
        """What the provider has counted."""
        return tally(self.fates, await self.taken())

    async def taken(self) -> list[tuple[str, str, str]]:
        """Reference, person and channel of each message, in the order they came."""
        provider = self._provider
        assert provider is not None
        assert provider.stdin is not None
        provider.stdin.write(b"\n")
        return [tuple(one) for one in json.loads(await line_of(provider))]


async def script(name: str, *words: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(HERE / f"{name}.py"), *words),
        stdin=pipe,
        stdout=pipe,
        limit=2**24,
    )


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(START_WITHIN):
        line = await process.stdout.readline()
    assert line, "it has died"
    return line.decode()
