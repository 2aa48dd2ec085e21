"""The machines of the cluster's benchmark: PostgreSQL, a provider, and workers."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from typing import Self

from harness import HERE

from nexmo_async.testing.postgres import PostgresServer, find_postgres


class Stage:
    """PostgreSQL, a provider, and workers."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._workers: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        """Start what all questions need."""
        programs = find_postgres()
        assert programs is not None, "no PostgreSQL is installed"
        server = PostgresServer(programs, synced=True)
        self._server = await self._stack.enter_async_context(server)
        self._provider = await begin("cluster_provider")
        self.base_url = await said(self._provider)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all of it."""
        await self.rest()
        self._provider.kill()
        await self._provider.communicate()
        await self._stack.aclose()

    async def database(self) -> str:
        """A new database."""
        return await self._server.create()

    async def work(
        self, url: str, *names: str, kind: str = "ours", at_once: int = 8
    ) -> list[asyncio.subprocess.Process]:
        """Start workers, and wait until they are there."""
        told = {"url": url, "kind": kind, "at_once": at_once, "base_url": self.base_url}
        begun = [
            await begin("cluster_worker", json.dumps({**told, "name": name}))
            for name in names
        ]
        self._workers += begun
        for worker in begun:
            await said(worker)
        return begun

    async def rest(self) -> None:
        """Kill all workers."""
        for worker in self._workers:
            if worker.returncode is None:
                worker.kill()
            await worker.communicate()
        self._workers.clear()

    async def taken(self) -> list[tuple[str, str, float]]:
        """Sender, recipient and moment of all that came since the last question."""
        return [tuple(each) for each in json.loads(await asked(self._provider))]

    async def until(self, count: int) -> list[tuple[str, str, float]]:
        """The same, once so many have come."""
        found = await self.taken()
        while len(found) < count:
            await asyncio.sleep(0.05)
            found += await self.taken()
        return found


async def begin(script: str, *words: str) -> asyncio.subprocess.Process:
    """Start a script beside this one."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, str(HERE / f"{script}.py"), *words)
    return await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, limit=2**28
    )


async def said(process: asyncio.subprocess.Process) -> str:
    """What it says next."""
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    assert line, "it has died"
    return line


async def asked(process: asyncio.subprocess.Process) -> str:
    """What it says when asked."""
    assert process.stdin is not None
    process.stdin.write(b"\n")
    return await said(process)
