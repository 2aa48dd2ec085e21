"""`nexmo-async demo`: thirty messages and a failover, through the sandbox and back."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from nexmo_async.auth.credentials import Jwt
from nexmo_async.cli import output, recipients
from nexmo_async.client import Nexmo
from nexmo_async.clock import FastClock, SystemClock
from nexmo_async.errors import DeliveryFailedError, StillWaitingError
from nexmo_async.models.message import Sms, Viber, WhatsApp
from nexmo_async.models.receipt import READABLE, Report
from nexmo_async.models.workflow import Step, Workflow
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.sandbox import Sandbox, serve
from nexmo_async.webhooks.app import WebhookApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from nexmo_async.cli.recipients import Recipient
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.message import Message
    from nexmo_async.models.receipt import Receipt, Status

#: Seconds in the sandbox for one of ours: ten minutes pass in five seconds.
SPEED: Final = 120.0

#: Seconds to wait for a receipt before a recipient counts as silent.
PATIENCE: Final = 3.0

#: How many messages are on their way at once.
AT_ONCE: Final = 8

#: What counts as arrived.
ARRIVED: Final = frozenset({"delivered", "read"})

_CHASED: Final = "447700900000"
_PLAY: Final = "whatsapp: deliver; viber: reject 1300; sms: deliver"


def demo(
    recipients_file: Annotated[
        Path | None,
        typer.Option(
            "--recipients", help="Another CSV file: name,channel,to,persona,text."
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(min=1, help="Seconds of the sandbox in one of ours.")
    ] = SPEED,
) -> None:
    """Watch messages and a failover travel through the sandbox and back.

    Nothing leaves this machine: no account, no cost.

    Example: nexmo-async demo --recipients recipients.csv --speed 60
    """
    with output.errors_as_sentences():
        asyncio.run(_demo(recipients.read(recipients_file), speed))


async def _demo(people: list[Recipient], speed: float) -> None:
    personas = {one.message.to: one.persona for one in people if one.persona}
    async with Sandbox(clock=FastClock(speed), personas=personas) as box:
        box.persona(_CHASED, _PLAY)
        output.out.print(f"Sandbox open at [bold]{box.base_url}[/]\n")
        await _send_all(box, people)
        output.out.print("\n[bold]Failover[/]: WhatsApp, not read within 10 minutes,")
        output.out.print("then Viber, delivered within 2, else SMS.")
        output.out.print(f"Time runs {speed:g} times faster here.\n")
        await _fail_over(box)


@attrs.frozen
class _Fate:
    """How far a message came, and how many seconds of ours until a receipt said so."""

    status: str
    extra: str = ""
    after: float | None = None


async def _send_all(box: Sandbox, people: list[Recipient]) -> None:
    receipts = MemoryReceipts()
    app = _webhooks(box, receipts)
    auth = Jwt(box.application_id, box.private_key or "")
    async with (
        serve(app) as url,
        Nexmo(auth, base_url=box.base_url, receipts=receipts) as nexmo,
    ):
        box.status_url = url
        fates = await _with_progress(nexmo, people)
    output.out.print(_table(people, fates))


def _webhooks(
    box: Sandbox,
    receipts: MemoryReceipts,
    hear: Callable[[Receipt | Report], Awaitable[None]] | None = None,
) -> WebhookApp:
    # No age is checked: the time of this sandbox runs ahead of ours.
    return WebhookApp(
        receipts,
        {box.api_key: box.signature_secret},
        on_status=hear,
        on_report=hear,
        max_age=None,
    )


async def _with_progress(nexmo: Nexmo, people: list[Recipient]) -> list[_Fate]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=output.out) as progress:
        accepted = progress.add_task("Accepted", total=len(people))
        settled = progress.add_task("Settled ", total=len(people))
        room = asyncio.Semaphore(AT_ONCE)

        async def one(message: Message) -> _Fate:
            async with room:
                began = SystemClock().monotonic()
                sent = await nexmo.messages.send(message)
            progress.advance(accepted)
            fate = await _end(sent, began)
            progress.advance(settled)
            return fate

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(person.message)) for person in people]
    return [task.result() for task in tasks]


async def _end(sent: Sent, began: float) -> _Fate:
    until: Status = "read" if sent.message.channel in READABLE else "delivered"
    clock = SystemClock()
    try:
        receipt = await sent.until(until, within=PATIENCE)
    except DeliveryFailedError as why:
        return _Fate(why.status, str(why.code or ""), clock.monotonic() - began)
    except StillWaitingError as why:
        if why.last == "delivered":
            return _Fate("delivered", "not read")
        return _Fate("silent", f"only {why.last}" if why.last else "")
    return _Fate(receipt.status, after=clock.monotonic() - began)


def _table(people: list[Recipient], fates: list[_Fate]) -> Table:
    table = Table(title="What arrived where", title_justify="left", box=None)
    for name in ("Who", "Channel", "To", "Status"):
        table.add_column(name)
    table.add_column("After", justify="right")
    for person, fate in zip(people, fates, strict=True):
        status = output.status(fate.status, fate.extra)
        message = person.message
        after = "" if fate.after is None else f"{fate.after:.2f} s"
        table.add_row(person.name, message.channel, message.to, status, after)
    table.caption = _summary(people, fates)
    table.caption_justify = "left"
    return table


def _summary(people: list[Recipient], fates: list[_Fate]) -> str:
    sent = Counter(person.message.channel for person in people)
    arrived = Counter(
        person.message.channel
        for person, fate in zip(people, fates, strict=True)
        if fate.status in ARRIVED
    )
    parts = [f"{channel} {arrived[channel]} of {sent[channel]}" for channel in sent]
    return f"{arrived.total()} of {sent.total()} arrived: {', '.join(parts)}"


async def _fail_over(box: Sandbox) -> None:
    """WhatsApp, not read in ten minutes, then Viber, then SMS. Run by the service."""
    events: asyncio.Queue[Receipt | Report] = asyncio.Queue()
    receipts = MemoryReceipts()
    app = _webhooks(box, receipts, events.put)
    auth = Jwt(box.application_id, box.private_key or "")
    async with (
        serve(app) as url,
        Nexmo(auth, api="v0.1", base_url=box.base_url, receipts=receipts) as nexmo,
    ):
        box.status_url = url
        await nexmo.workflows.create(_workflow())
        await _tell(events)


def _workflow() -> Workflow:
    text = "Your code is 64873. Valid for 10 minutes."
    return Workflow(
        Step(
            WhatsApp(to=_CHASED, sender="447700900990", content=text),
            until="read",
            within=600,
        ),
        Step(
            Viber(to=_CHASED, sender="22353", content=text),
            until="delivered",
            within=120,
        ),
        Step(Sms(to=_CHASED, sender="ACME", content=text)),
    )


async def _tell(events: asyncio.Queue[Receipt | Report]) -> None:
    """Print each event as it comes, until the final report."""
    began: datetime | None = None
    while True:
        event = await events.get()
        began = began or event.at
        passed = int((event.at - began).total_seconds()) if event.at and began else 0
        at = f"{passed // 60:>3}:{passed % 60:02} min"
        if isinstance(event, Report):
            cost = f"{event.usage.price} {event.usage.currency}" if event.usage else ""
            output.out.print(at, "workflow ", output.status(event.status), cost)
            return
        status = output.status(event.status, str(event.code or ""))
        output.out.print(
            at, f"{event.channel:<9}", status, event.reason, soft_wrap=True
        )
