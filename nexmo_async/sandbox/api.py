"""The vendor's own addresses: six doors, one way through each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

import attrs
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from nexmo_async.clock import instant
from nexmo_async.sandbox import auth, document
from nexmo_async.sandbox.gate import Gate
from nexmo_async.sandbox.life import PLAIN
from nexmo_async.sandbox.problem import RefusedError, generic, invalid_json
from nexmo_async.sandbox.rules import dispatch, flat, nested, update

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from nexmo_async.clock import Clock
    from nexmo_async.sandbox.auth import Account
    from nexmo_async.sandbox.network import Network
    from nexmo_async.sandbox.problem import Problem
    from nexmo_async.sandbox.records import Message

#: The largest body, in bytes.
LARGEST: Final = 1 << 20


@attrs.frozen(eq=False)
class Doors:
    """The endpoints of all three generations."""

    account: Account
    clock: Clock
    network: Network

    @property
    def gate(self) -> Gate:
        """What may go wrong, and what is too much."""
        return Gate(self.network)

    def routes(self) -> list[Route]:
        """Which address leads where, as in each generation's spec."""
        return [
            Route("/beta/messages", self.beta_message, methods=["POST"]),
            Route("/beta/workflows", self.beta_workflow, methods=["POST"]),
            Route("/v0.1/messages", self.v01_message, methods=["POST"]),
            Route("/v0.1/dispatch", self.v01_dispatch, methods=["POST"]),
            Route("/v1/messages", self.v1_message, methods=["POST"]),
            Route("/v1/messages/{message_uuid}", self.v1_update, methods=["PATCH"]),
        ]

    async def beta_message(self, request: Request) -> Response:
        """POST /beta/messages."""
        return await self._nested_message(request, "beta")

    async def v01_message(self, request: Request) -> Response:
        """POST /v0.1/messages."""
        return await self._nested_message(request, "v0.1")

    async def beta_workflow(self, request: Request) -> Response:
        """POST /beta/workflows."""
        return await self._workflow(request, "beta", "workflow_uuid")

    async def v01_dispatch(self, request: Request) -> Response:
        """POST /v0.1/dispatch."""
        return await self._workflow(request, "v0.1", "dispatch_uuid")

    async def v1_message(self, request: Request) -> Response:
        """POST /v1/messages."""
        body = await self._admit(request, flat_json=True)
        if problem := flat.refuse(body):
            raise RefusedError(problem)
        drafts = flat.drafts(body)
        wait = await self.gate.before(request, drafts[0])
        if len(drafts) == 1:
            message = self.network.send(drafts[0], wait=wait)
            told = {"message_uuid": message.message_uuid}
        else:
            first = self.network.send_with_failover(drafts, wait=wait)
            identity = first.place.workflow_id if first.place else ""
            told = {"message_uuid": first.message_uuid, "workflow_id": identity}
        await self.gate.after(request, drafts[0])
        return _accepted(told)

    async def v1_update(self, request: Request) -> Response:
        """PATCH /v1/messages/{message_uuid}."""
        body = await self._admit(request, flat_json=True, only_token=True)
        uuid = str(request.path_params["message_uuid"])
        if said := self.network.store.heard(uuid):
            if problem := update.refuse(body, said.channel, "inbound"):
                raise RefusedError(problem)
            self.network.mark_read(said, replying=update.replying(body, said.channel))
        elif message := self.network.store.message(uuid):
            if problem := self._refuse_revoking(body, message):
                raise RefusedError(problem)
            self.network.revoke(message)
        else:
            raise generic("not-found", f"There is no message {uuid}")
        return Response(status_code=202)

    def _refuse_revoking(
        self, body: Mapping[str, object], message: Message
    ) -> Problem | None:
        if problem := update.refuse(body, PLAIN[message.channel], "outbound"):
            return problem
        age = instant(self.clock) - message.accepted_at
        if age.total_seconds() > update.REVOKE_WITHIN:
            return update.unsupported("A message can be revoked for one day.")
        return None

    async def _nested_message(
        self, request: Request, api: Literal["beta", "v0.1"]
    ) -> Response:
        body = await self._admit(request)
        if problem := nested.refuse(body, api):
            raise RefusedError(problem)
        draft = nested.draft(body, api)
        wait = await self.gate.before(request, draft)
        message = self.network.send(draft, wait=wait)
        await self.gate.after(request, draft)
        return _accepted({"message_uuid": message.message_uuid})

    async def _workflow(
        self, request: Request, api: Literal["beta", "v0.1"], key: str
    ) -> Response:
        body = await self._admit(request)
        if problem := dispatch.refuse(body, api):
            raise RefusedError(problem)
        steps = dispatch.steps(body, api)
        wait = await self.gate.before(request, steps[0].draft)
        run = self.network.dispatch(steps, api, wait=wait)
        await self.gate.after(request, steps[0].draft)
        return _accepted({key: run.workflow_id})

    async def _admit(
        self, request: Request, *, flat_json: bool = False, only_token: bool = False
    ) -> Mapping[str, object]:
        auth.check(
            self.account,
            request.headers.getlist("authorization"),
            now=self.clock.wall(),
            query=request.query_params,
            only_token=only_token,
        )
        return await read(request, flat_json=flat_json)


async def read(request: Request, *, flat_json: bool = False) -> dict[str, object]:
    """The JSON object that a request carries.

    Raises:
        RefusedError: It says it carries something else, or does.
    """
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind.strip().lower() != "application/json":
        raise generic("content-type-header")
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST:
                raise generic("too-large", headers={"Connection": "close"})
    except ClientDisconnect:
        raise invalid_json(flat=flat_json) from None
    try:
        return document.decode(bytes(raw))
    except (ValueError, RecursionError):
        raise invalid_json(flat=flat_json) from None


def trace(request: Request) -> str:
    """What support would ask for: the id that the answer carries in its header."""
    return str(getattr(request.state, "request_id", None) or uuid4())


def _accepted(body: Mapping[str, str]) -> Response:
    return Response(document.encode(body), 202, media_type="application/json")
