"""A worker in a process of its own, which dies where it is told to.

`point` is where: before or after the next link is armed, after the provider has taken
the message, after that was kept; `death` the turn at which it does, from 1; 0: never.
It says "ready" when it takes jobs; `later`: before that, and waits for a line. `skew`:
seconds by which its clock is wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from nexmo_async import Basic, Nexmo
from nexmo_async.clock import SystemClock
from nexmo_async.durable.dbos import DbosEngine

if TYPE_CHECKING:
    from nexmo_async.durable import Handler, Job
    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.message import Message


class Mortal(DbosEngine):
    """Dies at a point, the nth time that it comes there."""

    point = ""
    death = 0
    signal = signal.SIGKILL

    def come_to(self, point: str) -> None:
        if point == self.point and self.death:
            self.death -= 1
            if not self.death:
                os.kill(os.getpid(), self.signal)

    async def submit(self, job: Job, *, key: str, **how: Any) -> bool:  # type: ignore[override]  # noqa: ANN401
        self.come_to("before arm")
        is_new = await super().submit(job, key=key, **how)
        self.come_to("after arm")
        return is_new

    def handle(self, kind: str, handler: Handler) -> None:
        async def do(key: str, body: str) -> str:
            result = await handler(key, body)
            # DBOS keeps the result on its own loop, a moment after this.
            loop = asyncio.get_running_loop()
            loop.call_later(0.1, self.come_to, "after record")
            return result

        super().handle(kind, do)


async def main(said: dict[str, Any]) -> None:
    skew, now = said.get("skew", 0.0), time.time
    time.time = lambda: now() + skew
    engine = Mortal(
        said["database"],
        worker=said["worker"],
        on_unknown=said.get("on_unknown", "resend"),
        lease=said.get("lease", 300.0),
    )
    engine.point, engine.death = said.get("point", ""), said.get("death", 0)
    engine.signal = signal.Signals[said.get("signal", "SIGKILL")]
    auth = Basic(said["key"], said["secret"])
    async with Nexmo(auth, base_url=said["base_url"]) as nexmo, engine:

        async def send(message: Message, *, total: float | None) -> Sent:
            sent = await nexmo.messages.send(message, total=total)
            engine.come_to("after accept")
            return sent

        engine.sends(send)
        if said.get("later"):
            print("ready", flush=True)  # noqa: T201  how it speaks
            await asyncio.to_thread(sys.stdin.readline)
        async with asyncio.TaskGroup() as group:
            group.create_task(engine.run())
            while engine.health is None or not engine.health.is_well:
                await SystemClock().sleep(0.01)
            print("ready", flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
