from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from nexmo_async import Basic, Nexmo, Retry, Sms
from nexmo_async.bulk import BulkResult, Hold, Item, peek
from nexmo_async.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = 600
LOGIN: dict[str, Any] = {"api_key": "abcd1234", "api_secret": "0123456789abcdef"}


class Watcher:
    """Says when a third is done."""

    def __init__(self) -> None:
        self.is_third = asyncio.Event()
        self._done = 0

    def before(self, item: Item, now: float) -> Hold | None:
        """Nothing is against it."""

    def after(self, _: BulkResult) -> None:
        """Count."""
        self._done += 1
        if self._done == ITEMS // 3:
            self.is_third.set()


async def test_a_sandbox_that_is_started_anew_costs_no_message(tmp_path: Path) -> None:
    received: Counter[str] = Counter()
    first = await Sandbox(**LOGIN).__aenter__()
    port = int(first.base_url.rpartition(":")[2])
    watcher = Watcher()

    async def restart() -> None:
        await watcher.is_third.wait()
        await first.__aexit__(None, None, None)
        received.update(message.to for message in first.messages())

    once = Retry(attempts=1, on_unknown="raise")
    auth = Basic(LOGIN["api_key"], LOGIN["api_secret"])
    async with Nexmo(auth, base_url=first.base_url, retry=once) as nexmo:
        restarting = asyncio.ensure_future(restart())
        running = asyncio.ensure_future(
            nexmo.bulk.run(
                (
                    Sms(to=f"4477{number:08}", sender="ACME", content="Hello")
                    for number in range(ITEMS)
                ),
                job="spring",
                journal=tmp_path / "spring.db",
                guards=[watcher],
                concurrency=8,
                on_unknown="raise",
            )
        )
        await restarting
        async with Sandbox(**LOGIN, port=port) as second:
            report = await running
            received.update(message.to for message in second.messages())

    assert (report.failed, report.stopped) == ({}, "")
    assert report.ok + report.unknown == ITEMS
    assert report.unknown <= 8
    assert set(received.values()) == {1}
    assert report.ok <= len(received) <= ITEMS
    assert (await peek(tmp_path / "spring.db")).report.ok == report.ok
