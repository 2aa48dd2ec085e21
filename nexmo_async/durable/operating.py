"""What an operator does with an engine: looks, pauses, resumes, forgets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.durable import census, lanes, pruning
from nexmo_async.durable.leases import Leases
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dbos import DBOSClient

    from nexmo_async.clock import Clock
    from nexmo_async.durable.census import Census
    from nexmo_async.durable.lanes import Kept

#: The least that is kept, in seconds.
DAY: Final = 86_400.0


@attrs.frozen
class Operations:
    """`engine.operations`: from any process, with or without a worker."""

    _client: DBOSClient = attrs.field(repr=False)
    _url: str = attrs.field(repr=False)
    _application: str
    _clock: Clock = attrs.field(repr=False)

    async def lanes(self) -> Mapping[str, Kept]:
        """The lanes that workers have opened, by name.

        Raises:
            OSError: The database is away.
        """
        async with Leases(self._url, self._application) as database:
            return await lanes.lanes(database, self._application)

    async def census(self) -> Census:
        """Count what waits, queues, runs, has failed or is out of the way.

        Raises:
            OSError: The database is away.
        """
        async with Leases(self._url, self._application) as database:
            known = await lanes.lanes(database, self._application)
            paused = {name: kept.is_paused for name, kept in known.items()}
            return await census.count(database, self._application, paused)

    async def pause(self, names: Sequence[str] = ()) -> Sequence[str]:
        """Let no worker take a job from these lanes, from a second from now on.

        What is under way goes on, what waits stays, and what comes is taken in:
        webhooks are heeded, runs may begin. It outlasts restarts of workers.

        Args:
            names: Which lanes; none: all of them.

        Returns:
            Those that were not paused before.

        Raises:
            ConfigurationError: No worker has opened such a lane.
        """
        return await self._pause(names, is_paused=True)

    async def resume(self, names: Sequence[str] = ()) -> Sequence[str]:
        """Let workers take jobs from these lanes again. Those that were paused.

        What has become due meanwhile is sent at the rate of its lane.

        Args:
            names: Which lanes; none: all of them.

        Raises:
            ConfigurationError: No worker has opened such a lane.
        """
        return await self._pause(names, is_paused=False)

    async def _pause(self, names: Sequence[str], *, is_paused: bool) -> Sequence[str]:
        async with Leases(self._url, self._application) as database:
            # Whoever opens lanes holds the same lock, and keeps those that are paused.
            await database.wait_for(lanes.TABLES, self._clock)
            known = await lanes.lanes(database, self._application)
            for name in names:
                if name not in known:
                    problem = f"{name!r} was opened by no worker"
                    advice = f"There are: {', '.join(sorted(known)) or 'none yet'}."
                    raise ConfigurationError("lane", problem, advice)
            chosen = [known[name] for name in names or known]
            return await asyncio.to_thread(
                lanes.pause, self._client, chosen, is_paused=is_paused
            )

    async def prune(self, older_than: float) -> int | None:
        """Forget jobs that were over that many seconds ago, in batches of 500.

        The name of a run is free again after that, and a receipt that comes later is
        taken for one of a stranger. Of a run that goes on nothing is forgotten.

        Returns:
            How many; None if somebody else is at it.

        Raises:
            ConfigurationError: That is less than a day: receipts come that late.
            OSError: The database is away.
        """
        if older_than < DAY:
            advice = "Receipts may come a day late, and need what they are about."
            raise ConfigurationError("older_than", "is less than a day", advice)
        async with Leases(self._url, self._application) as database:
            return await pruning.prune(
                database,
                self._application,
                self._forget,
                before=self._clock.wall() - older_than,
            )

    async def _forget(self, keys: Sequence[str]) -> None:
        await self._client.delete_workflows_async(list(keys))
