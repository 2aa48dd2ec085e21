"""Layers for whoever looks on or has a hand in: events, middleware, the open gate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import attrs

from nexmo_async.errors import ClosedError, ConfigurationError, NexmoError
from nexmo_async.observe.events import Answered, Attempt, Tell
from nexmo_async.transport.base import Request, Response, Transport

if TYPE_CHECKING:
    from nexmo_async.clock import Clock

#: Sends what a middleware was given, or something else.
CallNext = Callable[[Request], Awaitable[Response]]

#: Called once for each attempt: `async def mine(request, call_next): ...`.
Middleware = Callable[[Request, CallNext], Awaitable[Response]]


@attrs.define
class Wrapped:
    """Layer: lets a function of yours have a hand in each attempt."""

    inner: Transport
    middleware: Middleware

    async def send(self, request: Request) -> Response:
        """Send by way of the function."""
        return await self.middleware(request, self.inner.send)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()


@attrs.define
class Watched:
    """Layer: tells of each attempt, and of what it came to."""

    inner: Transport
    clock: Clock
    tell: Tell

    async def send(self, request: Request) -> Response:
        """Send and tell."""
        subject, began = request.subject, self.clock.monotonic()
        self.tell(Attempt(subject))
        try:
            response = await self.inner.send(request)
        except (NexmoError, asyncio.CancelledError) as why:
            took, error = self.clock.monotonic() - began, type(why).__name__
            problem = why.what() if isinstance(why, NexmoError) else "called off"
            self.tell(Answered(subject, took, None, problem, error))
            raise
        self.tell(Answered(subject, self.clock.monotonic() - began, response.status))
        return response

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()


@attrs.define
class Announced:
    """Layer: says that a request leaves, where no limit says so after its turn."""

    inner: Transport

    async def send(self, request: Request) -> Response:
        """Say it, then send."""
        if request.leaving is not None:
            await request.leaving()
        return await self.inner.send(request)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()


class Gate:
    """Whether a client is open, and on which loop. Made inside that loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.is_open = True

    def check(self) -> None:
        """Refuse to go on where nothing can be sent.

        Raises:
            ClosedError: The client was closed.
            ConfigurationError: The client was opened on another event loop.
        """
        if not self.is_open:
            raise ClosedError("the client is not open")
        if asyncio.get_running_loop() is not self._loop:
            problem = "was opened on another event loop"
            advice = "Open one client for each loop; one serves all tasks of its loop."
            raise ConfigurationError("client", problem, advice)


@attrs.define
class Gated:
    """Layer: sends only while the client is open, and on its own loop."""

    inner: Transport
    gate: Gate

    async def send(self, request: Request) -> Response:
        """Send, if the gate is open."""
        self.gate.check()
        return await self.inner.send(request)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self.inner.aclose()
