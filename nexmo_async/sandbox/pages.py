"""The page at `/`: files out of this package, from memory, and nothing else."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import attrs
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.sandbox import document
from nexmo_async.sandbox.problem import generic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

#: End of a file's name -> its content type.
KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

#: What every answer of the page says: ask again, load nothing from elsewhere.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@attrs.frozen
class File:
    """One file of the page, and the mark by which a browser knows it again."""

    content: bytes = attrs.field(repr=False)
    kind: str
    mark: str


def _read() -> dict[str, File]:
    found: dict[str, File] = {}
    for each in files("nexmo_async.sandbox").joinpath("page").iterdir():
        kind = KINDS.get("." + each.name.rpartition(".")[2])
        if kind is not None:
            content = each.read_bytes()
            mark = hashlib.sha256(content).hexdigest()[:32]
            found[each.name] = File(content, kind, f'"{mark}"')
    return found


#: Read once, when the program starts: the loop never waits for the disk.
FILES: Final[Mapping[str, File]] = _read()


def routes() -> list[Route]:
    """Where the page and its parts are."""
    return [
        Route("/", _index, methods=["GET"]),
        Route("/page/doors.json", _doors, methods=["GET"]),
        Route("/page/{name}", _part, methods=["GET"]),
    ]


async def _index(request: Request) -> Response:
    return _answer(request, FILES["index.html"])


async def _part(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in FILES:
        raise generic("not-found", f"The page has no part {name}")
    return _answer(request, FILES[name])


async def _doors(request: Request) -> Response:
    """Which addresses there are, so that the page never knocks in vain."""
    doors = [
        f"{verb} {route.path}"
        for route in request.app.routes
        if isinstance(route, Route)
        for verb in sorted(route.methods or ())
    ]
    body = document.encode({"doors": doors})
    return Response(body, headers=HEADERS, media_type="application/json")


def _answer(request: Request, file: File) -> Response:
    headers = {**HEADERS, "ETag": file.mark}
    if file.mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.kind)
