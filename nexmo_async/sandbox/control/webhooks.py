"""Webhooks and workflows: what the account was told, and how its failovers went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from nexmo_async.sandbox import document
from nexmo_async.sandbox.api import read
from nexmo_async.sandbox.control import view
from nexmo_async.sandbox.control.door import Door, answer, whole
from nexmo_async.sandbox.problem import generic

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from nexmo_async.sandbox.network import Network
    from nexmo_async.sandbox.records import Webhook

#: How many of them a list has unless it is asked for more, and at most.
USUAL: Final = 100
MOST: Final = 10_000


@attrs.frozen(eq=False)
class Webhooks:
    """The desk for webhooks and workflows."""

    network: Network

    def doors(self) -> list[Door]:
        """Which address does what."""
        return [
            Door("GET", "/webhooks", self.list, ("limit",)),
            Door("POST", "/webhooks/{id}/resend", self.resend),
            Door("GET", "/workflows", self.workflows, ("limit",)),
            Door("GET", "/workflows/{id}", self.workflow),
        ]

    async def list(self, request: Request) -> Response:
        """The newest webhooks with all attempts, newest first."""
        limit = whole(request, "limit", USUAL, MOST)
        found = self.network.store.webhooks()
        newest = found[::-1][:limit]
        shown = [view.webhook(hook, self.network.courier) for hook in newest]
        return answer({"webhooks": shown, "total": len(found)})

    async def resend(self, request: Request) -> Response:
        """Tell the account once more; `{"url": ...}` tells somebody else."""
        hook = self._webhook(request)
        body = await read(request)
        url = document.string(body.get("url")) or hook.url
        if url is None:
            raise generic("conflict", "This webhook has no address: say one as url")
        await self.network.courier.resend(hook, url)
        return answer(view.webhook(hook, self.network.courier))

    async def workflows(self, request: Request) -> Response:
        """The newest workflows, newest first."""
        limit = whole(request, "limit", USUAL, MOST)
        found = self.network.store.workflows()
        newest = found[::-1][:limit]
        shown = [view.workflow(run) for run in newest]
        return answer({"workflows": shown, "total": len(found)})

    async def workflow(self, request: Request) -> Response:
        """One workflow: each step with its start, end and outcome, and the report."""
        identity = str(request.path_params["id"])
        run = self.network.store.workflow(identity)
        if run is None:
            raise generic("not-found", f"There is no workflow {identity}")
        return answer({**view.workflow(run), "report": view.report(run)})

    def _webhook(self, request: Request) -> Webhook:
        number = str(request.path_params["id"])
        known = number.isascii() and number.isdigit()
        hook = self.network.store.webhook(int(number[:15])) if known else None
        if hook is None:
            raise generic("not-found", f"There is no webhook {number}")
        return hook
