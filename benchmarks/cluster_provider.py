"""The provider of the cluster's benchmark: accepts all, and knows what came when.

Says where it listens; answers each line on stdin with the sender and the moment of all
that came since the line before.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from time import monotonic
from typing import Final, cast

import httptools

_SENDER: Final = re.compile(rb'"from":\s?"([^"]*)"')
_TO: Final = re.compile(rb'"to":\s?"([^"]*)"')
_BODY: Final = b'{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}'
_ANSWER: Final = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
    b"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 55\r\n\r\n" + _BODY
)

_taken: list[tuple[str, str, float]] = []


class Accepting(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to parse."""
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def data_received(self, data: bytes) -> None:
        """Parse on."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Keep what was said."""
        self._body += body

    def on_message_complete(self) -> None:
        """Accept it."""
        sender, to = _SENDER.search(self._body), _TO.search(self._body)
        assert sender is not None
        assert to is not None
        _taken.append((sender[1].decode(), to[1].decode(), monotonic()))
        self._body = b""
        self._transport.write(_ANSWER)


async def main() -> None:
    """Answer until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Accepting, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        told = json.dumps(_taken)
        _taken.clear()
        print(told, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
