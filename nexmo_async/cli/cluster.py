"""`nexmo-async cluster`: workers of durable runs, and how they stand."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.live import Live
from rich.text import Text

from nexmo_async.cli import output
from nexmo_async.cli.cluster_engine import (
    APPLICATION,
    Application,
    Database,
    Json,
    engine_on,
)
from nexmo_async.cli.cluster_show import facts, page
from nexmo_async.cli.cluster_worker import worker
from nexmo_async.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.durable.census import Census
    from nexmo_async.durable.dbos import DbosEngine

app: Final = typer.Typer(help="Runs that outlive this process.", no_args_is_help=True)
app.command()(worker)

#: Seconds of a day.
DAY: Final = 86_400.0

Lanes = Annotated[
    list[str] | None, typer.Argument(help="Which lanes; none: all of them.")
]


@app.command()
def status(
    *,
    database: Database,
    application: Application = APPLICATION,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it anew until Ctrl-C.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, help="Seconds between two looks of --watch.")
    ] = 2.0,
    json: Json = False,
) -> None:
    """Show lanes, workers, the rate now, what waits, what failed and what is parked.

    With --watch it is shown until Ctrl-C, also while the database is away; with --json
    as well each look is a line.

    Example: nexmo-async cluster status --database postgresql://localhost/nexmo --watch
    """
    with output.errors_as_sentences():
        engine = engine_on(database, application)
        if not watch:
            _show(asyncio.run(_count(engine)), json=json)
            return
        with suppress(KeyboardInterrupt):
            asyncio.run(_watch(engine, every, json=json))


@app.command()
def pause(
    lanes: Lanes = None,
    *,
    database: Database,
    application: Application = APPLICATION,
    json: Json = False,
) -> None:
    """Let no worker take a job any more; what waits stays, what is under way ends.

    It outlasts restarts of workers, until `cluster resume`.

    Example: nexmo-async cluster pause --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        engine = engine_on(database, application)
        changed = asyncio.run(_pause(engine, lanes or (), is_paused=True))
    _tell(changed, "paused", json=json)


@app.command()
def resume(
    lanes: Lanes = None,
    *,
    database: Database,
    application: Application = APPLICATION,
    json: Json = False,
) -> None:
    """Let workers take jobs again; what became due meanwhile goes at the lane's rate.

    Example: nexmo-async cluster resume --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        engine = engine_on(database, application)
        changed = asyncio.run(_pause(engine, lanes or (), is_paused=False))
    _tell(changed, "resumed", json=json)


@app.command()
def sweep(
    *,
    database: Database,
    application: Application = APPLICATION,
    json: Json = False,
) -> None:
    """Put the jobs of workers that are gone back into their lanes, now.

    Workers do so by themselves; this is for when none is left, or to be sure. A worker
    without its lock counts as gone at once: start none while this runs.

    Example: nexmo-async cluster sweep --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        engine = engine_on(database, application, gone_after=0.0)
        resumed, parked = asyncio.run(_sweep(engine))
    if json:
        output.as_json({"resumed": resumed, "parked": parked})
    else:
        output.out.print(f"{resumed} put back, {parked} parked")


@app.command()
def prune(
    *,
    database: Database,
    application: Application = APPLICATION,
    older_than: Annotated[
        float, typer.Option("--days", min=1, help="Days since they were over.")
    ] = 30.0,
    json: Json = False,
) -> None:
    """Forget jobs that are over for long, 500 at a time, while workers work.

    Of a run that still goes on nothing is forgotten. Names are free again after that.

    Example: nexmo-async cluster prune --days 30 --database postgresql://localhost/nexmo
    """
    with output.errors_as_sentences():
        engine = engine_on(database, application)
        forgotten = asyncio.run(_prune(engine, older_than * DAY))
    if json:
        output.as_json({"pruned": forgotten or 0, "busy": forgotten is None})
    elif forgotten is None:
        output.out.print("somebody else is at it")
    else:
        output.out.print(f"{forgotten:,} jobs forgotten")


def _show(census: Census, *, json: bool) -> None:
    if json:
        output.as_json(facts(census))
    else:
        output.out.print(page(census, SystemClock().wall()), soft_wrap=True)


def _tell(lanes: Sequence[str], word: str, *, json: bool) -> None:
    if json:
        output.as_json({word: list(lanes)})
    else:
        named = ", ".join(lanes) or "nothing that was not before"
        output.out.print(f"{word}: {named}", soft_wrap=True)


async def _count(engine: DbosEngine) -> Census:
    async with engine:
        return await engine.census()


async def _watch(engine: DbosEngine, every: float, *, json: bool) -> None:
    clock = SystemClock()
    live = Live(console=output.out, auto_refresh=False)
    async with engine:
        with nullcontext() if json else live:
            while True:
                census = await _look(engine)
                if json:
                    output.as_json(
                        {"database": "away"} if census is None else facts(census)
                    )
                elif census is None:
                    live.update(Text("the database is away", "red"), refresh=True)
                else:
                    live.update(page(census, clock.wall()), refresh=True)
                await clock.sleep(every)


async def _look(engine: DbosEngine) -> Census | None:
    """None while the database is away."""
    with suppress(OSError):
        return await engine.census()
    return None


async def _pause(
    engine: DbosEngine, lanes: Sequence[str], *, is_paused: bool
) -> Sequence[str]:
    async with engine:
        operations = engine.operations
        change = operations.pause if is_paused else operations.resume
        return await change(lanes)


async def _sweep(engine: DbosEngine) -> tuple[int, int]:
    async with engine:
        swept = await engine.sweep()
    return (0, 0) if swept is None else (swept.resumed, swept.parked)


async def _prune(engine: DbosEngine, older_than: float) -> int | None:
    async with engine:
        return await engine.operations.prune(older_than)
