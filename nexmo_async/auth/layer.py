"""Layer: shows who is calling, and tries once more after a token was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import attrs

from nexmo_async.auth.cache import TokenCache
from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.transport.base import Request, Response, Transport, server_time

if TYPE_CHECKING:
    from nexmo_async.clock import Clock

_UNAUTHORIZED: Final = 401


class Identity(Protocol):
    """Who is calling, as the layer sees it."""

    async def header(self) -> str:
        """The `Authorization` header. A secret."""
        ...

    def refused(self, header: str, server_time: float | None) -> bool:
        """Learn from a 401. True if it is worth one more try."""
        ...

    def note(self) -> str:
        """What a person should know. May be empty."""
        ...


@attrs.frozen
class Constant:
    """The same header for ever: a key and its secret."""

    credentials: Basic

    async def header(self) -> str:
        """The `Authorization` header. A secret."""
        return self.credentials.header

    def refused(self, header: str, server_time: float | None) -> bool:  # noqa: ARG002
        """The same secret would be refused again."""
        return False

    def note(self) -> str:
        """Nothing to add."""
        return ""


def identity(credentials: Basic | Jwt, clock: Clock) -> Identity:
    """Who these credentials stand for."""
    if isinstance(credentials, Basic):
        return Constant(credentials)
    return TokenCache(credentials, clock)


@attrs.define
class Authorizing:
    """Layer: shows who is calling."""

    inner: Transport
    caller: Identity
    clock: Clock

    async def send(self, request: Request) -> Response:
        """Send; after a 401, once more with a new token, in the time that is left."""
        header = await self.caller.header()
        response = await self._as(header, request)
        if response.status != _UNAUTHORIZED:
            return response
        if self.caller.refused(header, server_time(response)):
            header = await self.caller.header()
            # Not of the time-out: the first one may have queued for longer than that.
            left = request.deadline - self.clock.monotonic()
            if left < request.timeout:
                request = attrs.evolve(request, timeout=left)
            response = await self._as(header, request)
        if response.status != _UNAUTHORIZED:
            return response
        return attrs.evolve(response, note=self.caller.note())

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()

    async def _as(self, header: str, request: Request) -> Response:
        return await self.inner.send(request.signed(header))
