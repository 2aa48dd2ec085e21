"""Sending for people who want to see the answer as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import timedelta

    from nexmo_async.messages.sent import Sent
    from nexmo_async.models.message import Message
    from nexmo_async.transport.base import Response

    _Send = Callable[
        [Message, float | timedelta | None, Mapping[str, object] | None],
        Awaitable[tuple[Sent, Response]],
    ]


@attrs.frozen(kw_only=True)
class RawAnswer:
    """What was sent, and the answer as it came.

    Attributes:
        sent: As `send` returns it.
        response: Status, headers (names in lower case) and body.
    """

    sent: Sent
    response: Response


@attrs.frozen
class RawMessages:
    """`nexmo.messages.with_raw_response`."""

    _send: _Send

    async def send(
        self,
        message: Message,
        *,
        extra: Mapping[str, object] | None = None,
        total: float | timedelta | None = None,
    ) -> RawAnswer:
        """Send as `messages.send` does, and keep the answer; it raises the same."""
        sent, response = await self._send(message, total, extra)
        return RawAnswer(sent=sent, response=response)
