"""How webhooks leave the machine. The only room with aiohttp."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from aiohttp import ClientSession

#: Seconds to connect, and to answer. These are the network's own, not the clock's.
CONNECT_WITHIN: Final = 3.0
ANSWER_WITHIN: Final = 15.0

#: Seconds that an idle connection is kept: fewer than any common server keeps it.
IDLE: Final = 2.0


class Post:
    """The connections to the account's own servers, opened when they are needed.

    The library behind them takes a good part of the sandbox's start to load, and many
    a sandbox never tells anybody anything.

    Args:
        connect: Seconds to connect.
        answer: Seconds to answer.
    """

    def __init__(
        self, *, connect: float = CONNECT_WITHIN, answer: float = ANSWER_WITHIN
    ) -> None:
        self._limits = connect, answer
        self._session: ClientSession | None = None
        self._opening = asyncio.Lock()

    async def ready(self) -> ClientSession:
        """Open them, if they are not."""
        async with self._opening:
            if self._session is None:
                await asyncio.to_thread(_load)
                self._session = _session(*self._limits)
        return self._session

    async def send(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> int | str:
        """Hand a body over: the answer's status, or why there was none."""
        session = self._session or await self.ready()
        import aiohttp  # noqa: PLC0415 - see _load

        try:
            async with session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # ValueError: an address that no request can be made to.
            return f"{type(error).__name__}: {error}"

    async def aclose(self) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()


@asynccontextmanager
async def post(
    *, connect: float = CONNECT_WITHIN, answer: float = ANSWER_WITHIN
) -> AsyncGenerator[Post]:
    """The connections for as long as the block lasts; both limits in seconds."""
    opened = Post(connect=connect, answer=answer)
    try:
        yield opened
    finally:
        await opened.aclose()


def _load() -> None:
    """Load the library, in a thread: it takes a while."""
    importlib.import_module("aiohttp")


def _session(connect: float, answer: float) -> ClientSession:
    import aiohttp  # noqa: PLC0415 - see _load

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=connect, sock_read=answer
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
