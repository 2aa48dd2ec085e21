"""One address of the control API, and what its handlers answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import Problem, RefusedError, Violation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from nexmo_async.sandbox.control.guard import Guard

Handler: TypeAlias = "Callable[[Request], Awaitable[Response]]"

#: Where all of it is: a path that the service itself will never use.
HOME: Final = "/_sandbox"


@attrs.frozen
class Door:
    """One verb on one address; the handler's docstring says what it is for.

    Attributes:
        query: The names that may stand in the query.
        anybody: Is it also for those who do not know the token?
    """

    verb: str
    path: str
    handler: Handler
    query: tuple[str, ...] = ()
    anybody: bool = False

    def route(self, guard: Guard) -> Route:
        """The address, guarded."""

        async def guarded(request: Request) -> Response:
            guard.check(request, anybody=self.anybody)
            return await self.handler(request)

        return Route(HOME + self.path, guarded, methods=[self.verb])

    @property
    def about(self) -> str:
        """What it is for, in one line."""
        return (self.handler.__doc__ or "").partition("\n")[0]


def answer(body: object, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(document.encode(body), status, media_type="application/json")


def done() -> Response:
    """It is done, and there is nothing to say."""
    return Response(status_code=204)


def invalid(*found: Violation) -> RefusedError:
    """What was written cannot be done."""
    return RefusedError(
        Problem(
            status=422,
            type="about:blank",
            title="Invalid params",
            detail=f"{found[0].name} {found[0].reason}",
            violations=found,
        )
    )


def whole(request: Request, name: str, usual: int, most: int) -> int:
    """A whole number of the query.

    Raises:
        RefusedError: It is none.
    """
    given = request.query_params.get(name)
    if given is None:
        return usual
    if not (given.isascii() and given.isdigit()) or int(given[:9]) > most:
        raise invalid(Violation(name, f"must be between 0 and {most}."))
    return int(given)
