"""`nexmo-async sandbox`: the imitation of the service, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import importlib.util
import json
import shlex
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer
from rich.markup import escape

from nexmo_async.cli import config, output
from nexmo_async.cli.exits import NOT_DONE
from nexmo_async.clock import MovableClock
from nexmo_async.sandbox import GRAMMAR, Sandbox, tls
from nexmo_async.sandbox.keep import stopped_at

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping


#: Headings under which the help shows the options.
ACCOUNT: Final = "Account"
PEOPLE: Final = "People and trouble"
TIME: Final = "Time and memory"
DOOR: Final = "Where it listens, and to whom"


def _from_file(ctx: typer.Context, path: Path | None) -> Path | None:
    """Take the options that are not on the line out of a file."""
    if path is not None and not ctx.resilient_parsing:
        known = {each.name or "" for each in ctx.command.params}
        try:
            ctx.default_map = {**(ctx.default_map or {}), **config.read(path, known)}
        except ValueError as why:
            raise typer.BadParameter(str(why)) from None
    return path


def sandbox(  # noqa: PLR0913  the settings of an account
    *,
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="0: any free one.", rich_help_panel=DOOR),
    ] = 8090,
    host: Annotated[
        str, typer.Option(help="The name or number to bind to.", rich_help_panel=DOOR)
    ] = "127.0.0.1",
    tls_dir: Annotated[
        Path | None,
        typer.Option(
            help="Serve https; its ca.pem is made here, or taken from here.",
            file_okay=False,
            rich_help_panel=DOOR,
        ),
    ] = None,
    control_token: Annotated[
        str | None,
        typer.Option(
            help="What callers of the control API must know.",
            envvar="NEXMO_SANDBOX_CONTROL_TOKEN",
            rich_help_panel=DOOR,
        ),
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(help="Made up if not given.", rich_help_panel=ACCOUNT)
    ] = None,
    api_secret: Annotated[
        list[str] | None,
        typer.Option(
            help="Made up if not given; repeat it, and each of them opens.",
            envvar="NEXMO_SANDBOX_API_SECRET",
            rich_help_panel=ACCOUNT,
        ),
    ] = None,
    application_id: Annotated[
        str | None, typer.Option(help="Made up if not given.", rich_help_panel=ACCOUNT)
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="The application's public key. Without it a pair is made.",
            exists=True,
            dir_okay=False,
            rich_help_panel=ACCOUNT,
        ),
    ] = None,
    signature_secret: Annotated[
        str | None,
        typer.Option(
            help="Signs the webhooks. Made up if not given.",
            envvar="NEXMO_SANDBOX_SIGNATURE_SECRET",
            rich_help_panel=ACCOUNT,
        ),
    ] = None,
    status_url: Annotated[
        str | None,
        typer.Option(help="Hears what becomes of messages.", rich_help_panel=ACCOUNT),
    ] = None,
    inbound_url: Annotated[
        str | None,
        typer.Option(help="Hears what people write.", rich_help_panel=ACCOUNT),
    ] = None,
    persona: Annotated[
        list[str] | None,
        typer.Option(
            help="NUMBER=SCRIPT, as 447700900000='reject 1300' or '4477*=flaky 20%'; "
            "repeat it.",
            rich_help_panel=PEOPLE,
        ),
    ] = None,
    personas: Annotated[
        Path | None,
        typer.Option(
            help='A file of JSON: {"NUMBER": "SCRIPT"}.',
            exists=True,
            dir_okay=False,
            rich_help_panel=PEOPLE,
        ),
    ] = None,
    chaos: Annotated[
        list[str] | None,
        typer.Option(
            help="What goes wrong, as '503 10%' or 'lose 5%'; repeat it.",
            rich_help_panel=PEOPLE,
        ),
    ] = None,
    realistic: Annotated[
        bool,
        typer.Option(
            help="Rates, rules and delays of the channels as they are.",
            rich_help_panel=PEOPLE,
        ),
    ] = False,
    speed: Annotated[
        float,
        typer.Option(
            help="Seconds of the sandbox in one of ours.", rich_help_panel=TIME
        ),
    ] = 1.0,
    frozen: Annotated[
        bool,
        typer.Option(
            help="Time stands still until it is moved by the API.", rich_help_panel=TIME
        ),
    ] = False,
    seed: Annotated[
        str | None,
        typer.Option(
            help="Makes the same ids, keys and trouble each time.", rich_help_panel=TIME
        ),
    ] = None,
    db: Annotated[
        Path | None,
        typer.Option(
            help="Keep everything in this file, and go on from there the next time.",
            dir_okay=False,
            rich_help_panel=TIME,
        ),
    ] = None,
    keep: Annotated[
        int,
        typer.Option(
            help="Messages and webhooks to remember; then the oldest are forgotten.",
            min=1,
            rich_help_panel=TIME,
        ),
    ] = 100_000,
    _config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="A TOML file with any of these options; those on the line come first.",
            exists=True,
            dir_okay=False,
            is_eager=True,
            callback=_from_file,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell the address and the keys in JSON.")
    ] = False,
) -> None:
    """Imitate the service on this machine until Ctrl-C.

    Example: nexmo-async sandbox --port 8090 --status-url http://127.0.0.1:8000/webhooks
    --persona '4477*=flaky 20%' --db sandbox.db
    """
    try:
        start = stopped_at(db) if frozen and db is not None else None
        box = Sandbox(
            host=host,
            port=port,
            api_key=api_key,
            api_secret=api_secret,
            application_id=application_id,
            public_key=None if public_key is None else public_key.read_bytes(),
            status_url=status_url,
            inbound_url=inbound_url,
            signature_secret=signature_secret,
            personas=_personas(personas) | dict(map(_persona, persona or [])),
            realistic=realistic,
            chaos=chaos or (),
            seed=seed,
            # Who stood still stands where they stood.
            clock=MovableClock(speed=speed, frozen=frozen, start=start),
            control_token=control_token,
            certificate=None if tls_dir is None else tls.certificate(tls_dir, host),
            db=db,
            keep=keep,
        )
        with tempfile.TemporaryDirectory(prefix="nexmo-sandbox-") as folder:
            _run(_serve(box, Path(folder), _show_machines if as_json else _show))
    except (ValueError, OSError) as why:
        output.err.print(f"[bold red]error[/] {escape(str(why))}", soft_wrap=True)
        raise typer.Exit(NOT_DONE) from None
    except KeyboardInterrupt:
        output.err.print("sandbox closed")


def _personas(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        read: object = json.loads(path.read_bytes())
    except ValueError:
        raise ValueError(f"--personas {path} is no JSON") from None
    if not isinstance(read, dict):
        raise ValueError(f"--personas {path} is no JSON object")  # noqa: TRY004 - one way to be wrong
    scripts = cast("dict[str, object]", read)
    return {number: str(script) for number, script in scripts.items()}


def _persona(written: str) -> tuple[str, str]:
    number, equals, script = written.partition("=")
    if not equals:
        raise ValueError(f"--persona {written!r} has no '='\n{GRAMMAR}")
    return number.strip(), script.strip()


def _run(work: Coroutine[Any, Any, None]) -> None:
    # What is kept is kept: looking through all of it again and again takes longer
    # than it could ever give back.
    gc.set_threshold(50_000, 50, 100)
    loop = None
    if importlib.util.find_spec("uvloop"):
        loop = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work)


async def _serve(
    box: Sandbox, folder: Path, show: Callable[[Sandbox, Path | None], None]
) -> None:
    closing = asyncio.Event()
    # SIGTERM is a way to close like Ctrl-C: the key's folder goes away as well.
    with contextlib.suppress(NotImplementedError):  # Windows has no such signals
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    async with box:
        show(box, await asyncio.to_thread(_keep_key, box, folder))
        await closing.wait()


def _keep_key(box: Sandbox, folder: Path) -> Path | None:
    if box.private_key is None:
        return None
    path = folder / "private.key"
    path.touch(mode=0o600)
    path.write_text(box.private_key)
    return path


def _facts(box: Sandbox, key: Path | None) -> dict[str, str]:
    """The variables that a client of this sandbox needs."""
    facts = {
        "NEXMO_BASE_URL": box.base_url,
        "NEXMO_API_KEY": box.api_key,
        "NEXMO_API_SECRET": box.api_secret,
        "NEXMO_APPLICATION_ID": box.application_id,
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": key,
        "NEXMO_SIGNATURE_SECRET": box.signature_secret,
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _show_machines(box: Sandbox, key: Path | None) -> None:
    output.as_json({"url": box.base_url, "env": _facts(box, key)})


def _show(box: Sandbox, key: Path | None) -> None:
    lines = for_powershell if sys.platform == "win32" else for_shells
    typer.echo("\n".join(lines(box, _facts(box, key))))
    said = f"sandbox open, its page is at {box.base_url}\nCtrl-C closes it"
    output.err.print(said, soft_wrap=True)


def for_shells(box: Sandbox, facts: Mapping[str, str]) -> Iterator[str]:
    """What is pasted into a second terminal."""
    for name, value in facts.items():
        yield f"export {name}={shlex.quote(value)}"
    body = (
        '{"channel": "sms", "message_type": "text", "to": "447700900000", '
        '"from": "447700900001", "text": "Hello"}'
    )
    yield "\n# as pasted:"
    yield (
        f"curl -u {shlex.quote(f'{box.api_key}:{box.api_secret}')} "
        f"-H 'Content-Type: application/json' -d '{body}' {box.base_url}/v1/messages\n"
    )


def for_powershell(_: Sandbox, facts: Mapping[str, str]) -> Iterator[str]:
    """The same on Windows, where a quote inside of JSON would not survive curl."""
    for name, value in facts.items():
        quoted = value.replace("'", "''")
        yield f"$env:{name} = '{quoted}'"
    yield "\n# as pasted:"
    yield "nexmo-async send --to 447700900000 --from 447700900001 --text Hello\n"
