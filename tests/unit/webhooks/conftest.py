from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from nexmo_async.receipts import MemoryReceipts
from nexmo_async.webhooks import WebhookApp, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nexmo_async.testing import ManualClock

SECRET = "a signature secret of more than 32 bytes"
NEW_YEAR = 1_767_225_600.0


@attrs.define
class Caller:
    """Nexmo's side: calls an app as a web server would, and keeps what it did."""

    app: WebhookApp
    done: list[str] = attrs.field(factory=list)

    async def call(
        self,
        *chunks: bytes,
        headers: Sequence[tuple[bytes, bytes]] = (),
        method: str = "POST",
        hang_up: bool = False,
        pause: Callable[[], Any] | None = None,
    ) -> int:
        """Send these chunks of a body; return the status."""
        left = list(chunks)
        status = 0

        async def receive() -> dict[str, Any]:
            if not left and hang_up:
                return {"type": "http.disconnect"}
            if pause is not None:
                await pause()
            body = left.pop(0)
            more = bool(left) or hang_up
            return {"type": "http.request", "body": body, "more_body": more}

        async def send(event: Any) -> None:  # noqa: ANN401  ASGI's dictionaries
            nonlocal status
            status = event.get("status", status)
            self.done.append(event["type"])

        scope = {"type": "http", "method": method, "headers": list(headers)}
        await self.app(scope, receive, send)
        return status

    async def post(self, event: object, secret: str = SECRET, **claims: object) -> int:
        """Send a signed event; return the status."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return await self.call(body, headers=[self.signed(body, secret, **claims)])

    def signed(
        self, body: bytes, secret: str = SECRET, **claims: object
    ) -> tuple[bytes, bytes]:
        """The header that Nexmo would send with this body."""
        stated = {"api_key": "abcd1234", "now": NEW_YEAR, **claims}
        return b"authorization", sign(body, secret=secret, **stated).encode()  # type: ignore[arg-type]  claims are free


@pytest.fixture
def receipts(clock: ManualClock) -> MemoryReceipts:
    return MemoryReceipts(clock=clock)


@pytest.fixture
def caller(receipts: MemoryReceipts, clock: ManualClock) -> Caller:
    return Caller(WebhookApp(receipts, {"abcd1234": SECRET}, clock=clock))


@pytest.fixture
def caller_of() -> type[Caller]:
    """Nexmo's side of another app than the usual one: `caller_of(app)`."""
    return Caller
