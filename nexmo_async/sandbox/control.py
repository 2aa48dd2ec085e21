"""The sandbox's own addresses: look, write, script, reset."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.clock import instant
from nexmo_async.sandbox import document, inbound, life, media
from nexmo_async.sandbox.api import read
from nexmo_async.sandbox.problem import Problem, RefusedError, Violation, generic
from nexmo_async.sandbox.rules import inbound as rules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from starlette.requests import Request

    from nexmo_async.sandbox.network import Network
    from nexmo_async.sandbox.records import Inbound, Message, Webhook

    Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@attrs.frozen(eq=False)
class Control:
    """Looks into the sandbox and plays the other side.

    Attributes:
        network: What is looked into.
        host: The name that the sandbox was bound to.
    """

    network: Network
    host: str

    def routes(self) -> list[Route]:
        """Which address does what."""
        return [
            self._route("GET", "/_sandbox/messages", self.messages),
            self._route("GET", "/_sandbox/messages/{message_uuid}", self.message),
            self._route("GET", "/_sandbox/inbound", self.heard),
            self._route("POST", "/_sandbox/inbound", self.inbound),
            self._route("GET", "/_sandbox/media/{name}", self.media),
            self._route("POST", "/_sandbox/personas", self.personas),
            self._route("POST", "/_sandbox/reset", self.reset),
        ]

    async def messages(self, request: Request) -> Response:
        """All messages, or those `to` somebody or in a `status`."""
        found = self.network.store.messages(
            to=request.query_params.get("to"),
            status=request.query_params.get("status"),
        )
        return _answer({"messages": [_summary(message) for message in found]})

    async def message(self, request: Request) -> Response:
        """One message with all that happened to it."""
        uuid = str(request.path_params["message_uuid"])
        message = self.network.store.message(uuid)
        if message is None:
            raise generic("not-found", f"There is no message {uuid}")
        hooks = self.network.store.webhooks(message_uuid=uuid)
        return _answer(
            {
                **_summary(message),
                "request": message.request,
                "timeline": [
                    {"status": e.status, "at": e.at.isoformat(), "code": e.code}
                    for e in message.events
                ],
                "webhooks": [_hook(hook) for hook in hooks],
            }
        )

    async def inbound(self, request: Request) -> Response:
        """Somebody writes to the account."""
        body = await read(request)
        if found := rules.violations(body):
            raise _invalid(found)
        said = inbound.read(body, instant(self.network.clock))
        self.network.hear(said)
        return _answer({"message_uuid": said.message_uuid}, 202)

    async def heard(self, request: Request) -> Response:  # noqa: ARG002 - a handler
        """All that people wrote."""
        now = instant(self.network.clock)
        found = self.network.store.inbound()
        return _answer({"messages": [_heard(said, now) for said in found]})

    async def media(self, request: Request) -> Response:
        """A small file of the kind that its name says."""
        name = str(request.path_params["name"])
        if name not in media.FILES:
            raise generic("not-found", f"There is no file {name}")
        kind, content = media.FILES[name]
        return Response(content, media_type=kind)

    async def personas(self, request: Request) -> Response:
        """Scripts by recipient: `{"447700900003": "reject 1300"}`."""
        body = await read(request)
        scripts: dict[str, life.Persona] = {}
        for recipient, script in body.items():
            try:
                scripts[recipient] = life.persona(str(script))
            except ValueError as error:
                raise _invalid([Violation(recipient, str(error))]) from None
        self.network.personas.update(scripts)
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Forget all messages, workflows, webhooks and personas."""
        await read(request)
        self.network.reset()
        return Response(status_code=204)

    def _route(self, verb: str, path: str, handler: Handler) -> Route:
        async def guarded(request: Request) -> Response:
            if not is_local(request.headers.get("host", ""), self.host):
                raise generic("forbidden")
            return await handler(request)

        return Route(path, guarded, methods=[verb])


def is_local(header: str, bound: str) -> bool:
    """Was the sandbox asked for by a name of this machine?

    A page elsewhere on the web can point its own name at 127.0.0.1; it cannot make
    the browser send another name in `Host`.
    """
    try:
        name = urlsplit(f"//{header}").hostname
    except ValueError:
        return False
    if name is None:
        return False
    if name in ("localhost", bound.lower()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _summary(message: Message) -> dict[str, object]:
    place = message.place
    return {
        "message_uuid": message.message_uuid,
        "api": message.api,
        "channel": message.channel,
        "message_type": message.message_type,
        "to": message.to,
        "from": message.sender,
        "text": message.draft.text,
        "status": message.status,
        "client_ref": message.client_ref,
        "accepted_at": message.accepted_at.isoformat(),
        "revoked_at": _moment(message.revoked_at),
        "workflow": None if place is None else attrs.asdict(place),
    }


def _heard(said: Inbound, now: datetime) -> dict[str, object]:
    until = said.replying_until
    return {
        "message_uuid": said.message_uuid,
        "api": said.api,
        "channel": said.channel,
        "message_type": said.message_type,
        "to": said.to,
        "from": said.sender,
        "content": said.content,
        "at": said.at.isoformat(),
        "read_at": _moment(said.read_at),
        "replying": until is not None and now < until,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _hook(hook: Webhook) -> dict[str, object]:
    return {
        "kind": hook.kind,
        "url": hook.url,
        "state": hook.state,
        "body": document.decode(hook.body),
        "attempts": [
            {"at": a.at.isoformat(), "answer": a.answer, "error": a.error}
            for a in hook.attempts
        ],
    }


def _invalid(found: Sequence[Violation]) -> RefusedError:
    return RefusedError(
        Problem(
            status=422,
            type="about:blank",
            title="Invalid params",
            detail=f"{found[0].name} {found[0].reason}",
            violations=tuple(found),
        )
    )


def _answer(body: object, status: int = 200) -> Response:
    return Response(document.encode(body), status, media_type="application/json")
