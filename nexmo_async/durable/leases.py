"""Who lives, and who may do what only one may: advisory locks of PostgreSQL.

A lock is held by a connection, so it is free again the moment that its process dies.
"""

from __future__ import annotations

import os
import socket
import zlib
from typing import TYPE_CHECKING, Any, Final, Self

from psycopg import AsyncConnection, OperationalError

from nexmo_async.clock import SystemClock
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from nexmo_async.clock import Clock

#: Seconds between two looks whether the connection that holds a lock still lives.
BEAT: Final = 1.0

#: Seconds between two tries to get a lock that somebody else has for a moment.
LOOK: Final = 0.05

#: Seconds that a look may take.
ANSWER_WITHIN: Final = 5.0

#: Seconds by which the clock of a process may differ from that of the database. DBOS
#: reads the machine's clock to see whether a job's moment has come: with one that is an
#: hour fast every fallback of that hour would be sent at once.
SKEW: Final = 2.0

_TRY: Final = "SELECT pg_try_advisory_lock(%s, %s)"
_FREE: Final = "SELECT pg_advisory_unlock(%s, %s)"
_NOW: Final = "SELECT extract(epoch FROM clock_timestamp())::float8"
_NAME: Final = "SELECT set_config('application_name', %s, false)"
_HOLDERS: Final = """
    SELECT locks.objid::bigint, coalesce(holders.application_name, '')
    FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS holders USING (pid)
    WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objsubid = 2
      AND locks.classid::bigint = %s
      AND locks.database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
      )
"""


class Leases:
    """One connection, and the locks that it holds.

    Args:
        url: The database.
        application: Whose locks they are.
    """

    def __init__(self, url: str, application: str) -> None:
        self._url = url
        self._family = _number(f"nexmo_async:{application}")
        self._line: AsyncConnection[Any] | None = None

    async def __aenter__(self) -> Self:
        """Connect."""
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of all locks."""
        await self._close()

    async def connect(self) -> None:
        """Connect anew, with no lock at all.

        Raises:
            OSError: Nobody answers.
            ConfigurationError: The clocks of this machine and of the database differ.
        """
        await self._close()
        try:
            self._line = await AsyncConnection.connect(
                self._url, autocommit=True, application_name=here(), connect_timeout=5
            )
        except OperationalError as why:
            raise ConnectionError(f"the database is away: {why}") from why
        try:
            await self.compare()
        except BaseException:
            await self._close()
            raise

    async def compare(self) -> None:
        """See whether the clocks of this machine and of the database agree.

        Raises:
            OSError: Nobody answers.
            ConfigurationError: They do not, by more than `SKEW`.
        """
        clock = SystemClock()  # the one that DBOS reads
        before = clock.wall()
        ((there,),) = await self.rows(_NOW)
        # However long the way took, it was between the two looks.
        off = before - there if before > there else min(0.0, clock.wall() - there)
        if abs(off) > SKEW:
            way = "ahead of" if off > 0 else "behind"
            problem = f"is {abs(off):.0f} s {way} that of the database"
            raise ConfigurationError("clock", problem, "Let NTP set it.")

    async def take(self, name: str) -> bool:
        """Take a lock. False if somebody else has it."""
        (got,) = await self._ask(_TRY, name)
        return bool(got)

    async def wait_for(self, name: str, clock: Clock) -> None:
        """Take a lock as soon as it is free."""
        while not await self.take(name):
            await clock.sleep(LOOK)

    async def free(self, name: str) -> None:
        """Let go of a lock."""
        await self._ask(_FREE, name)

    async def held(self, names: Iterable[str]) -> dict[str, str]:
        """Those of the locks that somebody has, and what they call themselves."""
        numbers = {_number(name) & 0xFFFFFFFF: name for name in names}
        return {
            numbers[number]: holder
            for number, holder in await self._holders()
            if number in numbers
        }

    async def alive(self) -> dict[str, str]:
        """The workers that live, and where each of them does."""
        found: dict[str, str] = {}
        for number, holder in await self._holders():
            worker, _, where = holder.removeprefix(PREFIX).rpartition(" ")
            if number == _number(worker_lock(worker)) & 0xFFFFFFFF:
                found[worker] = where
        return found

    async def sign(self, name: str) -> None:
        """Say who holds the locks."""
        await self.rows(_NAME, (f"{PREFIX}{name} {_where()}",))

    async def beat(self, clock: Clock) -> None:
        """See whether the connection, and with it the locks, still lives.

        Raises:
            OSError: It does not.
            ConfigurationError: Somebody has set a clock.
        """
        try:
            async with clock.timeout(ANSWER_WITHIN):
                await self.compare()
        except TimeoutError:
            raise ConnectionError("the database does not answer") from None

    async def _ask(self, query: str, name: str) -> Any:  # noqa: ANN401  a row
        return (await self.rows(query, (self._family, _number(name))))[0]

    async def _holders(self) -> Sequence[tuple[int, str]]:
        return await self.rows(_HOLDERS, (self._family & 0xFFFFFFFF,))

    async def rows(self, query: Any, values: tuple[object, ...] = ()) -> list[Any]:  # noqa: ANN401  a literal of ours
        """What a query finds.

        Raises:
            OSError: Nobody answers.
        """
        if self._line is None:
            raise ConnectionError("the database is away")
        try:
            found = await self._line.execute(query, values)
            return await found.fetchall()
        except OperationalError as why:
            raise ConnectionError(f"the database is away: {why}") from why

    async def _close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()


def worker_lock(worker: str) -> str:
    """The lock that a live worker holds."""
    return f"worker:{worker}"


#: The lock of whoever looks for workers that are gone.
SWEEPER: Final = "sweeper"


async def claim(leases: Leases, worker: str, *, again: bool = False) -> None:
    """Take the lock of a worker; `again`: over a new connection.

    Raises:
        ConfigurationError: Another live worker has the same id; it says which.
        OSError: The database has not noticed yet that its old connection is gone.
    """
    name, holder = worker_lock(worker), ""
    for _ in range(2):  # whoever held it may let go between the two questions
        if await leases.take(name):
            await leases.sign(worker)
            return
        holder = (await leases.held([name])).get(name, "")
        if holder:
            break
    where = holder.rpartition(" ")[2]
    if again and where == _where():
        raise ConnectionError("the database still holds on to the old connection")
    who = f" ({where})" if where else ""
    problem = f"is {worker!r}, the id of another live worker{who}"
    raise ConfigurationError("worker", problem, "Give each worker an id of its own.")


#: What everybody of ours calls itself on its connections.
PREFIX: Final = "nexmo_async "


def here() -> str:
    """What this process calls itself."""
    return PREFIX + _where()


def _where() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _number(name: str) -> int:
    """A signed number of four bytes, as the locks want it."""
    number = zlib.crc32(name.encode())
    return number - 2**32 if number >= 2**31 else number
