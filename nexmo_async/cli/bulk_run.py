"""One run of a bulk on the command line: progress, Ctrl-C, results, the report."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from rich.live import Live

from nexmo_async.auth.environment import VARIABLES, first
from nexmo_async.bulk.job.control import Control
from nexmo_async.bulk.preflight.preflight import preflight
from nexmo_async.bulk.source.thread import in_thread
from nexmo_async.cli import bulk_show, output
from nexmo_async.cli.bulk_results import Results
from nexmo_async.cli.exits import DONE, FAILED, STOPPED, UNKNOWN
from nexmo_async.client import Nexmo
from nexmo_async.errors import ConfigurationError
from nexmo_async.sandbox import serve
from nexmo_async.transport.retry import Retry
from nexmo_async.webhooks.app import WebhookApp

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from nexmo_async.bulk.item import Item
    from nexmo_async.bulk.job.guard import Guard, Hold
    from nexmo_async.bulk.job.report import Progress, Report
    from nexmo_async.bulk.journal.peek import Peek
    from nexmo_async.bulk.preflight.preflight import Preflight
    from nexmo_async.bulk.result import BulkResult
    from nexmo_async.cli.bulk_plan import Plan

#: What is told in a report but is no failure: the same item came twice in its file.
NO_FAILURE: Final = "DoubleError"

#: Seconds between two lines of progress where nobody looks on.
PLAIN_EVERY: Final = 10


async def count(plan: Plan) -> Preflight:
    """Go through the file, and send nothing."""
    estimator = await plan.estimator()
    await in_thread(lambda: plan.guards(estimator))  # what is none is said at once
    source = await plan.source()
    return await preflight(
        source, cap=plan.cap, limits=plan.limits(), estimator=estimator
    )


async def run(plan: Plan, job: str, journal: Path) -> tuple[Report, OSError | None]:
    """Send what is not sent yet, and write down what became of it.

    What is unknown afterwards is sent again only if the plan says so: then all receipts
    had the whole run to come. The error is why the results could not be written.
    """
    async with AsyncExitStack() as stack:
        nexmo, plan = await _opened(plan, stack)
        ended = report, _ = await _once(nexmo, plan, job, journal)
        if plan.on_unknown == "resend" and report.unknown and not report.stopped:
            again = attrs.evolve(plan, grace=0.0)
            ended = await _once(nexmo, again, job, journal, resend=True)
    return ended


async def write_report(path: Path, seen: Peek) -> None:
    """The page of a job's report, of all its runs."""
    page = bulk_show.page(seen).html()
    await in_thread(lambda: path.write_text(page, "utf-8"))


def exit_code(report: Report) -> int:
    """How the process ends: the first of these that is true."""
    if report.stopped:
        return STOPPED
    if report.unknown:
        return UNKNOWN
    return FAILED if set(report.failed) - {NO_FAILURE} else DONE


async def _opened(plan: Plan, stack: AsyncExitStack) -> tuple[Nexmo, Plan]:
    # What may have been sent is settled when the job ends, not while it waits.
    options: dict[str, Any] = {"retry": Retry(on_unknown="raise", total=120.0)}
    nexmo = Nexmo.from_env(api=plan.api, limits=plan.limits(), **options)
    if plan.listen is not None:
        secrets = {_variable("api_key"): _variable("signature_secret")}
        app = WebhookApp(nexmo.receipts, secrets, max_age=None)
        url = await stack.enter_async_context(serve(app, port=plan.listen))
        output.err.print(f"webhooks are taken at {url}")
        if plan.api == "v1":  # the older ones have no word for it
            plan = attrs.evolve(plan, webhook_url=plan.webhook_url or url)
    return await stack.enter_async_context(nexmo), plan


def _variable(of: str) -> str:
    value = first(of, os.environ)
    if value is None:
        advice = "Without it no webhook can be believed."
        raise ConfigurationError(VARIABLES[of][0], "is not set", advice)
    return value


async def _once(
    nexmo: Nexmo, plan: Plan, job: str, journal: Path, *, resend: bool = False
) -> tuple[Report, OSError | None]:
    control = Control(concurrency=plan.concurrency)
    source = await plan.source(plan.webhook_url)
    estimator = await plan.estimator()
    made = await in_thread(lambda: plan.guards(estimator))  # they read time zones
    guards: list[Guard] = [_StopsTheJob(guard, control) for guard in made]
    async with Results(Path(plan.result)) as results:
        with _signals(control), _shown(job) as show:
            report = await nexmo.bulk.run(
                source,
                job=job,
                journal=journal,
                concurrency=plan.concurrency,
                on_unknown="resend" if resend else _policy(plan),
                grace=plan.grace,
                guards=[*guards, results],
                progress=show,
                control=control,
                total=plan.total,
                notes=plan.notes(),
            )
    return report, results.failed


def _policy(plan: Plan) -> Any:  # noqa: ANN401  one of three words
    return "settle" if plan.on_unknown == "resend" else plan.on_unknown


@attrs.frozen
class _StopsTheJob:
    """A guard without an end to its wait: nobody can resume it here, so it stops."""

    guard: Guard
    control: Control

    def before(self, item: Item, now: float) -> Hold | None:
        hold = self.guard.before(item, now)
        if hold is not None and hold.seconds is None:
            self.control.stop(hold.reason)
        return hold

    def after(self, result: BulkResult) -> None:
        self.guard.after(result)


@contextmanager
def _signals(control: Control) -> Generator[None]:
    """The first Ctrl-C finishes what is in flight, the second does not wait for it."""
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if control.stopped is None:
            output.err.print("stopping; once more to give up what is in flight")
            control.stop("Ctrl-C")
        else:
            control.abort("Ctrl-C twice")

    signals = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError, RuntimeError):  # on Windows, in a thread
        for each in signals:
            loop.add_signal_handler(each, asked)
    try:
        yield
    finally:
        with suppress(NotImplementedError, RuntimeError):
            for each in signals:
                loop.remove_signal_handler(each)


@contextmanager
def _shown(job: str) -> Generator[Callable[[Progress], None]]:
    """Show progress on a terminal as it moves, elsewhere in a line now and then."""
    if not output.err.is_terminal:
        ticks = 0

        def tell(progress: Progress) -> None:
            nonlocal ticks
            ticks += 1
            if ticks % PLAIN_EVERY == 0:
                output.err.print(bulk_show.plain(progress, job), soft_wrap=True)

        yield tell
        return
    with Live(console=output.err, auto_refresh=False) as live:

        def draw(progress: Progress) -> None:
            live.update(bulk_show.during(progress, job), refresh=True)

        yield draw
