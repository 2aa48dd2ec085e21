"""Who lives, and who may do what only one may: advisory locks of PostgreSQL.

A lock is held by a connection, so it is free again the moment that its process dies.
"""

from __future__ import annotations

import os
import socket
import zlib
from typing import TYPE_CHECKING, Any, Final, Self

from psycopg import AsyncConnection, OperationalError

from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from nexmo_async.clock import Clock

#: Seconds between two looks whether the connection that holds a lock still lives.
BEAT: Final = 1.0

#: Seconds that a look may take.
ANSWER_WITHIN: Final = 5.0

_TRY: Final = "SELECT pg_try_advisory_lock(%s, %s)"
_FREE: Final = "SELECT pg_advisory_unlock(%s, %s)"
_HELD: Final = """
    SELECT locks.objid::bigint, coalesce(holders.application_name, '')
    FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS holders USING (pid)
    WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objsubid = 2
      AND locks.classid::bigint = %s AND locks.objid::bigint = ANY(%s)
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
        """
        await self._close()
        name = f"nexmo_async {socket.gethostname()}:{os.getpid()}"
        try:
            self._line = await AsyncConnection.connect(
                self._url, autocommit=True, application_name=name, connect_timeout=5
            )
        except OperationalError as why:
            raise ConnectionError(f"the database is away: {why}") from why

    async def take(self, name: str) -> bool:
        """Take a lock. False if somebody else has it."""
        (got,) = await self._ask(_TRY, name)
        return bool(got)

    async def free(self, name: str) -> None:
        """Let go of a lock."""
        await self._ask(_FREE, name)

    async def held(self, names: Iterable[str]) -> dict[str, str]:
        """Those of the locks that somebody has, and what they call themselves."""
        numbers = {_number(name) & 0xFFFFFFFF: name for name in names}
        family = self._family & 0xFFFFFFFF
        rows = await self._rows(_HELD, (family, list(numbers)))
        return {numbers[number]: holder for number, holder in rows}

    async def beat(self, clock: Clock) -> None:
        """See whether the connection, and with it the locks, still lives.

        Raises:
            OSError: It does not.
        """
        try:
            async with clock.timeout(ANSWER_WITHIN):
                await self._rows("SELECT 1", ())
        except TimeoutError:
            raise ConnectionError("the database does not answer") from None

    async def _ask(self, query: str, name: str) -> Any:  # noqa: ANN401  a row
        return (await self._rows(query, (self._family, _number(name))))[0]

    async def _rows(self, query: Any, values: tuple[object, ...]) -> list[Any]:  # noqa: ANN401  a literal of ours
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


async def claim(leases: Leases, worker: str) -> None:
    """Take the lock of a worker.

    Raises:
        ConfigurationError: Another live worker has the same id; it says which.
    """
    name = worker_lock(worker)
    if await leases.take(name):
        return
    holder = (await leases.held([name])).get(name, "")
    who = f" ({holder.removeprefix('nexmo_async ')})" if holder else ""
    problem = f"is {worker!r}, the id of another live worker{who}"
    raise ConfigurationError("worker", problem, "Give each worker an id of its own.")


def _number(name: str) -> int:
    """A signed number of four bytes, as the locks want it."""
    number = zlib.crc32(name.encode())
    return number - 2**32 if number >= 2**31 else number
