"""`nexmo-async cluster worker`: sends, and tells whoever asks how it is."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import attrs
import typer

from nexmo_async.cli import output
from nexmo_async.cli.cluster_engine import (
    APPLICATION,
    Application,
    Database,
    engine_on,
)
from nexmo_async.cli.cluster_show import moment
from nexmo_async.client import Nexmo
from nexmo_async.clock import SystemClock
from nexmo_async.durable import Lane

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from nexmo_async.durable.dbos import DbosEngine
    from nexmo_async.models.message import Message
    from nexmo_async.workflows.mail import Taken

#: Seconds that a question about health may take the database.
WITHIN: Final = 2.0


def worker(  # noqa: PLR0913  each is one choice of the user
    *,
    database: Database,
    name: Annotated[
        str | None,
        typer.Option("--id", help="Its own, the same after a restart; else the host's"),
    ] = None,
    application: Application = APPLICATION,
    rate: Annotated[
        int | None, typer.Option(min=1, help="Sends per second, over all workers.")
    ] = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="Sends of this worker under way at once.")
    ] = 64,
    api: Annotated[Literal["v0.1", "v1"], typer.Option(help="Generation.")] = "v1",
    health: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Tell on this port how it is; 0: any free one."
        ),
    ] = None,
    health_host: Annotated[
        str, typer.Option(help="Where that is told; 0.0.0.0: to other machines too.")
    ] = "127.0.0.1",
) -> None:
    """Send what durable runs have to send, until Ctrl-C or a SIGTERM.

    The account comes from the environment, as for `send`. A worker that is stopped lets
    the sends that are under way end; one that is killed is missed by the others. Its
    health is answered with 200, or 503 if it cannot send, and JSON.

    Example: nexmo-async cluster worker --database postgresql://localhost/nexmo --id w1
    """
    identity = name or socket.gethostname()
    lane = Lane(number=rate, at_once=at_once)
    with output.errors_as_sentences():
        engine = engine_on(database, application, worker=identity, lanes=[lane])
        nexmo = Nexmo.from_env(api=api)
        work = _work(engine, nexmo, identity, health, health_host)
        with suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(_until_told(work))


async def _work(
    engine: DbosEngine, nexmo: Nexmo, name: str, port: int | None, host: str
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(nexmo)
        await stack.enter_async_context(engine)
        doctor = Doctor(engine, nexmo, name)
        engine.sends(doctor.send)
        if port is not None:
            from nexmo_async.sandbox import serve  # noqa: PLC0415  most need no server

            url = await stack.enter_async_context(serve(doctor, host, port))
            output.err.print(f"health of worker {name}: {url}", soft_wrap=True)
        output.err.print(f"worker {name} sends until Ctrl-C")
        await engine.run()


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """A SIGTERM stops it as gently as a Ctrl-C."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


@attrs.define(eq=False)
class Doctor:
    """Knows how a worker is, and tells so by HTTP: an ASGI application.

    Args:
        engine: That of the worker.
        nexmo: The account it sends with.
        name: The worker's id.
    """

    engine: DbosEngine
    nexmo: Nexmo
    name: str
    _sent_at: float | None = attrs.field(default=None, init=False)

    async def send(self, message: Message, *, total: float | None) -> Taken:
        """Send a message, and remember when that was."""
        taken = await self.nexmo.messages.send(message, total=total)
        self._sent_at = SystemClock().wall()
        return taken

    async def look(self) -> tuple[bool, Mapping[str, object]]:
        """Whether it can send, and the facts."""
        health = self.engine.health
        lanes: dict[str, str] | None = None
        with suppress(OSError):
            async with SystemClock().timeout(WITHIN):
                known = await self.engine.operations.lanes()
            lanes = {
                one: "paused" if it.is_paused else "open" for one, it in known.items()
            }
        holds = health is not None and health.is_well
        is_well = holds and lanes is not None
        return is_well, {
            "worker": self.name,
            "ok": is_well,
            "database": "away" if lanes is None else "reached",
            "lease": "held" if holds else "not held",
            "lanes": lanes or {},
            "sending": health.doing if health else 0,
            "last_send": None if self._sent_at is None else moment(self._sent_at),
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002  as of ASGI
        """Answer whatever is asked."""
        if scope["type"] != "http":
            return
        is_well, facts = await self.look()
        headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
        ]
        start = {"type": "http.response.start", "status": 200 if is_well else 503}
        await send(start | {"headers": headers})
        body = json.dumps(facts).encode()
        await send({"type": "http.response.body", "body": body})
