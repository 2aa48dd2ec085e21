"""A provider that counts, workers that die, and others who steer: for bulk jobs."""

from __future__ import annotations

import asyncio
import json
import signal
from bisect import bisect_left
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

import attrs
from cluster_stage import line_of, script

from nexmo_async.clock import SystemClock
from nexmo_async.durable.dbos import DbosEngine

if TYPE_CHECKING:
    from types import TracebackType

WITHIN = 240.0


@attrs.frozen
class Taken:
    """What the provider has taken: reference, sender and moment, in order."""

    all: list[tuple[str, str, float]]

    @property
    def doubled(self) -> set[str]:
        """References that came more than once."""
        counted = Counter(ref for ref, _, _ in self.all)
        return {ref for ref, number in counted.items() if number > 1}

    @property
    def refs(self) -> set[str]:
        return {ref for ref, _, _ in self.all}

    def most(self, seconds: float = 1.0, sender: str | None = None) -> int:
        """The most that came in any so many seconds."""
        times = sorted(at for _, each, at in self.all if sender in {None, each})
        return max(
            bisect_left(times, at + seconds) - place for place, at in enumerate(times)
        )

    def rate(self, sender: str | None = None) -> float:
        """How many came in a second, between the first and the last."""
        times = sorted(at for _, each, at in self.all if sender in {None, each})
        return (len(times) - 1) / (times[-1] - times[0])


class BulkStage:
    """All that a bulk on several machines needs."""

    def __init__(self, database: str, *, latency: float = 0.02) -> None:
        self.engine = DbosEngine(database, gone_after=2.0)
        self._database = database
        self._latency = latency
        self._stack = AsyncExitStack()
        self._workers: dict[str, asyncio.subprocess.Process] = {}
        self._url = ""

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.engine)
        self._provider = await script("cluster_bulk_provider", str(self._latency))
        self._url = (await line_of(self._provider)).strip()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in tuple(self._workers):
            await self.kill(name)
        self._provider.kill()
        await self._provider.communicate()
        await self._stack.aclose()

    async def work(self, *names: str, at_once: int = 4) -> None:
        """Start workers."""
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(self._work(name, at_once))

    async def _work(self, name: str, at_once: int) -> None:
        said = {
            "database": self._database,
            "worker": name,
            "base_url": self._url,
            "at_once": at_once,
            "gone_after": 2.0,
        }
        self._workers[name] = await script("cluster_bulk_worker", json.dumps(said))
        await line_of(self._workers[name])

    async def kill(self, name: str) -> None:
        """Kill a worker."""
        worker = self._workers.pop(name)
        if worker.returncode is None:
            worker.send_signal(signal.SIGKILL)
        await worker.communicate()

    async def steer(self, job: str, word: str) -> None:
        """Say a word to a job, in another process."""
        said = await script("cluster_bulk_steer", self._database, job, word)
        await said.communicate()
        assert said.returncode == 0

    async def until(self, number: int) -> None:
        """Wait until the provider has taken so many."""
        async with asyncio.timeout(WITHIN):
            while len((await self.taken()).all) < number:
                await SystemClock().sleep(0.02)

    async def sweep(self) -> None:
        """Look for workers that are gone, again and again."""
        while True:
            await self.engine.sweep()
            await SystemClock().sleep(0.5)

    async def taken(self) -> Taken:
        """What the provider has counted."""
        assert self._provider.stdin is not None
        self._provider.stdin.write(b"\n")
        return Taken([tuple(one) for one in json.loads(await line_of(self._provider))])
