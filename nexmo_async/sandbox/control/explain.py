"""The control API, told about itself: OpenAPI from the table of its doors."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse

from nexmo_async.sandbox import chaos, life, search
from nexmo_async.sandbox.control.door import HOME, Door, answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

_IN_PATH: Final = re.compile(r"\{([a-z]+)\}")

#: What the page may load: nothing.
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'"}


def openapi(doors: Iterable[Door]) -> dict[str, object]:
    """The description of all doors."""
    paths: dict[str, dict[str, object]] = {}
    for door in doors:
        operation: dict[str, object] = {
            "summary": door.about,
            "operationId": f"{door.verb.lower()}_{door.handler.__name__}",
            "parameters": [
                *(_parameter(name, "path") for name in _IN_PATH.findall(door.path)),
                *(_parameter(name, "query") for name in door.query),
            ],
            "responses": {"default": {"description": "JSON, or a problem"}},
        }
        if door.verb in ("POST", "PUT"):
            schema = {"schema": {"type": "object"}}
            operation["requestBody"] = {"content": {"application/json": schema}}
        paths.setdefault(HOME + door.path, {})[door.verb.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sandbox control API", "version": "1"},
        "paths": paths,
    }


def explaining(doors: Sequence[Door]) -> list[Door]:
    """The doors that explain these doors, and themselves."""

    async def description(request: Request) -> Response:  # noqa: ARG001 - a handler
        """All of this, as OpenAPI."""
        return answer(openapi(everything))

    async def page(request: Request) -> Response:  # noqa: ARG001 - a handler
        """All of this, to read."""
        return HTMLResponse(_page(everything), headers=_HEADERS)

    own = [
        Door("GET", "/openapi.json", description),
        Door("GET", "/docs", page),
    ]
    everything = [*doors, *own]
    return own


def _parameter(name: str, where: str) -> dict[str, object]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "schema": {"type": "string"},
    }


def _page(doors: Iterable[Door]) -> str:
    rows = "".join(
        f"<tr><td>{door.verb}<td><code>{escape(HOME + door.path)}</code>"
        f"<td>{escape(', '.join(door.query))}<td>{escape(door.about)}"
        for door in doors
    )
    grammars = "".join(
        f"<h2>{title}</h2><pre>{escape(text)}</pre>"
        for title, text in (
            ("Queries", search.GRAMMAR),
            ("Personas", life.GRAMMAR),
            ("Chaos", chaos.GRAMMAR),
        )
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<title>Sandbox control API</title><h1>Sandbox control API</h1>"
        f"<table><tr><th>Verb<th>Address<th>Query<th>What for{rows}</table>{grammars}"
    )
