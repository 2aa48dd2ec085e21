"""Another process that steers a job: it knows the database, and the job's name."""

from __future__ import annotations

import asyncio
import sys

from nexmo_async.durable.dbos import DbosEngine


async def main(database: str, name: str, word: str) -> None:
    async with DbosEngine(database) as engine:
        job = await engine.bulk.find(name)
        await {"pause": job.pause, "resume": job.resume, "stop": job.stop}[word]()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
