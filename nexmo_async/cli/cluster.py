"""`nexmo-async cluster`: workers of durable runs, and how they stand."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from nexmo_async.cli import output
from nexmo_async.client import Nexmo
from nexmo_async.durable import Lane
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from typing import Any

    from nexmo_async.durable.census import Census
    from nexmo_async.durable.dbos import DbosEngine

app: Final = typer.Typer(help="Runs that outlive this process.", no_args_is_help=True)

Database = Annotated[
    str,
    typer.Option(
        envvar="NEXMO_DATABASE",
        help="As postgresql://host/name; one with a password rather in the variable.",
    ),
]
Application = Annotated[
    str, typer.Option(help="Whose jobs, if several programs share the database.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

#: Jobs that are not over stand so.
STATES: Final = ("waiting", "queued", "running")


@app.command()
def worker(  # noqa: PLR0913  each is one choice of the user
    *,
    database: Database,
    name: Annotated[
        str | None,
        typer.Option("--id", help="Its own, the same after a restart; else the host's"),
    ] = None,
    application: Application = "nexmo-async",
    rate: Annotated[
        int | None, typer.Option(min=1, help="Sends per second, over all workers.")
    ] = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="Sends of this worker under way at once.")
    ] = 64,
    api: Annotated[Literal["v0.1", "v1"], typer.Option(help="Generation.")] = "v1",
) -> None:
    """Send what durable runs have to send, until Ctrl-C or a SIGTERM.

    The account comes from the environment, as for `send`. A worker that is stopped lets
    the sends that are under way end; one that is killed is missed by the others.

    Example: nexmo-async cluster worker --database postgresql://localhost/nexmo --id w1
    """
    identity = name or socket.gethostname()
    lane = Lane(number=rate, at_once=at_once)
    with output.errors_as_sentences():
        engine = _engine(database, application, worker=identity, lanes=[lane])
        with suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(_until_told(_work(engine, Nexmo.from_env(api=api), identity)))


@app.command()
def status(
    *,
    database: Database,
    application: Application = "nexmo-async",
    json: Json = False,
) -> None:
    """Show what waits, queues and runs, in each lane, and which worker has how much.

    Example: nexmo-async cluster status --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        census = asyncio.run(_count(_engine(database, application)))
    if json:
        output.as_json(_facts(census))
        return
    for lane, states in sorted(census.lanes.items()):
        counts = "  ".join(f"{states.get(state, 0):>7} {state}" for state in STATES)
        output.out.print(f"lane   {lane:<20} {counts}", soft_wrap=True)
    for one, jobs in sorted(census.workers.items()):
        output.out.print(f"worker {one:<20} {jobs:>7} running", soft_wrap=True)
    if census.due is not None:
        output.out.print(f"next   at {_moment(census.due)}")
    if not census.open:
        output.out.print("nothing waits, queues or runs")


@app.command()
def sweep(
    *,
    database: Database,
    application: Application = "nexmo-async",
    json: Json = False,
) -> None:
    """Put the jobs of workers that are gone back into their lanes, now.

    Workers do so by themselves; this is for when none is left, or to be sure. A worker
    without its lock counts as gone at once: start none while this runs.

    Example: nexmo-async cluster sweep --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        engine = _engine(database, application, gone_after=0.0)
        resumed, parked = asyncio.run(_sweep(engine))
    if json:
        output.as_json({"resumed": resumed, "parked": parked})
    else:
        output.out.print(f"{resumed} put back, {parked} parked")


def _engine(
    database: str,
    application: str,
    *,
    worker: str = "",
    lanes: Sequence[Lane] = (),
    gone_after: float = 15.0,
) -> DbosEngine:
    try:
        from nexmo_async.durable.dbos import DbosEngine  # noqa: PLC0415  an extra
    except ImportError:
        advice = 'Install it: pip install "nexmo-async[cluster]"'
        problem = "needs DBOS, which is not installed"
        raise ConfigurationError("cluster", problem, advice) from None
    return DbosEngine(
        database,
        worker=worker,
        application=application,
        lanes=lanes,
        gone_after=gone_after,
    )


async def _work(engine: DbosEngine, nexmo: Nexmo, name: str) -> None:
    async with nexmo, engine:
        engine.sends(nexmo.messages.send)
        output.err.print(f"worker {name} sends until Ctrl-C")
        await engine.run()


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """A SIGTERM stops it as gently as a Ctrl-C."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


async def _count(engine: DbosEngine) -> Census:
    async with engine:
        return await engine.census()


async def _sweep(engine: DbosEngine) -> tuple[int, int]:
    async with engine:
        swept = await engine.sweep()
    return (0, 0) if swept is None else (swept.resumed, swept.parked)


def _facts(census: Census) -> Mapping[str, object]:
    return {
        "lanes": {lane: dict(states) for lane, states in census.lanes.items()},
        "workers": dict(census.workers),
        "due": None if census.due is None else _moment(census.due),
        "open": census.open,
    }


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
