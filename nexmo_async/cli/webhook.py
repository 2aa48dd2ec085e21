"""`nexmo-async webhook`: see what Nexmo calls you with, and whether it is Nexmo."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape

from nexmo_async.auth.environment import VARIABLES, first
from nexmo_async.cli import output, told
from nexmo_async.cli.exits import NOT_DONE
from nexmo_async.cli.listen import Heard, Listener, judge
from nexmo_async.clock import SystemClock
from nexmo_async.errors import ConfigurationError
from nexmo_async.sandbox import serve
from nexmo_async.transport.httpx import HttpxTransport

if TYPE_CHECKING:
    from nexmo_async.webhooks.signature import Secrets

app: Final = typer.Typer(help="What Nexmo calls you with.", no_args_is_help=True)

#: The account that signs, and the secret it signs with.
KEY: Final = VARIABLES["api_key"][0]
SECRET: Final = VARIABLES["signature_secret"][0]

_MARKS: Final = {
    "good": "[green]signed[/]",
    "unchecked": "[yellow]unchecked[/]",
    "bad": "[bold red]not signed[/]",
}

AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON for each.")]


@app.command()
def listen(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen; 0: any free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    forward: Annotated[
        str | None,
        typer.Option(help="Hand each on to this address, as http://host:port."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(help="Keep each one here, as a file for `webhook verify`."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Print each webhook as it comes, until Ctrl-C. Any tunnel may lead here.

    Signatures are verified if NEXMO_API_KEY and NEXMO_SIGNATURE_SECRET are set. With
    --forward the other program's answer is passed back, so nothing is lost while it is
    down: Nexmo calls again.

    Example: nexmo-async webhook listen --port 8000 --forward http://127.0.0.1:3000
    """
    with output.errors_as_sentences():
        try:
            asyncio.run(_listen(host, port, forward, save, as_json=json))
        except KeyboardInterrupt:
            output.err.print("closed")
        except OSError as why:
            raise ConfigurationError("port", f"{port}: {why.strerror or why}") from None


async def _listen(
    host: str, port: int, forward: str | None, save: Path | None, *, as_json: bool
) -> None:
    secrets, clock = _secrets(), SystemClock()
    count = 0

    async def tell(heard: Heard) -> None:
        nonlocal count
        count += 1
        _tell(heard, as_json=as_json)
        if save is not None:
            await asyncio.to_thread(_save, heard, save / f"{count:05}.http")

    async with AsyncExitStack() as stack:
        onward = None
        if forward is not None:
            onward = await asyncio.to_thread(HttpxTransport, forward, clock=clock)
            stack.push_async_callback(onward.aclose)
        listener = Listener(tell, secrets, clock, onward)
        url = await stack.enter_async_context(serve(listener, host, port))
        output.err.print(f"listening at {url}, {_trust(secrets)}; Ctrl-C ends it")
        await asyncio.Event().wait()


@app.command("verify")
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="The request as it came, headers and all; or its body alone.",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    authorization: Annotated[
        str, typer.Option(help="The header, if the file is the body alone.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Say whether Nexmo signed a webhook that was kept, and what it tells.

    NEXMO_API_KEY and NEXMO_SIGNATURE_SECRET say with what. Exit code 1 if it did not.

    Example: nexmo-async webhook verify received/00001.http
    """
    with output.errors_as_sentences():
        secrets = _secrets()
        if secrets is None:
            raise ConfigurationError(SECRET, "is not set", f"Set it and {KEY}.")
        signed, body = _parted(file.read_bytes())
        clock = SystemClock()
        heard = judge("", body, authorization or signed, secrets, clock.wall())
    _tell(heard, as_json=json)
    if heard.problem:
        raise typer.Exit(NOT_DONE)


def _secrets() -> Secrets | None:
    key, secret = first("api_key", os.environ), first("signature_secret", os.environ)
    return {key: secret} if key and secret else None


def _trust(secrets: Secrets | None) -> str:
    missing = f"signatures unchecked: set {KEY} and {SECRET}"
    return missing if secrets is None else "signatures verified"


def _tell(heard: Heard, *, as_json: bool) -> None:
    if as_json:
        output.as_json(
            {
                "path": heard.path,
                "signature": heard.signature,
                "answer": heard.answer,
                "problem": heard.problem,
                "kind": heard.event and told.kind(heard.event),
                "event": heard.event and heard.event.raw,
            }
        )
        return
    what = escape(heard.problem) if heard.event is None else told.line(heard.event)
    output.out.print(_MARKS[heard.signature], what, f"[dim]→ {heard.answer}[/]")
    if heard.event is not None and heard.problem:
        output.out.print(f"  [red]{escape(heard.problem)}[/]")


def _save(heard: Heard, path: Path) -> None:
    """Keep it as a request that other tools can read as well."""
    head = f"POST {heard.path} HTTP/1.1\r\nContent-Type: application/json\r\n"
    if heard.authorization:
        head += f"Authorization: {heard.authorization}\r\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"{head}\r\n".encode() + heard.body)


def _parted(written: bytes) -> tuple[str, bytes]:
    """The signature and the body; a file without headers is all body."""
    if not written.startswith(b"POST "):
        return "", written
    for ends in (b"\r\n\r\n", b"\n\n"):
        head, found, body = written.partition(ends)
        if found:
            break
    lines = head.decode("latin-1").splitlines()[1:]
    pairs = (line.partition(":") for line in lines)
    named = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return named.get("authorization", ""), body
