"""The provider, in a process of its own: it is here that is counted what was sent.

Says on one line how to reach it; answers each line on stdin with what it has taken.
"""

from __future__ import annotations

import asyncio
import json
import sys

from nexmo_async.sandbox import Sandbox


async def main(status_url: str, personas: dict[str, str]) -> None:
    async with Sandbox(status_url=status_url, personas=personas) as box:
        said = {
            "base_url": box.base_url,
            "key": box.api_key,
            "secret": box.api_secret,
            "signature": box.signature_secret,
        }
        print(json.dumps(said), flush=True)  # noqa: T201  how it speaks
        while await asyncio.to_thread(sys.stdin.readline):
            taken = [[one.client_ref, one.to, one.channel] for one in box.messages()]
            print(json.dumps(taken), flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
