"""How a bulk looks on the terminal: before, while it runs, and in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nexmo_async.bulk.job.chart import Page, span, without_pauses
from nexmo_async.bulk.preflight.preflight import priced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from nexmo_async.bulk.job.report import Progress, Report
    from nexmo_async.bulk.journal.peek import Peek
    from nexmo_async.bulk.preflight.preflight import Preflight

#: Bad rows that are shown one by one.
SHOWN: Final = 5


def before(preflight: Preflight, job: str) -> RenderableType:
    """What would be sent: a table, and what it does not show."""
    table = Table(title=f"Job {job}", title_justify="left", box=None)
    table.add_column("Channel")
    table.add_column("Country")
    for name in ("Messages", "Segments", "Cost"):
        table.add_column(name, justify="right")
    for share in preflight.shares:
        counts = f"{share.messages:,}", f"{share.segments:,}"
        table.add_row(share.channel, share.country or "?", *counts, priced(share.cost))
    if len(preflight.shares) != 1:
        segments = sum(share.segments for share in preflight.shares)
        counts = f"{preflight.messages:,}", f"{segments:,}"
        table.add_row("all", "", *counts, priced(preflight.cost), style="bold")
    seconds = preflight.seconds
    takes = "as fast as Nexmo takes it" if seconds is None else f"takes {span(seconds)}"
    bad = [
        f"  line {row.line}{row.column and ', '}{row.column}: {row.problem}"
        for row in preflight.bad[:SHOWN]
    ]
    if preflight.bad_rows > len(bad):
        bad.append(f"  and {preflight.bad_rows - len(bad):,} more")
    remarks = Text("\n".join([*preflight.remarks(), *bad]), style="yellow")
    parts: list[RenderableType] = [table, Text(f"\n{takes}", style="dim")]
    return Group(*parts, remarks) if remarks.plain else Group(*parts)


def during(progress: Progress, job: str) -> RenderableType:
    """How far it is: the bar, the rate, what failed and what it waits for."""
    grid = Table.grid(padding=(0, 2))
    total = progress.total
    bar = ProgressBar(total=total, completed=progress.done, width=36)
    done = f"{progress.done:,}" + ("" if total is None else f" of {total:,}")
    left = "" if progress.eta is None else f"{span(progress.eta)} left"
    grid.add_row(Text(job, style="bold"), bar, done, f"{progress.rate:,.0f}/s", left)
    counts = {"sent": progress.ok, "sent before": progress.skipped}
    counts |= {"unknown": progress.unknown, **progress.failed}
    told = "  ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    lines: list[RenderableType] = [grid, Text(told, style="dim")]
    if progress.waiting_for:
        lines.append(Text(f"waiting for {progress.waiting_for}", style="yellow"))
    return Group(*lines)


def plain(progress: Progress, job: str) -> str:
    """The same in one line, where nobody looks on."""
    total = "" if progress.total is None else f" of {progress.total:,}"
    waits = progress.waiting_for and f", waiting for {progress.waiting_for}"
    failed = sum(progress.failed.values())
    counts = f"{failed:,} failed, {progress.unknown:,} unknown"
    rate = f"{progress.rate:,.0f}/s"
    return f"{job}: {progress.done:,}{total}, {rate}, {counts}{waits}"


def after(seen: Peek) -> Table:
    """How a job stands, by its journal."""
    table = Table(title=f"Job {seen.job}", title_justify="left", box=None)
    table.show_header = False
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, figure in figures(seen).items():
        table.add_row(name, figure)
    for name, count in seen.report.failed.items():
        table.add_row(f"  {name}", f"{count:,}")
    if seen.pid is not None:
        table.add_row("Runs in process", str(seen.pid))
    return table


def figures(seen: Peek) -> Mapping[str, str]:
    """What is told of a job, in numbers; pauses between its runs are no time of it."""
    report, busy = seen.report, without_pauses(seen.report.curve)
    took = sum(moment.width for moment in busy)
    counts = {
        "Failed": sum(report.failed.values()),
        "Unknown" if seen.pid is None else "In flight or unknown": report.unknown,
    }
    told = {"Sent": f"{report.ok:,}"}
    told |= {name: f"{count:,}" for name, count in counts.items() if count}
    told["Took"] = span(took)
    if took:
        told["Rate"] = f"{sum(moment.sent for moment in busy) / took:,.0f}/s"
    if report.cost:
        sums = (f"{price} {currency}" for currency, price in report.cost.items())
        told["Cost, so far"] = ", ".join(sums)
    if seen.runs > 1:
        told["Runs"] = str(seen.runs)
    return told


def what_now(report: Report) -> list[str]:
    """What is left to do about a job that ended, and how."""
    resume = f"nexmo-async bulk resume {report.job}"
    told: list[str] = []
    if report.stopped:
        told.append(f"stopped: {report.stopped}; {resume} goes on")
    if report.unknown:
        told.append(
            f"{report.unknown:,} may have been sent, or not: only receipts can tell "
            f"(begin it with --listen PORT). {resume} --on-unknown resend sends them "
            "again, some perhaps twice"
        )
    if rows := report.failed.get("RowError"):
        told.append(f"{rows:,} rows were no messages: mend the rejects and send them")
    if doubles := report.failed.get("DoubleError"):
        told.append(f"{doubles:,} were doubles of others in this job: not sent")
    return told


def torn(name: str, why: OSError, again: str) -> str:
    """That a file beside the job could not be written; the job does not suffer."""
    problem = f"{why.filename}: {why.strerror}" if why.filename else why.strerror
    return (
        f"{name} not written: {problem}. The journal has it all, nothing is sent "
        f"twice: nexmo-async bulk {again} writes it once that is mended"
    )


def page(seen: Peek) -> Page:
    """The page of its report."""
    report = seen.report
    return Page(
        title=f"Job {seen.job}",
        about=f"Begun on {report.started:%Y-%m-%d at %H:%M} UTC, "
        f"{report.total:,} items. Pauses are left out of the drawings.",
        figures=figures(seen),
        reasons=report.failed,
        curve=without_pauses(report.curve),
    )
