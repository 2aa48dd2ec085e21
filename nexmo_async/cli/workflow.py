"""`nexmo-async workflow`: run one from a file, see its plan, draw it."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from nexmo_async.auth.credentials import Jwt
from nexmo_async.auth.environment import VARIABLES, first
from nexmo_async.cli import output, runs
from nexmo_async.cli.brought import brought
from nexmo_async.cli.exits import NOT_DONE, UNKNOWN
from nexmo_async.client import Nexmo
from nexmo_async.clock import Clock, FastClock, SystemClock
from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.models.workflow import Workflow
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.webhooks.app import WebhookApp
from nexmo_async.workflows.story import ending, line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nexmo_async.models.attempt import Result
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.workflows.run import Run

    Teller = Callable[[Run], Awaitable[Result]]

app: Final = typer.Typer(
    help="Attempts in a row, until one arrives.", no_args_is_help=True
)

#: The recipient where nobody will get it: a number that is kept free for films.
ANYBODY: Final = "447700900000"

File = Annotated[
    Path, typer.Argument(help="TOML, JSON or YAML.", exists=True, dir_okay=False)
]
ApiName = Literal["beta", "v0.1", "v1"]
EngineName = Literal["local", "server", "auto"]
To = Annotated[str | None, typer.Option(help="The recipient of steps without one.")]
Api = Annotated[ApiName, typer.Option(help="Generation.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)],
    *,
    json: Json = False,
) -> None:
    """Write a workflow to begin with: WhatsApp, then Viber, then SMS.

    Example: nexmo-async workflow new otp.toml
    """
    with output.errors_as_sentences():
        try:
            with file.open("xb") as empty:  # a file that is there already stays
                empty.write(brought("otp.toml").read_bytes())
        except FileExistsError:
            raise ConfigurationError(str(file), "is there already") from None
    if json:
        output.as_json({"file": str(file)})
    else:
        typer.echo(f"{file} is written: change it as you like")


@app.command()
def plan(file: File, *, to: To = ANYBODY, api: Api = "v1", json: Json = False) -> None:
    """Say who can run it, and what would be lost if Nexmo did.

    Example: nexmo-async workflow plan otp.toml --api v0.1
    """
    with output.errors_as_sentences():
        made = _read(file, to).plan(api=api)
    if json:
        output.as_json(runs.plan(made))
    else:
        typer.echo(str(made))


@app.command()
def diagram(file: File, *, to: To = ANYBODY) -> None:
    """Draw it, as Mermaid text.

    Example: nexmo-async workflow diagram otp.toml
    """
    with output.errors_as_sentences():
        typer.echo(_read(file, to).diagram(), nl=False)


@app.command()
def run(  # noqa: PLR0913  each is one choice of the user
    file: File,
    *,
    to: To = None,
    api: Api = "v1",
    engine: Annotated[EngineName, typer.Option(help="Who keeps the time.")] = "local",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Against a sandbox of its own.")
    ] = False,
    persona: Annotated[
        str | None,
        typer.Option(help="How the recipient takes it there, as 'viber: silent'."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Seconds that pass in one of ours: 60 with --sandbox, else 1."
            " Give it the speed of the sandbox that you use.",
        ),
    ] = None,
    listen: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="The port on which webhooks come; 0: any free one."
        ),
    ] = 0,
    json: Annotated[
        bool, typer.Option("--json", help="A line of JSON for each step, and the end.")
    ] = False,
) -> None:
    """Run it, tell each step as it happens, and who was reached in the end.

    Without --sandbox the account comes from the environment, as for `send`,
    and NEXMO_SIGNATURE_SECRET signs its webhooks. On v1 each message says where
    they are to go; on older generations the account has to know.

    The exit code is 0 if somebody was reached, 1 if not, 3 if nobody knows.

    Example: nexmo-async workflow run otp.toml --to 447700900918 --sandbox
    """
    tell = _tell_machines if json else _tell
    with output.errors_as_sentences():
        workflow = _read(file, to or (ANYBODY if sandbox else None))
        if sandbox:
            running = _in_sandbox(workflow, api, engine, persona, speed or 60.0, tell)
        else:
            running = _for_real(workflow, api, engine, listen, speed or 1.0, tell)
        result = asyncio.run(running)
    if result.outcome != "reached":
        raise typer.Exit(UNKNOWN if result.outcome == "silent" else NOT_DONE)


def _read(file: Path, to: str | None) -> Workflow:
    form = file.suffix.removeprefix(".").replace("yml", "yaml")
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as why:
        raise ConfigurationError(str(file), f"is not written in UTF-8: {why}") from None
    try:
        return Workflow.from_text(text, form, to=to)
    except MessageError as why:
        if to is None and why.field.endswith(".to"):
            advice = "Say it in the file, or with --to."
            raise ConfigurationError(why.field, why.problem, advice) from None
        raise


async def _in_sandbox(  # noqa: PLR0913, PLR0917  the options of a run
    workflow: Workflow,
    api: ApiName,
    engine: EngineName,
    persona: str | None,
    speed: float,
    tell: Teller,
) -> Result:
    clock = FastClock(speed)
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(Sandbox(clock=clock))
        for step in workflow.steps if persona else ():
            _play(box, step.message.to, persona or "")
        auth = Jwt(box.application_id, box.private_key or "")
        nexmo = Nexmo(auth, api=api, base_url=box.base_url, clock=clock)
        webhooks = _webhooks(nexmo.receipts, box.api_key, box.signature_secret, clock)
        box.status_url = await stack.enter_async_context(serve(webhooks))
        await stack.enter_async_context(nexmo)
        output.err.print(f"sandbox, time runs {speed:g} times faster")
        return await tell(await nexmo.workflows.run(workflow, engine=engine))


def _play(box: Sandbox, recipient: str, persona: str) -> None:
    try:
        box.persona(recipient, persona)
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--persona") from None


async def _for_real(  # noqa: PLR0913, PLR0917  the options of a run
    workflow: Workflow,
    api: ApiName,
    engine: EngineName,
    listen: int,
    speed: float,
    tell: Teller,
) -> Result:
    secret, key = _variable("signature_secret"), _variable("api_key")
    clock = SystemClock() if speed == 1 else FastClock(speed)
    async with AsyncExitStack() as stack:
        nexmo = Nexmo.from_env(api=api, clock=clock)
        webhooks = _webhooks(nexmo.receipts, key, secret, clock)
        url = await stack.enter_async_context(serve(webhooks, port=listen))
        output.err.print(f"webhooks are taken at {url}")
        await stack.enter_async_context(nexmo)
        if api == "v1":
            workflow = _with_webhooks(workflow, url)
        result = await tell(await nexmo.workflows.run(workflow, engine=engine))
        if result.outcome == "silent" and not any(it.status for it in result.attempts):
            output.err.print(
                f"no webhook came to {url}: can Nexmo reach it? On beta and v0.1 the"
                " account or application has to name that address",
                soft_wrap=True,
            )
        return result


def _webhooks(
    receipts: ReceiptStore, key: str, secret: str, clock: Clock
) -> WebhookApp:
    return WebhookApp(receipts, {key: secret}, max_age=None, clock=clock)


def _with_webhooks(workflow: Workflow, url: str) -> Workflow:
    steps = [
        step
        if step.message.webhook_url
        else attrs.evolve(step, message=attrs.evolve(step.message, webhook_url=url))
        for step in workflow.steps
    ]
    times = {"patience": workflow.patience, "settle": workflow.settle}
    return Workflow(*steps, **times)


def _variable(of: str) -> str:
    value = first(of, os.environ)
    if value is None:
        advice = "Without it no webhook can be believed; or use --sandbox."
        raise ConfigurationError(VARIABLES[of][0], "is not set", advice)
    return value


async def _tell(run: Run) -> Result:
    began = None
    async for happening in run:
        began = began or happening.at
        output.out.print(line(happening, began), soft_wrap=True)
    result = await run.result()
    output.out.print(ending(result, _recipient(run)), soft_wrap=True)
    return result


async def _tell_machines(run: Run) -> Result:
    async for happening in run:
        output.as_json(runs.happening(happening))
    result = await run.result()
    output.as_json(runs.result(result, _recipient(run)))
    return result


def _recipient(run: Run) -> str:
    return run.workflow.steps[0].message.to
