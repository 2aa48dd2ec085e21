"""`nexmo-async doctor`: what keeps messages from being sent, and what helps."""

from __future__ import annotations

import asyncio
import os
import platform
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Annotated, Final

import attrs
import typer
from rich.markup import escape
from rich.table import Table

from nexmo_async.auth import environment
from nexmo_async.cli import findings, output
from nexmo_async.cli.exits import NOT_DONE
from nexmo_async.cli.findings import Finding
from nexmo_async.client import Nexmo
from nexmo_async.clock import SystemClock
from nexmo_async.errors import NexmoError
from nexmo_async.transport.address import ANYWHERE
from nexmo_async.transport.base import Request, server_time
from nexmo_async.transport.httpx import HttpxTransport
from nexmo_async.transport.retry import Retry
from nexmo_async.transport.route import address, proxy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: How each verdict is shown.
MARKS: Final[Mapping[str, str]] = {
    "fine": "[green]fine[/]",
    "note": "[yellow]note[/]",
    "wrong": "[bold red]wrong[/]",
}

#: The variables of both pairs, and what is said if none of them is set.
NEEDED: Final = {environment.VARIABLES[of][0] for pair in findings.PAIRS for of in pair}
NO_ACCOUNT: Final = (
    "An application with its key is enough, and so is an API key with its secret. "
    "Without an account, begin with `nexmo-async sandbox`: it prints such variables."
)

#: Seconds that the API may take to answer.
PATIENCE: Final = 10.0


def doctor(
    asked: typer.Context,
    *,
    offline: Annotated[bool, typer.Option(help="Ask nothing of the network.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Look for what keeps messages from being sent, and say what helps.

    Sends no message: to see whether the credentials are accepted it posts an empty one,
    which is refused. Exit code 1 if something is wrong.

    Example: nexmo-async doctor --offline
    """
    found = list(_here(asked.obj.origins))
    if not offline:
        found += asyncio.run(_there())
    if json:
        output.as_json({"findings": [attrs.asdict(one) for one in found]})
    else:
        _show(found)
    if any(one.verdict == "wrong" for one in found):
        raise typer.Exit(NOT_DONE)


def _here(origins: Mapping[str, str]) -> Iterator[Finding]:
    """What needs no network."""
    yield Finding("python", "fine", platform.python_version())
    variables = list(findings.of_variables(os.environ, origins))
    yield from variables
    if all(one.verdict != "wrong" for one in variables):
        try:
            yield findings.of_credentials(environment.read().credentials)
        except NexmoError as why:
            yield findings.of_credentials(why)
    yield from findings.of_extras({one.name: one.version for one in distributions()})


async def _there() -> list[Finding]:
    """What the network says."""
    url = environment.first("base_url", os.environ) or ANYWHERE
    clock = SystemClock()
    try:
        where = address(url)
        transport = await asyncio.to_thread(HttpxTransport, url, clock=clock)
    except NexmoError as why:
        return [findings.of_silence(why)]
    began, wall = clock.monotonic(), clock.wall()
    try:
        answer = await transport.send(Request("GET", "/", b"", timeout=PATIENCE))
    except NexmoError as why:
        return [findings.of_proxy(proxy_of(url)), findings.of_silence(why)]
    finally:
        await transport.aclose()
    took = clock.monotonic() - began
    found = [
        findings.of_proxy(proxy_of(url)),
        findings.of_reach(where.host, took, answer.status),
        findings.of_clocks(wall + took / 2, server_time(answer)),
    ]
    return [*found, *await _login()]


async def _login() -> list[Finding]:
    """Whether the credentials, if there are any, are accepted."""
    try:
        nexmo = Nexmo.from_env(retry=Retry(attempts=1), timeout=PATIENCE)
    except NexmoError:
        return []  # it was said already
    async with nexmo:
        try:
            await nexmo.request("POST", "/v1/messages", json={})
        except NexmoError as why:
            return [findings.of_login(why)]
    return [findings.of_login(None)]


def _show(found: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in found:
        cure = f"\n[dim]→ {escape(one.cure)}[/]" if one.cure else ""
        said = escape(one.said) + cure
        table.add_row(MARKS[one.verdict], one.check, said)
    output.out.print(table)
    wrong = sum(one.verdict == "wrong" for one in found)
    if len([one for one in found if one.check in NEEDED and one.cure]) == len(NEEDED):
        output.err.print(NO_ACCOUNT, soft_wrap=True)
    if wrong:
        output.err.print(f"[bold red]{wrong} wrong[/]: messages cannot be sent yet")
    else:
        output.out.print("[green]ready to send[/]")
