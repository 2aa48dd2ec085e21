"""A file of people, each told once: a limit, quiet hours, and no fear of a crash.

pip install "nexmo-async[phone]"
python bulk_night.py recipients-10k.csv "Hi {name}, your table is booked."
                               (with the variables that the README names)

Ctrl-C finishes what is in flight. Call it again, after that or after a crash, and it
goes on where it was: the journal knows who was told.
"""

import argparse
import asyncio
import signal
import sys

from nexmo_async import Limit, Nexmo
from nexmo_async.bulk.job.control import Control
from nexmo_async.bulk.job.report import Progress, Report
from nexmo_async.bulk.preflight.caps import QuietHours
from nexmo_async.bulk.source import open_source


def tell(progress: Progress) -> None:
    """Say each second how far it is."""
    waits = progress.waiting_for and f", waiting for {progress.waiting_for}"
    print(f"{progress.done:,} done, {progress.rate:,.0f}/s{waits}", flush=True)


async def night(options: argparse.Namespace) -> Report:
    """Send one message for each row that was not sent before."""
    words = {"channel": "sms", "to": "{to}", "sender": "ACME", "content": options.words}
    rejects = f"{options.job}-rejects.csv"
    people = await open_source(options.file, words, rejects=rejects)
    # The hours of each recipient, by the zone of the number; London's for the others.
    quiet = await asyncio.to_thread(QuietHours.of, options.quiet_hours, "Europe/London")
    control = Control()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, control.stop, "Ctrl-C")
    async with Nexmo.from_env(limits=[Limit(options.rate)]) as nexmo:
        return await nexmo.bulk.run(
            people,
            job=options.job,
            guards=[quiet],
            progress=tell,
            control=control,
        )


def main() -> None:
    """Read the line, send, and say what became of it."""
    line = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    line.add_argument("file", help="CSV, JSON Lines, Parquet or Arrow")
    line.add_argument("words", help='the message, as "Hi {name}"')
    line.add_argument("--job", default="night", help="its journal is JOB.db")
    line.add_argument("--rate", default=30, type=int, help="messages in a second")
    line.add_argument("--quiet-hours", default="21:00-08:00", help="nobody is woken")
    report = asyncio.run(night(line.parse_args()))
    print(f"{report.ok:,} sent in {report.took:,.0f} s, {report.skipped:,} before")
    for reason, count in report.failed.items():
        print(f"{count:,} {reason}")
    for item in report.unknown_items:
        print(f"line {item.line}: nobody knows, {item.client_ref} would name it")
    sys.exit(not report.is_complete)


if __name__ == "__main__":
    main()
