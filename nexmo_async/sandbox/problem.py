"""How the service says no: one shape for every refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from starlette.responses import Response

from nexmo_async.sandbox import document

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the general explanations live. (Messages v1 spec, error samples.)
GENERAL: Final = "https://developer.vonage.com/api-errors"

#: slug -> status, title, detail. (Nexmo generic API errors.)
GENERIC: Final[Mapping[str, tuple[int, str, str]]] = {
    "unauthorized": (401, "Unauthorised", "Request header 'Authorization' missing"),
    "multiple-auth-methods": (401, "Unauthorised", "Give one way to log in, not two"),
    "jwt-expired": (401, "Unauthorised", "Token has expired"),
    "not-found": (404, "Not Found", "There is nothing at this address"),
    "wrong-verb": (405, "Invalid Method", "This address does not take that verb"),
    "content-type-header": (
        415,
        "Invalid Content Type",
        "Say 'Content-Type: application/json' and send JSON",
    ),
    "too-large": (413, "Payload Too Large", "The body is larger than 1 MiB"),
    "throttled": (429, "Rate Limit Hit", "Please wait, then retry your request"),
    "unavailable": (503, "Service Unavailable", "Nobody hears this"),
    "conflict": (409, "Conflict", "This cannot be done now"),
    "timeout": (408, "Request Timeout", "It did not happen in time"),
    "forbidden": (403, "Forbidden", "This Host is not the sandbox"),
}

#: Refusals of what was written come as plain JSON. (Messages v1 spec.)
PLAIN: Final = frozenset({400, 422})


@attrs.frozen
class Violation:
    """One thing in a request that the API does not accept."""

    name: str
    reason: str


@attrs.frozen(kw_only=True)
class Problem:
    """One refusal.

    Attributes:
        violations: What was wrong, for `invalid_parameters`.
        only_first: Name the first of them as an object, instead of all in a list.
        bodyless: Say the status and nothing else.
    """

    status: int
    type: str
    title: str
    detail: str
    violations: tuple[Violation, ...] = ()
    only_first: bool = False
    bodyless: bool = False
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])

    def response(self, instance: str) -> Response:
        """The answer; `instance` is the trace that support would ask for."""
        if self.bodyless:
            return Response(status_code=self.status, headers=dict(self.headers))
        body: dict[str, object] = {
            "type": self.type,
            "title": self.title,
            "detail": self.detail,
            "instance": instance,
        }
        if self.violations:
            wrong = [attrs.asdict(violation) for violation in self.violations]
            body["invalid_parameters"] = wrong[0] if self.only_first else wrong
        kind = "application/json"
        if self.status not in PLAIN:
            kind = "application/problem+json"
        return Response(
            document.encode(body),
            status_code=self.status,
            media_type=kind,
            headers=dict(self.headers),
        )


class RefusedError(Exception):
    """The request is answered with a problem, and nothing else happens."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def generic(
    slug: str, detail: str | None = None, *, headers: Mapping[str, str] | None = None
) -> RefusedError:
    """One of the refusals that every Nexmo API knows."""
    status, title, usual = GENERIC[slug]
    return RefusedError(
        Problem(
            status=status,
            type=f"{GENERAL}#{slug}",
            title=title,
            detail=detail or usual,
            headers=headers or {},
        )
    )


def wrong_credentials() -> RefusedError:
    """The key, secret or signature is not the right one."""
    return RefusedError(
        Problem(
            status=401,
            # Spelled like this by the service.
            type=f"{GENERAL}/#unathorized",
            title="You did not provide correct credentials.",
            detail="Check the API key and secret, or the application's key.",
        )
    )


def invalid_token(detail: str) -> RefusedError:
    """The token is not one that the application can have signed just now."""
    return RefusedError(
        Problem(
            status=401,
            type=f"{GENERAL}#unauthorized",
            title="Unauthorised",
            detail=f"Invalid Token: {detail}",
        )
    )


def invalid_json(*, flat: bool) -> RefusedError:
    """The body is no JSON object: 422 on v1, 400 before it."""
    return RefusedError(
        Problem(
            status=422 if flat else 400,
            type=f"{GENERAL}#invalid-json",
            title="Invalid JSON",
            detail="The body must be one JSON object.",
        )
    )
