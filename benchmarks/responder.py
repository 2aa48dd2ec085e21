"""The answering side, a process of its own: accepts every message, plain and over TLS.

It does as little as can be done, so that what is measured is the asking side.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
from typing import Final, cast

import httptools

_BODY: Final = b'{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}'
_ANSWER: Final = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
    b"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 55\r\n\r\n" + _BODY
)


class Accepting(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to parse."""
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Parse on."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Accept it."""
        self._transport.write(_ANSWER)


async def serve(certificate: str, key: str) -> None:
    """Listen on two free ports, say which, and answer until standard input ends."""
    loop = asyncio.get_running_loop()
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    plain = await loop.create_server(Accepting, "127.0.0.1", 0, backlog=1024)
    secure = await loop.create_server(
        Accepting, "127.0.0.1", 0, ssl=trust, backlog=1024
    )
    ports = [server.sockets[0].getsockname()[1] for server in (plain, secure)]
    print(*ports, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve with the certificate given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("certificate")
    parser.add_argument("key")
    given = parser.parse_args()
    try:
        from uvloop import new_event_loop  # noqa: PLC0415  quicker, where there is one
    except ImportError:
        new_event_loop = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(given.certificate, given.key))


if __name__ == "__main__":
    main()
