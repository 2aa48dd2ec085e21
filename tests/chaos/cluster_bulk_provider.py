"""The provider of a bulk, in a process of its own: it counts what came, and when.

Says on one line how to reach it; answers each line on stdin with the reference, the
sender and the moment of all that it has taken.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import monotonic
from typing import Any

import uvicorn

from nexmo_async.clock import SystemClock

TAKEN: list[tuple[str, str, float]] = []


def application(latency: float) -> Any:  # noqa: ANN401  as of ASGI
    """Accepts every message, after so many seconds."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            return
        body = b""
        while (part := await receive())["type"] == "http.request":
            body += part["body"]
            if not part.get("more_body"):
                break
        said = json.loads(body)
        TAKEN.append((said["client_ref"], said["from"], monotonic()))
        await SystemClock().sleep(latency)
        head = [(b"content-type", b"application/json")]
        start = {"type": "http.response.start", "status": 202, "headers": head}
        await send(start)
        told = json.dumps({"message_uuid": f"m-{len(TAKEN)}"}).encode()
        await send({"type": "http.response.body", "body": told})

    return answer


async def main(latency: float) -> None:
    config = uvicorn.Config(application(latency), port=0, log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  it tells nobody
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201  how it speaks
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(TAKEN), flush=True)  # noqa: T201  the same
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
