"""A process that takes webhooks, and has no worker.

Says on one line where it is, reads on one line whose webhooks they are, and serves
until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from nexmo_async.durable.dbos import DbosEngine
from nexmo_async.receipts.memory import MemoryReceipts
from nexmo_async.sandbox import serve
from nexmo_async.webhooks.app import WebhookApp


async def main(database: str) -> None:
    app: WebhookApp | None = None

    async def front(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  as of ASGI
        if app is not None:
            await app(scope, receive, send)

    async with DbosEngine(database) as engine, serve(front) as url:
        print(json.dumps(url), flush=True)  # noqa: T201  how it speaks
        said = json.loads(await asyncio.to_thread(sys.stdin.readline))
        secrets = {said["key"]: said["signature"]}
        app = WebhookApp(engine.receipts(MemoryReceipts()), secrets, max_age=None)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
