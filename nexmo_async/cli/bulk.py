"""`nexmo-async bulk`: a file of recipients, each sent once, whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import attrs
import typer

from nexmo_async.bulk.client import check_name
from nexmo_async.bulk.errors import JournalError
from nexmo_async.bulk.journal.peek import Peek, peek
from nexmo_async.bulk.source.template import Draft
from nexmo_async.cli import bulk_run, bulk_show, output
from nexmo_async.cli.bulk_plan import ApiName, OnUnknown, Plan, here, said_of
from nexmo_async.cli.exits import DONE, EPILOG, FAILED, STOPPED
from nexmo_async.errors import ConfigurationError

app: Final = typer.Typer(
    help="Many messages from a file, none twice, none forgotten.",
    no_args_is_help=True,
    epilog=EPILOG,
)

ChannelName = Literal["sms", "mms", "rcs", "whatsapp", "messenger", "viber", "email"]

Job = Annotated[str, typer.Argument(help="The name it was given.")]
Journal = Annotated[
    Path | None, typer.Option(help="The job's journal; JOB.db if not given.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command(epilog=EPILOG)
def send(  # noqa: PLR0913  each is one choice of the user
    file: Annotated[
        Path,
        typer.Argument(help="CSV, JSON Lines, Parquet or Arrow.", dir_okay=False),
    ],
    *,
    job: Annotated[str, typer.Option(help="Its name, by which it is resumed.")],
    channel: Annotated[ChannelName, typer.Option(help="How it travels.")] = "sms",
    sender: Annotated[
        str | None, typer.Option("--sender", "--from", help="Your number or name.")
    ] = None,
    text: Annotated[str | None, typer.Option(help='The words, as "Hi {name}".')] = None,
    to: Annotated[str, typer.Option(help="Where the recipient stands.")] = "{to}",
    subject: Annotated[str | None, typer.Option(help="What an email is about.")] = None,
    message: Annotated[
        Path | None,
        typer.Option(help="A message as TOML or JSON, with {column} in its texts."),
    ] = None,
    workflow: Annotated[
        Path | None, typer.Option(help="A workflow, as `workflow run` takes it.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="The column that tells items apart, if not to and text."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    limit: Annotated[str | None, typer.Option(help="As 30/s or 100/min.")] = None,
    cap: Annotated[str | None, typer.Option(help="The most it costs, 20EUR.")] = None,
    prices: Annotated[
        Path | None, typer.Option(help="CSV: country,channel,price,currency.")
    ] = None,
    quiet_hours: Annotated[str | None, typer.Option(help="As 21:00-08:00.")] = None,
    zone: Annotated[
        str | None, typer.Option(help="Of quiet hours; else this machine's.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Under way at once.")] = 64,
    journal: Journal = None,
    result: Annotated[
        Path | None, typer.Option(help="CSV or JSON Lines; JOB-results.csv.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="For bad rows; JOB-rejects beside it.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A page with charts; JOB-report.html.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the file.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Between cells.")] = None,
    on_unknown: Annotated[
        OnUnknown,
        typer.Option(help="What to do about what may have been sent, or not."),
    ] = "settle",
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for receipts in the end.")
    ] = 5.0,
    listen: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="A port for webhooks: receipts settle unknowns."
        ),
    ] = None,
    webhook_url: Annotated[
        str | None, typer.Option(help="Where Nexmo reaches that port, as https://...")
    ] = None,
    api: Annotated[ApiName, typer.Option(help="Generation.")] = "v1",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Count what a file holds, ask, and send each of its rows once.

    The journal remembers file, text and options: after a crash, `bulk resume JOB` goes
    on. Ctrl-C finishes what is in flight, a second one does not wait for it.

    Example: nexmo-async bulk send people.csv --sender ACME --text "Hi {name}"
    --job spring --limit 30/s
    """
    paths = _paths(file, job, journal)
    given = {"result": result, "rejects": rejects, "report": report}
    for name, path in given.items():
        if path is not None:
            paths[name] = str(path.absolute())
    with output.errors_as_sentences():
        fields = {"channel": channel, "to": to, "sender": sender, "subject": subject}
        said = said_of(text, message, workflow, fields)
        Draft(said)
        plan = Plan(
            file=str(file.absolute()),
            said=said,
            key=key,
            encoding=encoding,
            delimiter=delimiter,
            limit=limit,
            cap=cap,
            prices=None if prices is None else str(prices.absolute()),
            quiet_hours=quiet_hours,
            zone=zone or here(),
            concurrency=concurrency,
            api=api,
            on_unknown=on_unknown,
            grace=grace,
            listen=listen,
            webhook_url=webhook_url,
            **paths,
        )
        check_name(job)
        plan.check_files()
        path = _journal(job, journal)
        with suppress(JournalError):  # there is none yet; or it is told when it is used
            plan.check_same(_peeked(path).notes, job)
        plan = _counted(plan, job, dry_run=dry_run, yes=yes, json=json)
        _run(plan, job, path, json=json)


