"""A worker of bulk jobs in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from nexmo_async import Basic, Nexmo
from nexmo_async.durable import Lane
from nexmo_async.durable.bulk import BULK_LANE
from nexmo_async.durable.dbos import DbosEngine


async def main(said: dict[str, Any]) -> None:
    lanes = [Lane(BULK_LANE, at_once=said["at_once"])]
    engine = DbosEngine(
        said["database"],
        worker=said["worker"],
        lanes=lanes,
        gone_after=said.get("gone_after", 15.0),
    )
    nexmo = Nexmo(Basic("key", "secret"), base_url=said["base_url"])
    async with nexmo, engine:
        engine.sends(nexmo.messages.send)
        print("ready", flush=True)  # noqa: T201  how it speaks
        await engine.run()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
