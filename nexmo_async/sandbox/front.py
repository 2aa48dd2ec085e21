"""The front of the sandbox: each answer stamped, each request led to its door."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request

from nexmo_async.sandbox import pages
from nexmo_async.sandbox.api import Doors, trace
from nexmo_async.sandbox.problem import RefusedError, generic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.auth import Account
    from nexmo_async.sandbox.dice import Dice
    from nexmo_async.sandbox.network import Network


def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


@attrs.frozen
class _Stamp:
    """Layer: each answer carries the sandbox's own time and a trace."""

    app: ASGIApp
    clock: Clock
    dice: Dice
    _count: Iterator[int] = attrs.field(factory=count)
    _date: Callable[[int], bytes] = attrs.field(init=False, default=lru_cache(1)(_date))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = self.dice.uuid("request", next(self._count))
        scope.setdefault("state", {})["request_id"] = identity
        date = self._date(int(self.clock.wall()))

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                stamps = [
                    (b"date", date),
                    (b"x-request-id", identity.encode()),
                ]
                message = {**message, "headers": [*message["headers"], *stamps]}
            await send(message)

        await self.app(scope, receive, stamped)


def application(account: Account, network: Network, controls: list[Route]) -> ASGIApp:
    """The service, the controls and the page, behind one port."""
    doors = Doors(account, network.clock, network).routes()
    app = Starlette(
        routes=[
            *doors,
            *controls,
            *pages.routes(),
        ],
        exception_handlers={RefusedError: _refuse, HTTPException: _refuse},
    )
    # The service does not forgive a slash at the end. (Gateway of the APIs.)
    app.router.redirect_slashes = False
    return _Stamp(_Hall(app, doors), network.clock, network.dice)


class _Hall:
    """Leads those who send straight to their door; the rest find theirs slowly."""

    def __init__(self, app: Starlette, doors: Iterable[Route]) -> None:
        self._app = app
        self._doors = {
            (verb, door.path): door.endpoint
            for door in doors
            for verb in door.methods or ()
            if "{" not in door.path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._doors.get((scope.get("method", ""), scope.get("path", "")))
        if door is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await door(request)
        except RefusedError as error:
            response = error.problem.response(trace(request))
        await response(scope, receive, send)


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        slug = "wrong-verb" if error.status_code == WRONG_VERB else "not-found"
        error = generic(slug, headers=error.headers)
    if not isinstance(error, RefusedError):
        raise error
    return error.problem.response(trace(request))


#: The status that Starlette gives to a known address with another verb.
WRONG_VERB: Final = 405
