"""Runs one job, to be killed: python bulk_worker.py URL JOURNAL COUNT."""

from __future__ import annotations

import asyncio
import json
import sys

from nexmo_async import Basic, Nexmo, Sms

KEY, SECRET = "abcd1234", "0123456789abcdef"
CONCURRENCY = 16


def message(number: int) -> Sms:
    """The item of that number; no two go to the same person."""
    return Sms(to=f"4477{number:08}", sender="ACME", content=f"Item {number}")


async def main(url: str, journal: str, count: int) -> None:
    """Run the job, and print what became of it."""
    print("begun", flush=True)  # noqa: T201  to whoever kills it
    async with Nexmo(Basic(KEY, SECRET), base_url=url) as nexmo:
        report = await nexmo.bulk.run(
            (message(number) for number in range(count)),
            job="spring",
            journal=journal,
            concurrency=CONCURRENCY,
            on_unknown="raise",
        )
    print(json.dumps(report.to_dict()), flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
