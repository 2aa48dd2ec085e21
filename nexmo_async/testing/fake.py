"""A transport without a network, for tests of what is above it."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

from nexmo_async.transport.base import Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def answer(
    status: int, body: Mapping[str, object] | None = None, **headers: str
) -> Response:
    """An answer for a `FakeTransport`.

    Args:
        status: The HTTP status.
        body: The JSON of its body; None: it has none.
        **headers: Its headers, with _ for -: `retry_after="2"`.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, b"" if body is None else json.dumps(body).encode())


class FakeTransport:
    """Answers as planned, and with an acceptance when the plan is over.

    Args:
        *plan: Answers to give and errors to raise, first to last.

    Attributes:
        plan: What is left of it.
        requests: What was sent, in order.
        is_closed: Whether it was closed.
    """

    def __init__(self, *plan: Response | Exception) -> None:
        self.plan: deque[Response | Exception] = deque(plan)
        self.requests: list[Request] = []
        self.is_closed: bool = False

    async def send(self, request: Request) -> Response:
        """Do what is planned next."""
        self.requests.append(request)
        planned = self.plan.popleft() if self.plan else None
        if isinstance(planned, Exception):
            raise planned
        return planned or answer(
            202,
            {
                "message_uuid": f"message-{len(self.requests)}",
                "workflow_id": f"workflow-{len(self.requests)}",
                "workflow_uuid": f"workflow-{len(self.requests)}",
                "dispatch_uuid": f"workflow-{len(self.requests)}",
            },
        )

    async def aclose(self) -> None:
        """Remember it."""
        self.is_closed = True