@app.command(epilog=EPILOG)
def resume(  # noqa: PLR0913  what may be said anew
    job: Job,
    *,
    journal: Journal = None,
    cap: Annotated[str | None, typer.Option(help="Another spend cap.")] = None,
    on_unknown: Annotated[
        OnUnknown | None, typer.Option(help="What to do about the unknown now.")
    ] = None,
    grace: Annotated[
        float | None, typer.Option(min=0, help="Seconds to wait for receipts.")
    ] = None,
    limit: Annotated[str | None, typer.Option(help="Another limit.")] = None,
    json: Json = False,
) -> None:
    """Go on with a job where it was, with the file and options it was begun with.

    Example: nexmo-async bulk resume spring --on-unknown resend
    """
    changes = {"cap": cap, "on_unknown": on_unknown, "grace": grace, "limit": limit}
    changed: dict[str, Any] = {
        name: value for name, value in changes.items() if value is not None
    }
    path = _journal(job, journal)
    with output.errors_as_sentences():
        plan = Plan.remembered(_peeked(path).notes, job)
        plan.check_files()
        _run(attrs.evolve(plan, **changed), job, path, json=json)


@app.command()
def status(job: Job, *, journal: Journal = None, json: Json = False) -> None:
    """Say how a job stands, while it runs or after.

    Example: nexmo-async bulk status spring
    """
    with output.errors_as_sentences():
        seen = _peeked(_journal(job, journal))
    if json:
        output.as_json(_facts(seen))
    else:
        output.out.print(bulk_show.after(seen))


@app.command()
def report(
    job: Job,
    *,
    journal: Journal = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the page.")] = None,
) -> None:
    """Write a page with the job's figures, and its rate and latency over time.

    Example: nexmo-async bulk report spring --out spring.html
    """
    path = _journal(job, journal)
    with output.errors_as_sentences():
        seen = _peeked(path)
        page = out or path.with_name(f"{job}-report.html")
        asyncio.run(bulk_run.write_report(page, seen))
    typer.echo(page)


def _counted(plan: Plan, job: str, *, dry_run: bool, yes: bool, json: bool) -> Plan:
    """The plan with its total, once somebody has seen what it means."""
    counted = asyncio.run(bulk_run.count(plan))
    if json and dry_run:
        output.as_json(counted.to_dict())
    elif not (json and yes):
        output.err.print(bulk_show.before(counted, job))
    if not counted.messages:
        raise ConfigurationError(plan.file, "has no row that makes a message")
    if plan.cap and counted.beyond_cap:
        advice = 'Add a line "*,*,0.05,EUR" to the price list for all others.'
        problem = f"cannot be held for {counted.beyond_cap:,} messages without a price"
        raise ConfigurationError("cap", problem, advice)
    if dry_run:
        raise typer.Exit(FAILED if counted.bad_rows else DONE)
    if not yes and not _agreed(f"Send {counted.messages:,} messages?"):
        raise typer.Abort
    return attrs.evolve(plan, total=counted.rows)


def _agreed(question: str) -> bool:
    """What whoever sits there says; if nobody does, how to go on without asking."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        output.err.print("\nno answer: --yes sends without asking, --dry-run counts")
        raise


def _run(plan: Plan, job: str, journal: Path, *, json: bool) -> None:
    done, failed = asyncio.run(bulk_run.run(plan, job, journal))
    torn = [] if failed is None else [("results", failed, f"resume {job}")]
    seen = _peeked(journal)
    # What it cost stands in receipts, not in the journal.
    seen = attrs.evolve(seen, report=attrs.evolve(seen.report, cost=done.cost))
    try:
        asyncio.run(bulk_run.write_report(Path(plan.report), seen))
    except OSError as why:
        torn.append(("report", why, f"report {job}"))
    files = {"results": plan.result, "rejects": plan.rejects, "report": plan.report}
    files = {name: path for name, path in files.items() if Path(path).exists()}
    if json:
        output.as_json(done.to_dict() | {"files": files})
    else:
        output.out.print(bulk_show.after(seen))
        for name, path in files.items():
            output.out.print(f"{name}: {path}", soft_wrap=True)
    for line in bulk_show.what_now(done):
        output.err.print(line, soft_wrap=True)
    for each in torn:
        output.err.print(bulk_show.torn(*each), soft_wrap=True)
    if code := bulk_run.exit_code(done) or (STOPPED if torn else DONE):
        raise typer.Exit(code)


def _peeked(journal: Path) -> Peek:
    return asyncio.run(peek(journal))


def _journal(job: str, given: Path | None) -> Path:
    return (given or Path(f"{job}.db")).absolute()


def _paths(file: Path, job: str, journal: Path | None) -> dict[str, Any]:
    """What is written beside the journal."""
    folder = _journal(job, journal).parent
    return {
        "result": str(folder / f"{job}-results.csv"),
        "rejects": str(folder / f"{job}-rejects{file.suffix}"),
        "report": str(folder / f"{job}-report.html"),
    }


def _facts(seen: Peek) -> dict[str, object]:
    told = seen.report.to_dict()
    del told["skipped"], told["stopped"]
    return told | {"pid": seen.pid, "runs": seen.runs}
